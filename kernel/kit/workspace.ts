// The workspace service: where a path really is, and reading and writing files without harm. Provided by feature/workspace.
import { type CallScope, defineService, type ServiceToken, type TurnScope } from "claw";

/** A path with every symlink resolved. `path` is absolute and real; a tail that does not exist yet is kept as it is. */
export interface Place {
  readonly given: string;
  readonly path: string;
  /** Under one of the session's roots: its folder, `--add-dir` folders, its scratch folder. */
  readonly inside: boolean;
  /** Its name can make claw, git, an editor or a shell run something: `.git/hooks`, `.claw/**`, `.mcp.json`, … (`contract.md` section 6). */
  readonly guarded: boolean;
}
/** A file's content as it was read. */
export interface Snapshot {
  readonly bytes: Uint8Array;
  readonly size: number;
  readonly mtimeMs: number;
}
/** What a write changed, for people and for the model: a short unified diff, counts of lines. */
export interface Change {
  readonly kind: "created" | "updated" | "unchanged";
  readonly diff: string;
  readonly added: number;
  readonly removed: number;
}
export interface Workspace {
  /**
   * In a call that the gate has judged: the very place that was judged; throws `CLAW_TOOL_FAILED` when it has moved since. A path that is not among
   * the call's `paths` must be in a judged folder, or inside and not guarded. Nothing in `/proc`, `/sys` or `/dev` has a place.
   */
  locate(path: string, scope: TurnScope | CallScope): Promise<Place>;
  /** All places of a call, in the order of its `paths`. What permission modes judge by. */
  places(call: { readonly paths: readonly string[] }, scope: TurnScope): Promise<readonly Place[]>;
  /** Opens without following a swapped link, refuses what is no regular file and what is larger than `limit` bytes; remembers that the session has seen this version. */
  read(place: Place, scope: TurnScope, limit?: number): Promise<Snapshot>;
  /** Names in a folder, sorted, those of folders with a `/` at the end. Opens without following a swapped link. */
  list(place: Place, scope: TurnScope): Promise<readonly string[]>;
  /** Replaces or creates atomically, keeping mode, BOM, line ends and encoding. Refuses a file never read in this session or changed since. */
  write(place: Place, text: string, scope: TurnScope): Promise<Change>;
  /** Like `write`, for a file there is: `change` gets its text and gives the new one, whose line ends are kept as they are. */
  edit(place: Place, change: (text: string) => string, scope: TurnScope): Promise<Change>;
  /** A private temporary folder of the session (0700), gone with it. Counts as inside. */
  scratch(scope: TurnScope): Promise<string>;
}
/** Provided by `@claw/feature-workspace`. */
export const Workspace: ServiceToken<Workspace> = defineService<Workspace>("claw.workspace@1");
