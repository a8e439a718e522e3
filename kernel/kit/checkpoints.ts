// The checkpoints service: files as they were before the turns of a session changed them, and putting them back. Provided by feature/checkpoints.
import { defineService, type ServiceToken, type TurnScope } from "claw";

/** What putting back does to one file. `path` is relative to the workspace when it lies in it, else absolute. */
export interface FileChange {
  readonly path: string;
  readonly action: "restore" | "create" | "delete";
  /** Somebody else has changed it after the session did: that change is undone too. */
  readonly changedSince: boolean;
}
/** Files that a turn changed, or a putting back. `entry` is the session's last entry before its first change. */
export interface Checkpoint {
  readonly entry: string | null;
  readonly at: number;
  readonly kind: "turn" | "restore";
  readonly paths: readonly string[];
}
/** What was done. `skipped` were left as they are, with why. */
export interface Restored {
  readonly changes: readonly FileChange[];
  readonly skipped: readonly Readonly<{ path: string; why: string }>[];
}
export interface Checkpoints {
  /** Oldest first; turns that changed nothing are left out. */
  list(scope: TurnScope): Promise<readonly Checkpoint[]>;
  /** What `restore` would do. Changes nothing. */
  preview(entry: string | null, scope: TurnScope): Promise<readonly FileChange[]>;
  /** Puts files back as they were before anything that the session changed since it stood at `entry`. The chat stays. Throws `CLAW_STORE_FAILED`. */
  restore(entry: string | null, scope: TurnScope): Promise<Restored>;
  /** Takes the last putting back, back. `undefined` when there is none, or something was changed by a turn after it. */
  redo(scope: TurnScope): Promise<Restored | undefined>;
}
/** Provided by `@claw/feature-checkpoints`. */
export const Checkpoints: ServiceToken<Checkpoints> = defineService<Checkpoints>("claw.checkpoints@1");
