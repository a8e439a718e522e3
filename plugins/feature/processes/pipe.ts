// A real pipe for children's output. Bun's own "pipe" is a socket, which `echo x > /dev/stderr` and `tee /dev/stdout` cannot open.
import { closeSync } from "node:fs";

export interface Pipe {
  readonly read: number;
  readonly write: number;
}
/** A new pipe, or nothing where there is none to be had: then Bun's sockets have to do. */
export type MakePipe = () => Pipe | undefined;

/** The reading end of a stream: as much of the web's reader as is used here. */
export interface Reader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
  cancel(): Promise<void>;
}

/** Finds the C library's `pipe`. Its descriptors are not inherited unless asked for. */
export async function findPipe(): Promise<MakePipe> {
  const { platform, arch } = process;
  if (platform !== "linux" && platform !== "darwin") return () => undefined;
  const { dlopen, ptr } = await import("bun:ffi");
  const ends = new Int32Array(2);
  const made = (failed: number): Pipe | undefined => (failed === 0 ? { read: ends[0] ?? -1, write: ends[1] ?? -1 } : undefined);
  const musl = `libc.musl-${arch === "x64" ? "x86_64" : "aarch64"}.so.1`;
  for (const library of platform === "linux" ? ["libc.so.6", musl] : ["libSystem.B.dylib"]) {
    try {
      if (platform === "darwin") {
        const { pipe } = dlopen(library, { pipe: { args: ["ptr"], returns: "i32" } }).symbols;
        return () => made(pipe(ptr(ends)));
      }
      const { pipe2 } = dlopen(library, { pipe2: { args: ["ptr", "i32"], returns: "i32" } }).symbols;
      return () => made(pipe2(ptr(ends), CLOSE_ON_EXEC));
    } catch {
      // Another C library, or a build without foreign calls.
    }
  }
  return () => undefined;
}

/** What comes out of a pipe that a child has got by now. claw's own ends are closed here; the stream has its copy of the read end. */
export function readPipe(pipe: Pipe): Reader {
  const reader = Bun.file(pipe.read).stream().getReader();
  closePipe(pipe);
  return reader;
}

export function closePipe(pipe: Pipe): void {
  closeSync(pipe.read);
  closeSync(pipe.write);
}

// --- internal ---

/** Linux's O_CLOEXEC, the same on every machine claw is built for. */
const CLOSE_ON_EXEC = 0o2000000;
