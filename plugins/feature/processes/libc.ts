// What of the C library is needed besides Bun: real pipes, and being the parent of what has lost its own.

export interface Libc {
  /** Both ends, not inherited; `undefined` when there is none to be had. */
  pipe(): readonly [read: number, write: number] | undefined;
  /**
   * Makes claw the parent of descendants whose parent has ended, and its memory and environment, keys included, unreadable for processes of the same
   * user. Linux only; gives whether claw is that parent now.
   */
  adopt(): boolean;
  /** Buries a dead child that Bun does not know, or with a negative number all that are dead of that group. */
  bury(pid: number): void;
}

/** Where there is none, or no way to call it, there are no pipes and no adoption. */
export async function openLibc(): Promise<Libc | undefined> {
  const { platform, arch } = process;
  if (platform !== "linux" && platform !== "darwin") return undefined;
  const { dlopen, ptr } = await import("bun:ffi");
  const ends = new Int32Array(2);
  const made = (failed: number) => (failed === 0 ? ([ends[0] ?? -1, ends[1] ?? -1] as const) : undefined);
  const musl = `libc.musl-${arch === "x64" ? "x86_64" : "aarch64"}.so.1`;
  for (const library of platform === "linux" ? ["libc.so.6", musl] : ["libSystem.B.dylib"]) {
    try {
      if (platform === "darwin") {
        const { pipe } = dlopen(library, { pipe: { args: ["ptr"], returns: "i32" } }).symbols;
        return { pipe: () => made(pipe(ptr(ends))), adopt: () => false, bury: () => {} };
      }
      const { pipe2, prctl, waitpid } = dlopen(library, {
        pipe2: { args: ["ptr", "i32"], returns: "i32" },
        prctl: { args: ["i32", "u64", "u64", "u64", "u64"], returns: "i32" },
        waitpid: { args: ["i32", "ptr", "i32"], returns: "i32" },
      }).symbols;
      return {
        pipe: () => made(pipe2(ptr(ends), CLOSE_ON_EXEC)),
        adopt() {
          prctl(SET_DUMPABLE, 0n, 0n, 0n, 0n);
          return prctl(SET_CHILD_SUBREAPER, 1n, 0n, 0n, 0n) === 0;
        },
        bury(pid) {
          for (let most = 1_000; most > 0 && waitpid(pid, null, NO_HANG) > 0; most--);
        },
      };
    } catch {
      // Another C library, or a build without foreign calls.
    }
  }
  return undefined;
}

// --- internal ---

/** Linux's, the same on every machine claw is built for. */
const CLOSE_ON_EXEC = 0o2000000;
const SET_DUMPABLE = 4;
const SET_CHILD_SUBREAPER = 36;
const NO_HANG = 1;
