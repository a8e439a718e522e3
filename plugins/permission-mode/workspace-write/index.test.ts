import { type LineCase, permissionModeContract, pluginContract } from "claw/testing";

pluginContract(import.meta.dir);

// biome-ignore format: a table reads better in rows
const LINES: readonly LineCase[] = [
  ["cat src/a && cd src && ls | head -3", "ran"],
  ["mkdir -p new/deep && touch new/deep/x; cp src/a new/deep; echo hi >> new/y", "ran"],
  ["rm src/a", "ran"],
  ["cat link/x; ls", "from workspace-write to danger-full-access:\n  cat link/x  ('ROOT/x' is outside the workspace); nobody can be asked, so it was refused"],
  ["touch link/x", "from workspace-write to danger-full-access:\n  touch link/x  ('ROOT/x' is outside the workspace); nobody can be asked"],
  ["echo x > .git/hooks/pre-commit", "('WS/.git/hooks/pre-commit' can make other programs run something); nobody can be asked"],
  ["ls; npm test", "from workspace-write to danger-full-access:\n  npm test  (npm is not known to only read); nobody can be asked, so it was refused"],
];

// biome-ignore format: a table reads better in rows
permissionModeContract("workspace-write", ["default", "auto"], [
  ["read", "src/a", "ran"],
  ["network", "", "ran"],
  ["write", "src/new", "ran"],
  ["read", "link/x", "tool 'probe' requires approval to escalate from workspace-write to danger-full-access: 'link/x' (ROOT/x) is outside the workspace; nobody can be asked, so it was refused"],
  ["write", "link/x", "tool 'probe' requires approval to escalate from workspace-write to danger-full-access: 'link/x' (ROOT/x) is outside the workspace; nobody can be asked, so it was refused"],
  ["execute", "", "tool 'probe' requires approval to escalate from workspace-write to danger-full-access; nobody can be asked, so it was refused"],
], LINES);
