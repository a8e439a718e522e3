import { permissionModeContract, pluginContract } from "claw/testing";

pluginContract(import.meta.dir);

// biome-ignore format: a table reads better in rows
permissionModeContract("read-only", ["plan"], [
  ["read", "", "ran"],
  ["read", "src/a", "ran"],
  ["network", "", "ran"],
  ["read", "link/x", "tool 'probe' requires danger-full-access permission; current mode is read-only: 'link/x' (ROOT/x) is outside the workspace"],
  ["write", "src/a", "tool 'probe' requires workspace-write permission; current mode is read-only"],
  ["write", "link/x", "tool 'probe' requires danger-full-access permission; current mode is read-only: 'link/x' (ROOT/x) is outside the workspace"],
  ["execute", "", "tool 'probe' requires danger-full-access permission; current mode is read-only"],
]);
