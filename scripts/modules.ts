// What external plugins import from the binary. Loaded only when there is one. A file of its own, since `import("claw/kit")` in `main.ts` would
// make every start link all that kit exports: 2 ms.
import * as claw from "claw";
import * as kit from "claw/kit";
import * as valibot from "valibot";

const KINDS = ["tool", "command", "provider", "compactor", "permissionMode", "renderer", "store", "frontend"];
/** What plugins' tests import. In the binary it only says where tests run; Bun would blame the module. */
const TESTING = ["createHarness", "says", "calls", "fails", "pluginContract", ...KINDS.map((kind) => `${kind}Contract`)];
const notHere = (): never => {
  throw new claw.ClawError("CLAW_PLUGIN_LOAD_FAILED", "claw/testing is for tests: they run under `bun test`");
};

/** By the name that a plugin imports. */
export const modules: Readonly<Record<string, Record<string, unknown>>> = {
  claw,
  "claw/kit": kit,
  "claw/testing": Object.fromEntries(TESTING.map((name) => [name, notHere])),
  valibot,
};
