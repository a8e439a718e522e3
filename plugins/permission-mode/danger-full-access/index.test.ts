import { permissionModeContract, pluginContract } from "claw/testing";

pluginContract(import.meta.dir);

// biome-ignore format: a table reads better in rows
permissionModeContract("danger-full-access", ["dontAsk", "bypassPermissions", "dangerFullAccess"], [
  ["read", "link/x", "ran"],
  ["network", "", "ran"],
  ["write", "src/new", "ran"],
  ["write", "link/x", "ran"],
  ["write", ".git/hooks/pre-commit", "ran"],
  ["execute", "", "ran"],
]);
