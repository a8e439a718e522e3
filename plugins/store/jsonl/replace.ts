// Putting another content in a session file's place, all or nothing. Whoever calls it holds the session's lock.
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { ClawError } from "claw";

/** `change` gets the file's bytes and gives what is to be there instead. Throws `CLAW_STORE_FAILED`; the file is then as it was. */
export function replaceFile(path: string, change: (bytes: Buffer) => readonly Uint8Array[]): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const parts = change(readFileSync(path));
    const fd = openSync(temporary, "wx", 0o600);
    try {
      for (const part of parts) {
        for (let done = 0; done < part.length; ) {
          const wrote = writeSync(fd, part, done);
          if (wrote === 0) throw new Error("the disk takes no more");
          done += wrote;
        }
      }
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
  } catch (thrown) {
    rmSync(temporary, { force: true });
    if (thrown instanceof ClawError) throw thrown;
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new ClawError("CLAW_STORE_FAILED", `${path} could not be written: ${why}`, { hint: "The file is as it was.", cause: thrown });
  }
}
