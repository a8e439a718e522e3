// The whole machine of a turn: pure, total, and the only place a state is ever chosen.

export type LoopState = "idle" | "routing" | "preparing" | "streaming" | "calling" | "deciding" | "recovering" | "ending";

/** What the work of a state reports. */
export type LoopSignal =
  | { readonly on: "input" }
  | { readonly on: "routed"; readonly to: "prompt" | "handled" }
  | { readonly on: "prepared" }
  | { readonly on: "finished"; readonly calls: number }
  | { readonly on: "called" }
  | { readonly on: "decided"; readonly again: boolean }
  | { readonly on: "error" }
  | { readonly on: "recovered"; readonly again: boolean }
  | { readonly on: "abort" }
  | { readonly on: "ended" };

/** States in which an error is offered to `recover`; anywhere else it ends the turn. */
const REPAIRABLE: ReadonlySet<LoopState> = new Set(["preparing", "streaming", "calling", "deciding"]);

/** The next state. A signal that a state does not expect leaves it unchanged. */
export function move(state: LoopState, signal: LoopSignal): LoopState {
  if (signal.on === "abort") return state === "idle" ? "idle" : "ending";
  if (signal.on === "error") return state === "idle" ? "idle" : REPAIRABLE.has(state) ? "recovering" : "ending";
  switch (state) {
    case "idle":
      return signal.on === "input" ? "routing" : state;
    case "routing":
      return signal.on !== "routed" ? state : signal.to === "prompt" ? "preparing" : "ending";
    case "preparing":
      return signal.on === "prepared" ? "streaming" : state;
    case "streaming":
      return signal.on !== "finished" ? state : signal.calls > 0 ? "calling" : "deciding";
    case "calling":
      return signal.on === "called" ? "deciding" : state;
    case "deciding":
      return signal.on !== "decided" ? state : signal.again ? "preparing" : "ending";
    case "recovering":
      return signal.on !== "recovered" ? state : signal.again ? "preparing" : "ending";
    case "ending":
      return signal.on === "ended" ? "idle" : state;
  }
}
