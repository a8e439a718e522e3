// What the answers of all providers have in common: parts gathered until somebody takes them, and the inputs of calls, whole or not.
import type { Block, Json, Part } from "claw";

/** Parts that nobody has taken yet. */
export interface PartQueue {
  delta(type: "text" | "thinking", text: string): void;
  call(call: Extract<Block, { type: "call" }>): void;
  /** What is ready, deltas of one kind in a row as one. Empties it. */
  take(): Part[];
}

/** An empty queue. */
export function createPartQueue(): PartQueue {
  let run: { readonly type: "text" | "thinking"; text: string } | undefined;
  const ready: Part[] = [];
  const flush = (): void => {
    if (run === undefined) return;
    // Half a surrogate pair waits for its other half.
    const half = (run.text.charCodeAt(run.text.length - 1) & 0xfc00) === 0xd800;
    const text = half ? run.text.slice(0, -1) : run.text;
    if (text !== "") ready.push({ type: run.type, delta: text.toWellFormed() });
    run = half ? { type: run.type, text: run.text.slice(-1) } : undefined;
  };
  return {
    delta(type, text) {
      if (run?.type === type) run.text += text;
      else {
        flush();
        run = { type, text };
      }
    },
    call(call) {
      flush();
      ready.push(call);
    },
    take() {
      flush();
      return ready.splice(0);
    },
  };
}

/** The input that JSON says, when it is one whole object; `undefined` for anything else, and for nothing. */
export function parseInput(json: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}

/** What the model is told of a call whose input is `json`, which is none: it was not run. `limited`: the output limit cut it off. */
export function brokenInput(tool: string, json: string, limited: boolean, maxOutput: number): string {
  if (limited)
    return `The answer reached its limit of ${maxOutput} output tokens inside the input of this call, after ${json.length} characters of it, so ${tool} was not run. Use a smaller input: split the work over several calls.`;
  return `The input of this call is not a complete JSON object, so ${tool} was not run. Send the call again.`;
}
