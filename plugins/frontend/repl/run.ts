// An interactive session from its first frame to its exit code. What is not needed to show a prompt is loaded after it stands there.
import { ClawError, type Host, wrap } from "claw";
import { bugText, exitCodeOf, failureOf, failureText, openOptions, openOutput, Screen } from "claw/kit";
import { bannerLines, SIGN } from "./banner.ts";
import type { Config, Seat } from "./index.ts";

/** Never rejects. */
export async function run(words: readonly string[], host: Host, config: Config, seat: Seat): Promise<number> {
  let screen: Screen | undefined;
  try {
    const asked = openOptions(host.options);
    screen = await host.use(Screen);
    const banner = bannerLines(host, process.stdout.columns ?? 80, screen.plain);
    // Where there may be no such session, that is not begun with a greeting.
    if (asked.ref === undefined) screen.print(banner);
    screen.live("editor", ["", SIGN], { line: 1, column: SIGN.length });
    await screen.open();
    compileLater(host);
    const { sit } = await import("./sitting.ts");
    const code = await sit({ text: words.join(" ").trim(), greeting: asked.ref === undefined ? [] : banner, host, screen, asked, config, seat });
    await screen.close();
    return code;
  } catch (thrown) {
    await screen?.close().catch(() => undefined);
    const error = wrap(thrown, "CLAW_BUG");
    // Who has left the list of sessions knows that.
    if (error.code !== "CLAW_ABORTED") {
      const output = openOutput();
      output.err(failureText(failureOf(error)) + bugText(error));
      await output.flush();
    }
    return error instanceof ClawError ? exitCodeOf(error) : 70;
  }
}

// --- internal ---

/** Code that has run often is compiled to machine code. With a short answer that costs more than it saves: it begins in earnest once much was written. */
function compileLater({ bus }: Host): void {
  Bun.unsafe.setJITPolicy(SHORT_PATIENCE);
  let written = 0;
  const listening = bus.on("text.delta", ({ data }) => {
    written += data.delta.length;
    if (written < MUCH) return;
    Bun.unsafe.setJITPolicy(1);
    listening[Symbol.dispose]();
  });
}

/** How many times more often than usual code must have run. Measured: at 100 deltas a second 20 takes a fifth of the processor time less than 1. */
const SHORT_PATIENCE = 20;
const MUCH = 100_000;
