// A real pipe for children's output. Bun's own "pipe" is a socket, which `echo x > /dev/stderr` and `tee /dev/stdout` cannot open.
import { closeSync } from "node:fs";
import type { Libc } from "./libc.ts";

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

export function pipeMaker(libc: Libc | undefined): MakePipe {
  return () => {
    const ends = libc?.pipe();
    return ends && { read: ends[0], write: ends[1] };
  };
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
