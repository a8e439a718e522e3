import { permissionModeContract, pluginContract } from "claw/testing";

pluginContract(import.meta.dir);

// biome-ignore format: a table reads better in rows
permissionModeContract("workspace-write", ["default", "acceptEdits", "accept-edits", "auto"], [
  ["read", "src/a", "ran"],
  ["network", "", "ran"],
  ["write", "src/new", "ran"],
  ["read", "link/x", "tool 'probe' requires approval to escalate from workspace-write to danger-full-access: 'link/x' (ROOT/x) is outside the workspace; nobody can be asked, so it was refused"],
  ["write", "link/x", "tool 'probe' requires approval to escalate from workspace-write to danger-full-access: 'link/x' (ROOT/x) is outside the workspace; nobody can be asked, so it was refused"],
  ["execute", "", "tool 'probe' requires approval to escalate from workspace-write to danger-full-access; nobody can be asked, so it was refused"],
]);
