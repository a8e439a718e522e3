// The added folders service: what a person has added to a session's workspace while it runs. Provided by command/add-dir.
import { defineService, type ServiceToken } from "claw";

export interface AddedFolders {
  /** Real paths, for a session or a sub-agent of it. Those that flags and settings add are not among them. */
  of(session: string): readonly string[];
}
/** Provided by `@claw/command-add-dir`. */
export const AddedFolders: ServiceToken<AddedFolders> = defineService<AddedFolders>("claw.added-folders@1");
