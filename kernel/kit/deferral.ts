// The deferral service: which tools a session's requests leave out until the model finds them. Provided by tool/tool-search.
import { defineService, type ServiceToken } from "claw";

export interface Deferral {
  /**
   * What the last draft of the session left out, found ones not among them, in the order they are told to the model. Empty before the first draft
   * (`scope.draft()` makes one), and where all tools fit.
   */
  deferred(session: string): readonly string[];
}
/** Provided by `@claw/tool-tool-search`. */
export const Deferral: ServiceToken<Deferral> = defineService<Deferral>("claw.deferral@1");
