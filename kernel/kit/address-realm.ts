// Which network an address belongs to.
import { networkInterfaces } from "node:os";
import type { AddressRealm } from "./address.ts";

/**
 * The realm of an address as a resolver gives it; `undefined` when it is public. What is no address is `reserved`. With the machine's `own` addresses
 * a public one of them is `loopback`: its servers can be reached by it too. Knows no host names.
 */
export function realmOfAddress(address: string, own?: ReadonlySet<string>): AddressRealm | undefined {
  // A zone is only ever said of an address on this link.
  if (address.includes("%")) return "link-local";
  // Not imported: it is loaded with the first address, not at the start.
  const family = process.getBuiltinModule("node:net").isIP(address);
  if (family === 0) return "reserved";
  const groups = family === 6 ? groupsOf(address) : [];
  const inner = family === 6 ? carried(groups) : number4(address);
  const realm = inner === undefined ? realmOf6(groups) : realmOf4(inner);
  return realm ?? (own?.has(inner === undefined ? address : text4(inner)) === true ? "loopback" : undefined);
}

/** The addresses of this machine. */
export function ownAddresses(): ReadonlySet<string> {
  return new Set(Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address.replace(/%.*$/, ""))));
}

// --- internal ---

type Block = readonly [first: string, bits: number, realm: AddressRealm];

/** The registry of special IPv4 addresses, and the metadata services that hide among public ones. The first that fits counts. */
const BLOCKS: readonly Block[] = [
  ["169.254.169.254", 32, "metadata"],
  ["169.254.170.2", 32, "metadata"],
  ["100.100.100.200", 32, "metadata"],
  ["192.0.0.192", 32, "metadata"],
  ["168.63.129.16", 32, "metadata"],
  ["127.0.0.0", 8, "loopback"],
  ["10.0.0.0", 8, "private"],
  ["172.16.0.0", 12, "private"],
  ["192.168.0.0", 16, "private"],
  ["100.64.0.0", 10, "private"],
  ["169.254.0.0", 16, "link-local"],
  ["0.0.0.0", 8, "reserved"],
  ["192.0.0.0", 24, "reserved"],
  ["192.0.2.0", 24, "reserved"],
  ["192.88.99.0", 24, "reserved"],
  ["198.18.0.0", 15, "reserved"],
  ["198.51.100.0", 24, "reserved"],
  ["203.0.113.0", 24, "reserved"],
  ["224.0.0.0", 3, "reserved"],
];

function number4(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function text4(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

function realmOf4(address: number): AddressRealm | undefined {
  return BLOCKS.find(([first, bits]) => Math.floor(address / 2 ** (32 - bits)) === Math.floor(number4(first) / 2 ** (32 - bits)))?.[2];
}

/** The eight groups of a valid IPv6 address. */
function groupsOf(address: string): readonly number[] {
  const dotted = /(?:\d+\.){3}\d+$/.exec(address)?.[0];
  const last = dotted === undefined ? 0 : number4(dotted);
  const text = dotted === undefined ? address : address.replace(dotted, `${Math.floor(last / 65_536).toString(16)}:${(last % 65_536).toString(16)}`);
  const [head = "", tail] = text.split("::");
  const read = (part: string): number[] => (part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16)));
  const [before, after] = [read(head), read(tail ?? "")];
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
}

/** The IPv4 address in an IPv6 one that stands for it: mapped, or translated by networks that have only IPv6, whose resolvers answer so for every IPv4 host. */
function carried([a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0]: readonly number[]): number | undefined {
  const mapped = (a | b | c | d | e) === 0 && f === 0xffff;
  const translated = a === 0x64 && b === 0xff9b && (c | d | e | f) === 0;
  return mapped || translated ? g * 65_536 + h : undefined;
}

/** Only the public range 2000::/3 is public, less what tunnels or documents. */
function realmOf6(groups: readonly number[]): AddressRealm | undefined {
  const [a = 0, b = 0] = groups;
  if (groups.every((group, index) => group === (index === 7 ? 1 : 0))) return "loopback";
  if (a === 0xfd00 && b === 0xec2) return "metadata";
  if ((a & 0xfe00) === 0xfc00) return "private";
  if ((a & 0xffc0) === 0xfe80) return "link-local";
  if ((a & 0xe000) !== 0x2000) return "reserved";
  if (a === 0x2001 && (b < 0x200 || b === 0xdb8)) return "reserved";
  if (a === 0x2002 || (a === 0x3fff && b < 0x1000)) return "reserved";
  return undefined;
}
