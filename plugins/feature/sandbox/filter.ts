// The system calls a sandboxed command is refused, as a classic BPF program for seccomp. Pure: numbers in, bytes out.
import { assembleFilter, type FilterStep } from "claw/kit";

/** What of the network is left to the command. `none` also refuses connecting to unix sockets, whose paths the kernel's filter cannot see. */
export type Sockets = "none" | "own";

/** The program for a machine, eight bytes an instruction; `undefined` for a machine it is not written for. */
export function buildFilter(arch: string, sockets: Sockets): Uint8Array | undefined {
  const machine = MACHINES[arch];
  if (machine === undefined) return undefined;
  const { audit, calls } = machine;
  const code: FilterStep[] = [
    [LOAD, 0, 0, ARCH],
    [EQUAL, 1, 0, audit],
    [RETURN, 0, 0, KILL],
    [LOAD, 0, 0, NUMBER],
  ];
  // The same numbers with this bit are the system calls of another calling convention, which no filter here would see.
  if (arch === "x64") code.push([AT_LEAST, 0, 1, 0x4000_0000], [RETURN, 0, 0, KILL]);
  const refuse = (call: number, error: number): void => void code.push([EQUAL, 0, 1, call], [RETURN, 0, 0, ERROR | error]);
  for (const call of [...calls.refused, ...SHARED_REFUSED]) refuse(call, EPERM);
  // Programs that hear that these are unknown fall back to older ones.
  for (const call of [...IO_URING, CLONE3]) refuse(call, ENOSYS);
  if (sockets === "none") refuse(calls.connect, EPERM);
  code.push([EQUAL, 0, 4, calls.ioctl], [LOAD, 0, 0, argument(1)], [EQUAL, 1, 0, TIOCSTI], [EQUAL, 0, 1, TIOCLINUX], [RETURN, 0, 0, ERROR | EPERM]);
  code.push([LOAD, 0, 0, NUMBER]);
  for (const call of [calls.clone, calls.unshare]) {
    code.push([EQUAL, 0, 4, call], [LOAD, 0, 0, argument(0)], [ANY_BIT, 0, 1, NAMESPACES], [RETURN, 0, 0, ERROR | EPERM], [RETURN, 0, 0, ALLOW]);
  }
  const families = sockets === "none" ? [AF_UNIX] : [AF_UNIX, AF_INET, AF_INET6, AF_NETLINK];
  code.push([EQUAL, 0, families.length * 2 + 2, calls.socket], [LOAD, 0, 0, argument(0)]);
  for (const family of families) code.push([EQUAL, 0, 1, family], [RETURN, 0, 0, ALLOW]);
  code.push([RETURN, 0, 0, ERROR | EPERM], [RETURN, 0, 0, ALLOW]);
  return assembleFilter(code);
}

// --- internal ---

const LOAD = 0x20;
const EQUAL = 0x15;
const AT_LEAST = 0x35;
const ANY_BIT = 0x45;
const RETURN = 0x06;
const ALLOW = 0x7fff_0000;
const ERROR = 0x0005_0000;
const KILL = 0x8000_0000;
const EPERM = 1;
const ENOSYS = 38;
/** Where the kernel puts number, machine and arguments. Of an argument only the low half is looked at, as the calls in question do. */
const NUMBER = 0;
const ARCH = 4;
const argument = (index: number): number => 16 + 8 * index;

const TIOCSTI = 0x5412;
const TIOCLINUX = 0x541c;
/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const NAMESPACES = 0x7e02_0000;
const [AF_UNIX, AF_INET, AF_INET6, AF_NETLINK] = [1, 2, 10, 16];
const IO_URING = [425, 426, 427];
const CLONE3 = 435;
/** open_tree, move_mount, fsopen, fsconfig, fsmount, fspick, mount_setattr. */
const SHARED_REFUSED = [428, 429, 430, 431, 432, 433, 442];

interface Machine {
  readonly audit: number;
  readonly calls: Readonly<Record<"socket" | "connect" | "ioctl" | "clone" | "unshare", number>> & { readonly refused: readonly number[] };
}
/**
 * `refused`: mount, umount2, pivot_root, setns, keyctl, add_key, request_key, bpf, perf_event_open, userfaultfd, init_module, finit_module,
 * delete_module, kexec_load, kexec_file_load, open_by_handle_at, acct, swapon, reboot.
 */
// biome-ignore format: tables read better in rows
const MACHINES: Readonly<Record<string, Machine>> = {
  x64: { audit: 0xc000_003e, calls: { socket: 41, connect: 42, ioctl: 16, clone: 56, unshare: 272,
    refused: [165, 166, 155, 308, 250, 248, 249, 321, 298, 323, 175, 313, 176, 246, 320, 304, 163, 167, 169] } },
  arm64: { audit: 0xc000_00b7, calls: { socket: 198, connect: 203, ioctl: 29, clone: 220, unshare: 97,
    refused: [40, 39, 41, 268, 219, 217, 218, 280, 241, 282, 105, 273, 106, 104, 294, 265, 89, 224, 142] } },
};
