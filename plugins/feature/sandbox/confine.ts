// The program `claw __sandbox`: claw's own binary started anew, with an empty environment, to become a sandboxed command. Reads the policy from
// descriptor 3 and the C source from descriptor 4, and ends with 125 and one line on stderr when anything is not as demanded: fail closed.
import { writeSync } from "node:fs";

/** Does not return. */
export async function confine(): Promise<never> {
  try {
    const { cc } = await import("bun:ffi");
    const { symbols } = cc({ source: "/proc/self/fd/4", flags: "-nostdlib", symbols: { confine: { args: ["i32"], returns: "i32" } } });
    symbols.confine(3);
  } catch (thrown) {
    writeSync(2, `claw-sandbox: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  }
  process.exit(125);
}
