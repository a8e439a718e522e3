import { permissionModeContract, pluginContract } from "claw/testing";

pluginContract(import.meta.dir);

// biome-ignore format: a table reads better in rows
permissionModeContract("allow", [], [
  ["read", "link/x", "ran"],
  ["network", "", "ran"],
  ["write", "link/x", "ran"],
  ["execute", "", "ran"],
  ["write", ".GIT/hooks/pre-commit", "tool 'probe' requires approval to escalate from allow to danger-full-access: '.GIT/hooks/pre-commit' (WS/.GIT/hooks/pre-commit) can make other programs run something; nobody can be asked, so it was refused"],
]);
