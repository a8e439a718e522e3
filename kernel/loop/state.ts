// The whole machine of a turn: pure, total, and the only place a state is ever chosen.

/** Where a turn stands. */
export type LoopState = "idle" | "routing" | "preparing" | "streaming" | "calling" | "deciding" | "recovering" | "ending";
/** What the work of a state reports: `asked` is a stream that ended with calls, `answered` one without. */
// biome-ignore format: one row
export type LoopSignal = "input" | "prompt" | "handled" | "prepared" | "asked" | "answered" | "called" | "again" | "enough" | "error" | "abort" | "ended";
/** What follows each state. An error that nothing follows ends the turn; so does an abort. */
const MOVES: { readonly [S in LoopState]: { readonly [K in LoopSignal]?: LoopState } } = {
  idle: { input: "routing", error: "idle", abort: "idle" },
  routing: { prompt: "preparing", handled: "ending" },
  preparing: { prepared: "streaming", error: "recovering" },
  streaming: { asked: "calling", answered: "deciding", error: "recovering" },
  calling: { called: "deciding", error: "recovering" },
  deciding: { again: "preparing", enough: "ending", error: "recovering" },
  recovering: { again: "preparing", enough: "ending" },
  ending: { ended: "idle" },
};
/** The next state. A signal that a state does not expect leaves it unchanged. */
export function move(state: LoopState, signal: LoopSignal): LoopState {
  return MOVES[state][signal] ?? (signal === "error" || signal === "abort" ? "ending" : state);
}
