// What the answers of all providers have in common besides their parts: what they keep of a stream, and when they hear of it no more.
import type { AnswerReader } from "./body.ts";
import type { PartQueue } from "./parts.ts";
import type { StreamEvent } from "./sse.ts";

/** What an answer keeps: the parts that came, whether the stream said that it is complete, and why it cannot be believed any more. */
export interface AnswerState {
  readonly parts: PartQueue;
  readonly ended: boolean;
  readonly problem?: { readonly error: unknown };
}
/** What a provider alone knows. `event` hears of nothing after the end or a problem; `usable` is as in `AnswerReader`. */
export interface AnswerRules extends Pick<AnswerReader, "skim" | "done" | "closed" | "finish"> {
  event(event: StreamEvent): void;
  usable(): boolean;
}

/** The reader that `state` and a provider's rules make. */
export function createAnswerReader(state: AnswerState, rules: AnswerRules): AnswerReader {
  return {
    ...rules,
    event(event) {
      if (!state.ended && state.problem === undefined) rules.event(event);
    },
    take: state.parts.take,
    get ended() {
      return state.ended;
    },
    get problem() {
      return state.problem;
    },
    get usable() {
      return rules.usable();
    },
  };
}
