// The frontend `repl`: the session that a person sits in. All it does is in `run.ts`, loaded when it is run.
import { ClawError, definePlugin } from "claw";
import { type GoOn, Interactive } from "claw/kit";
import { boolean, type InferOutput, object, optional, string } from "valibot";

/** Who sits in a session now; nobody, outside `run`. */
export interface Seat {
  goOn: ((where: GoOn) => void) | undefined;
  suggest: ((text: string) => void) | undefined;
}

const ConfigSchema = object({
  renderer: optional(string(), "terminal"),
  /** Whether the first run keeps a key in the system's keychain, where there is one. */
  keychain: optional(boolean(), true),
});
export type Config = InferOutput<typeof ConfigSchema>;

export default definePlugin({
  config: ConfigSchema,
  setup({ contribute, provide, config }) {
    const seat: Seat = { goOn: undefined, suggest: undefined };
    contribute("frontend", {
      name: "repl",
      run: async (words, host) => (await import("./run.ts")).run(words, host, config, seat),
    });
    provide(Interactive, {
      goOn: (where) => (seat.goOn ?? vacant())(where),
      suggest: (text) => (seat.suggest ?? vacant())(text),
    });
  },
});

// --- internal ---

function vacant(): never {
  throw new ClawError("CLAW_USAGE", "this needs an interactive session", { hint: "Start one with `claw`, and call it there." });
}
