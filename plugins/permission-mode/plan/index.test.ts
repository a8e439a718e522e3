import { type LineCase, permissionModeContract, pluginContract } from "claw/testing";

pluginContract(import.meta.dir);

// biome-ignore format: a table reads better in rows
const LINES: readonly LineCase[] = [
  ["cat src/a && cd src && ls | head -3", "ran"],
  ["git status --short; grep -rn x . | sort | uniq -c", "ran"],
  ["ls > out", "tool 'bash' requires workspace-write permission; current mode is plan:\n  > out  (it writes WS/out)"],
  ["cat link/x", "tool 'bash' requires danger-full-access permission; current mode is plan:\n  cat link/x  ('ROOT/x' is outside the workspace)"],
  ["ls; npm test", "tool 'bash' requires danger-full-access permission; current mode is plan:\n  npm test  (npm is not known to only read)"],
  ["ls 'x", "current mode is plan:\n  ls 'x  (it does not parse: "],
];

// biome-ignore format: a table reads better in rows
permissionModeContract("plan", [], [
  ["read", "", "ran"],
  ["read", "src/a", "ran"],
  ["network", "", "ran"],
  ["read", "link/x", "tool 'probe' requires danger-full-access permission; current mode is plan: 'link/x' (ROOT/x) is outside the workspace"],
  ["write", "src/a", "tool 'probe' requires workspace-write permission; current mode is plan"],
  ["write", "link/x", "tool 'probe' requires danger-full-access permission; current mode is plan: 'link/x' (ROOT/x) is outside the workspace"],
  ["execute", "", "tool 'probe' requires danger-full-access permission; current mode is plan"],
], LINES);
