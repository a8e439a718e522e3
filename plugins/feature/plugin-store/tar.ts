// Unpacking a tarball that did not come through the package manager: a file or an address. Only plain files inside its own folder come out of it.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createGunzip } from "node:zlib";
import { ClawError } from "claw";
import { MOST_PACKAGE_FILES, tooLarge } from "claw/kit";

/** Unpacks into `folder`, without the first part of each name as npm does. Throws `CLAW_MANIFEST_INVALID` for names and links that lead elsewhere. */
export async function unpack(packed: Uint8Array, folder: string, most: number, label: string): Promise<void> {
  const bytes = await inflate(packed, most, label);
  let long: string | undefined;
  let files = 0;
  for (let at = 0; at + BLOCK <= bytes.length; ) {
    const header = bytes.subarray(at, at + BLOCK);
    if (header[0] === 0) break;
    const size = octal(header, 124, 12);
    const type = String.fromCharCode(header[156] ?? 0);
    const data = bytes.subarray(at + BLOCK, at + BLOCK + size);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    if (!sound(header) || data.length < size) throw new ClawError("CLAW_MANIFEST_INVALID", `${label} is not a whole tarball`);
    if (type === "x" || type === "L") {
      long = type === "L" ? text(data, 0, data.length) : (/^\d+ path=([^\n]*)$/m.exec(Buffer.from(data).toString())?.[1] ?? long);
      continue;
    }
    const name = long ?? [text(header, 345, 155), text(header, 0, 100)].filter((part) => part !== "").join("/");
    if (type !== "g") long = undefined;
    if (type === "g" || type === "5") continue;
    const inner = place(name, label);
    if (type !== "0" && type !== "\0") throw refuse(label, `${JSON.stringify(name)} is a link or a device`);
    if (++files > MOST_PACKAGE_FILES) throw tooLarge(label, most);
    await mkdir(dirname(join(folder, inner)), { recursive: true });
    await writeFile(join(folder, inner), data, { flag: "wx", mode: (octal(header, 100, 8) & 0o111) === 0 ? 0o644 : 0o755 }).catch((cause) => {
      throw cause.code === "EEXIST" ? refuse(label, `${JSON.stringify(name)} is in it twice`) : cause;
    });
  }
  if (files === 0) throw new ClawError("CLAW_MANIFEST_INVALID", `${label} has no files`);
}

// --- internal ---

const BLOCK = 512;

function refuse(label: string, what: string): ClawError {
  return new ClawError("CLAW_MANIFEST_INVALID", `${label}: ${what}; nothing was added`, { hint: "Do not install it; tell its author." });
}

/** The path inside the folder that a name means. */
function place(name: string, label: string): string {
  const parts = name.split(/[\\/]/);
  const inner = parts.slice(1).filter((part) => part !== "" && part !== ".");
  if (/^[\\/]|^[A-Za-z]:/.test(name) || parts.includes("..") || name.includes("\0")) throw refuse(label, `${JSON.stringify(name)} leads out of it`);
  if (inner.length === 0) throw refuse(label, `${JSON.stringify(name)} is not in a folder`);
  return inner.join("/");
}

async function inflate(packed: Uint8Array, most: number, label: string): Promise<Uint8Array> {
  if (packed[0] !== 0x1f || packed[1] !== 0x8b) return packed;
  const pieces: Uint8Array[] = [];
  let total = 0;
  const gunzip = createGunzip();
  gunzip.end(packed);
  try {
    for await (const piece of gunzip as AsyncIterable<Uint8Array>) {
      total += piece.length;
      // Headers and padding come on top of the files.
      if (total > most + MOST_PACKAGE_FILES * BLOCK * 2) throw tooLarge(label, most);
      pieces.push(piece);
    }
  } catch (cause) {
    if (cause instanceof ClawError) throw cause;
    throw new ClawError("CLAW_MANIFEST_INVALID", `${label} is not a whole tarball: ${(cause as Error).message}`, { cause });
  }
  return Buffer.concat(pieces);
}

function text(bytes: Uint8Array, from: number, length: number): string {
  const field = Buffer.from(bytes.subarray(from, from + length));
  const end = field.indexOf(0);
  return field.subarray(0, end === -1 ? field.length : end).toString();
}

function octal(bytes: Uint8Array, from: number, length: number): number {
  const value = Number.parseInt(text(bytes, from, length).trim() || "0", 8);
  return Number.isSafeInteger(value) && value >= 0 ? value : 0;
}

/** Whether the header's checksum is its own. */
function sound(header: Uint8Array): boolean {
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
  return sum === octal(header, 148, 8);
}
