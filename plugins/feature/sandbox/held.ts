// Files without a name, to hand a child what nobody else need see.
import { closeSync, openSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";

/** Open at its beginning, gone with the last descriptor of it. */
export function heldFile(folder: string, content: Uint8Array | string): number {
  const path = join(folder, `held-${crypto.randomUUID()}`);
  const fd = openSync(path, "wx+", 0o600);
  try {
    const bytes = Buffer.from(content as string);
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at, at);
    return fd;
  } catch (thrown) {
    closeSync(fd);
    throw thrown;
  } finally {
    unlinkSync(path);
  }
}
