// Whether an address is one of the public network. Knows no names.
import { BlockList, isIP } from "node:net";
import { networkInterfaces } from "node:os";

/** `private` may be meant when a person names the host; `closed` is never reached by name: link-local, metadata, reserved. */
export type Realm = "public" | "private" | "closed";

export function createRealms(): (address: string) => Realm {
  const [nearby, never] = [listOf(NEARBY), listOf(NEVER)];
  const own = new Set(Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address.replace(/%.*$/, ""))));
  const realm = (address: string): Realm => {
    const family = isIP(address);
    if (family === 0 || address.includes("%")) return "closed";
    const kind = family === 4 ? "ipv4" : "ipv6";
    if (family === 6) {
      const inner = carried(address);
      if (inner !== undefined) return realm(inner);
    }
    if (never.check(address, kind)) return "closed";
    if (nearby.check(address, kind) || own.has(address)) return "private";
    return family === 6 && !/^[23][0-9a-f]{3}:/i.test(address) ? "closed" : "public";
  };
  return realm;
}

// --- internal ---

const NEARBY = ["127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "::1/128", "fc00::/7"];
/** Among them the metadata services that hide in private and public ranges. */
// biome-ignore format: rows
const NEVER = [
  "169.254.0.0/16", "100.100.100.200/32", "192.0.0.0/24", "168.63.129.16/32", "0.0.0.0/8", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
  "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3", "fd00:ec2::/32", "fe80::/10", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
];

function listOf(blocks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const block of blocks) {
    const [address = "", bits] = block.split("/");
    list.addSubnet(address, Number(bits), isIP(address) === 4 ? "ipv4" : "ipv6");
  }
  return list;
}

/** The IPv4 address in an IPv6 one that stands for it: mapped, or translated by networks that have only IPv6. */
function carried(address: string): string | undefined {
  // The one form that URLs give it, in which the last groups are numbers.
  const plain = URL.parse(`http://[${address}]/`)?.hostname.slice(1, -1) ?? "";
  const [, high = "", low = ""] = /^(?:::ffff|64:ff9b:):([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(plain) ?? [];
  if (low === "") return undefined;
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return `${a >> 8}.${a & 255}.${b >> 8}.${b & 255}`;
}
