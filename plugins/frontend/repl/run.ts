// An interactive session from its first frame to its exit code. What is not needed to show a prompt is loaded after it stands there.
import { ClawError, type Host, wrap } from "claw";
import { bugText, exitCodeOf, failureOf, failureText, openOptions, openOutput, Screen } from "claw/kit";
import { bannerLines, SIGN } from "./banner.ts";
import type { Seat } from "./index.ts";

/** Never rejects. */
export async function run(words: readonly string[], host: Host, renderer: string, seat: Seat): Promise<number> {
  let screen: Screen | undefined;
  try {
    const asked = openOptions(host.options);
    screen = await host.use(Screen);
    screen.print(bannerLines(host, process.stdout.columns ?? 80));
    screen.live("editor", ["", SIGN], { line: 1, column: SIGN.length });
    await screen.open();
    // From here on the process stays: code that runs often is worth compiling.
    Bun.unsafe.setJITPolicy(1);
    const { sit } = await import("./sitting.ts");
    const code = await sit({ text: words.join(" ").trim(), host, screen, asked, renderer, seat });
    await screen.close();
    return code;
  } catch (thrown) {
    await screen?.close().catch(() => undefined);
    const error = wrap(thrown, "CLAW_BUG");
    const output = openOutput();
    output.err(failureText(failureOf(error)) + bugText(error));
    await output.flush();
    return error instanceof ClawError ? exitCodeOf(error) : 70;
  }
}
