// The interactive service: what a command can ask of the session that a person sits in. Provided by frontend/repl.
import { defineService, type OpenOptions, type ServiceToken } from "claw";

/** Where to go on: a new session, or with `ref` a kept one, with `fork` its copy. `text` is put into the editor. */
export interface GoOn extends Pick<OpenOptions, "ref" | "fork"> {
  readonly text?: string;
  /** What is in sight is scrolled away first. */
  readonly cleared?: boolean;
  /** Told there before anything else: what a command says itself, is said before. */
  readonly said?: string;
}
export interface Interactive {
  /** After this turn the person goes on in another session; the one in front is closed, and kept. Throws `CLAW_USAGE` when nobody sits in one. */
  goOn(where: GoOn): void;
  /** Puts `text` into the editor, in place of what is there. Throws `CLAW_USAGE` when nobody sits in a session. */
  suggest(text: string): void;
}
/** Provided by `@claw/frontend-repl`. */
export const Interactive: ServiceToken<Interactive> = defineService<Interactive>("claw.interactive@1");
