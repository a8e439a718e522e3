// What the system's error codes mean, in words a model can act on.
import { ClawError } from "claw";

/** A failed file operation as a `ClawError`. `done` is what could not be: "read", "written", "found". */
export function explain(thrown: unknown, given: string, done: string): ClawError {
  if (thrown instanceof ClawError) return thrown;
  const code = codeOf(thrown);
  const reason = REASONS[code] ?? (thrown instanceof Error ? thrown.message : String(thrown));
  const hint = done === "written" ? { hint: `${given} is as it was before.` } : {};
  return new ClawError("CLAW_TOOL_FAILED", `${given} could not be ${done}: ${reason}.`, { ...hint, cause: thrown });
}

/** The system's code of an error: `ENOENT`. Empty when it has none. */
export function codeOf(thrown: unknown): string {
  return thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
}

// --- internal ---

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied by the system",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file would be larger than the system allows",
  EIO: "the disk reported an error",
  EISDIR: "it is a folder",
  ELOOP: "a symbolic link is in the way",
  EMFILE: "too many files are open",
  ENAMETOOLONG: "the name is too long",
  ENFILE: "too many files are open",
  ENOENT: "it does not exist",
  ENOSPC: "no space is left on the disk",
  ENOTDIR: "a part of the path is a file, not a folder",
  ENXIO: "it is no regular file",
  EPERM: "the system does not permit it",
  EROFS: "the file system is read-only",
};
