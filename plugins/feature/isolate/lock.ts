// No more programs: a filter of system calls by which this process, and all its threads, can never again become or start another one.
import { ClawError } from "claw";
import { assembleFilter, type FilterStep } from "claw/kit";

/** Throws `CLAW_PLUGIN_LOAD_FAILED` where that cannot be had: fail closed. Linux only. */
export async function lockPrograms(): Promise<void> {
  const machine = MACHINES[process.arch];
  const hint = 'It can be had on Linux. A plugin that declares "exec" needs no such lock.';
  if (process.platform !== "linux" || machine === undefined) {
    throw new ClawError("CLAW_PLUGIN_LOAD_FAILED", "starting programs cannot be forbidden on this system, and it does not declare exec", { hint });
  }
  const { dlopen, ptr } = await import("bun:ffi");
  const bytes = filter(machine);
  const program = new ArrayBuffer(16);
  const view = new DataView(program);
  view.setUint16(0, bytes.length / 8, true);
  view.setBigUint64(8, BigInt(ptr(bytes)), true);
  let problem = "there is no C library";
  for (const library of ["libc.so.6", `libc.musl-${process.arch === "x64" ? "x86_64" : "aarch64"}.so.1`]) {
    try {
      const { syscall, prctl } = dlopen(library, {
        syscall: { args: ["u64", "u64", "u64", "ptr"], returns: "i64" },
        prctl: { args: ["i32", "u64", "u64", "u64", "u64"], returns: "i32" },
      }).symbols;
      prctl(NO_NEW_PRIVILEGES, 1n, 0n, 0n, 0n);
      const given = Number(syscall(BigInt(machine.seccomp), SET_FILTER, ALL_THREADS, ptr(new Uint8Array(program))));
      if (given === 0) return;
      problem = `the system refused it (${given})`;
      break;
    } catch {
      // Another C library.
    }
  }
  throw new ClawError("CLAW_PLUGIN_LOAD_FAILED", `starting programs could not be forbidden: ${problem}`, { hint });
}

// --- internal ---

const NO_NEW_PRIVILEGES = 38;
const SET_FILTER = 1n;
const ALL_THREADS = 1n;
interface Machine extends Readonly<{ audit: number; seccomp: number; execve: number; execveat: number }> {}
const MACHINES: Readonly<Record<string, Machine>> = {
  x64: { audit: 0xc000_003e, seccomp: 317, execve: 59, execveat: 322 },
  arm64: { audit: 0xc000_00b7, seccomp: 277, execve: 221, execveat: 281 },
};
const [LOAD, EQUAL, AT_LEAST, RETURN] = [0x20, 0x15, 0x35, 0x06] as const;
const [ALLOW, REFUSE, KILL] = [0x7fff_0000, 0x0005_0001, 0x8000_0000] as const;

function filter({ audit, execve, execveat }: Machine): Uint8Array {
  const code: readonly FilterStep[] = [
    [LOAD, 0, 0, 4], [EQUAL, 1, 0, audit], [RETURN, 0, 0, KILL], [LOAD, 0, 0, 0],
    // The same numbers with this bit are the calls of another convention.
    [AT_LEAST, 0, 1, 0x4000_0000], [RETURN, 0, 0, KILL],
    [EQUAL, 1, 0, execve], [EQUAL, 0, 1, execveat], [RETURN, 0, 0, REFUSE], [RETURN, 0, 0, ALLOW],
  ]; // biome-ignore format: rows
  return assembleFilter(code);
}
