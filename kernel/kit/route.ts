// What a tap of the hook `route` answers with when an input goes no further: a command of its own, which no name leads to.
import type { ClawError, CommandOutcome, Route } from "claw";
import { unknown } from "valibot";

/** Takes an input: `run` says what comes of it instead of a prompt. `name` and `summary` are those of the command it becomes. */
export function claimInput(name: string, summary: string, run: () => Promise<CommandOutcome>): Route {
  return { to: "command", command: { name, summary, args: unknown(), run }, words: [] };
}

/** Ends the turn with `error` before anything is sent: a tap that throws is only skipped, a command that fails ends the turn with its reason. */
export function refuseInput(name: string, error: ClawError, summary: string = error.message): Route {
  return claimInput(name, summary, () => Promise.reject(error));
}
