import { type LineCase, permissionModeContract, pluginContract } from "claw/testing";

pluginContract(import.meta.dir);

// biome-ignore format: a table reads better in rows
const LINES: readonly LineCase[] = [
  ["cat src/a | wc -l", "ran"],
  ["touch src/b", "from prompt to workspace-write:\n  touch src/b  (touch writes WS/src/b); nobody can be asked"],
  ["make", "from prompt to danger-full-access:\n  make  (make is not known to only read); nobody can be asked"],
];

// biome-ignore format: a table reads better in rows
permissionModeContract("prompt", [], [
  ["read", "src/a", "ran"],
  ["read", "link/x", "tool 'probe' requires approval to escalate from prompt to danger-full-access: 'link/x' (ROOT/x) is outside the workspace; nobody can be asked, so it was refused"],
  ["network", "", "tool 'probe' requires approval to escalate from prompt to read-only; nobody can be asked, so it was refused"],
  ["write", "src/a", "tool 'probe' requires approval to escalate from prompt to workspace-write; nobody can be asked, so it was refused"],
  ["execute", "", "tool 'probe' requires approval to escalate from prompt to danger-full-access; nobody can be asked, so it was refused"],
], LINES);
