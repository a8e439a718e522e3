import { type LineCase, permissionModeContract, pluginContract } from "claw/testing";

pluginContract(import.meta.dir);

const LINES: readonly LineCase[] = [
  ["npm test > link/out", "ran"],
  ["npm test; echo x > .git/hooks/pre-commit", "('WS/.git/hooks/pre-commit' can make other programs run something); nobody can be asked"],
];

// biome-ignore format: a table reads better in rows
permissionModeContract("allow", [], [
  ["read", "link/x", "ran"],
  ["network", "", "ran"],
  ["write", "link/x", "ran"],
  ["execute", "", "ran"],
  ["write", ".GIT/hooks/pre-commit", "tool 'probe' requires approval to escalate from allow to danger-full-access: '.GIT/hooks/pre-commit' (WS/.GIT/hooks/pre-commit) can make other programs run something; nobody can be asked, so it was refused"],
], LINES);
