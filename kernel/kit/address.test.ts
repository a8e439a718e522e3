import { expect, test } from "bun:test";
import { BlockList } from "node:net";
import { ownAddresses, realmOfAddress } from "./address-realm.ts";

test.each([
  ["127.0.0.1", "loopback"],
  ["127.255.255.254", "loopback"],
  ["::1", "loopback"],
  ["::ffff:127.0.0.1", "loopback"],
  ["::ffff:7f00:1", "loopback"],
  ["64:ff9b::7f00:1", "loopback"],
  ["10.0.0.1", "private"],
  ["172.16.0.1", "private"],
  ["172.31.255.255", "private"],
  ["192.168.1.1", "private"],
  ["100.64.0.1", "private"],
  ["fc00::1", "private"],
  ["fdff:ffff::1", "private"],
  ["::ffff:10.0.0.1", "private"],
  ["169.254.1.1", "link-local"],
  ["fe80::1", "link-local"],
  ["fe80::1%eth0", "link-local"],
  ["169.254.169.254", "metadata"],
  ["::ffff:169.254.169.254", "metadata"],
  ["64:ff9b::a9fe:a9fe", "metadata"],
  ["100.100.100.200", "metadata"],
  ["168.63.129.16", "metadata"],
  ["fd00:ec2::254", "metadata"],
  ["0.0.0.0", "reserved"],
  ["0.1.2.3", "reserved"],
  ["::", "reserved"],
  ["::7f00:1", "reserved"],
  ["224.0.0.1", "reserved"],
  ["255.255.255.255", "reserved"],
  ["198.18.0.1", "reserved"],
  ["192.0.2.1", "reserved"],
  ["2001:db8::1", "reserved"],
  ["2001::1", "reserved"],
  ["2002:7f00:1::", "reserved"],
  ["ff02::1", "reserved"],
  ["fec0::1", "reserved"],
  ["64:ff9b:1::1", "reserved"],
  ["no address", "reserved"],
  ["", "reserved"],
] as const)("realmOfAddress > %s is %s", (address, realm) => {
  expect(realmOfAddress(address)).toBe(realm);
});

test.each([
  "1.1.1.1",
  "93.184.216.34",
  "172.15.255.255",
  "172.32.0.0",
  "100.63.255.255",
  "100.128.0.0",
  "2606:4700:4700::1111",
  "::ffff:8.8.8.8",
  "64:ff9b::808:808",
])("realmOfAddress > %s is public", (address) => {
  expect(realmOfAddress(address)).toBeUndefined();
});

test("realmOfAddress > agrees with the system's own block list on 20,000 random addresses, in either family", () => {
  const inner = new BlockList();
  for (const [net, bits] of [
    ["10.0.0.0", 8],
    ["127.0.0.0", 8],
    ["172.16.0.0", 12],
    ["192.168.0.0", 16],
    ["169.254.0.0", 16],
    ["100.64.0.0", 10],
    ["0.0.0.0", 8],
    ["224.0.0.0", 3],
  ] as const)
    inner.addSubnet(net, bits, "ipv4");
  const random = new Uint32Array(20_000);
  crypto.getRandomValues(random.subarray(0, 10_000));
  crypto.getRandomValues(random.subarray(10_000));
  const starts = [10, 127, 172, 192, 169, 100, 0, 224, 255];
  for (const [index, value] of random.entries()) {
    // Half of them begin as an inner one does.
    const first = index % 2 === 0 ? value >>> 24 : starts[value % starts.length]!;
    const bytes = [first, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
    const dotted = bytes.join(".");
    const mapped = `::ffff:${((bytes[0]! << 8) | bytes[1]!).toString(16)}:${((bytes[2]! << 8) | bytes[3]!).toString(16)}`;
    if (inner.check(dotted, "ipv4")) expect({ dotted, realm: realmOfAddress(dotted) !== undefined }).toEqual({ dotted, realm: true });
    expect({ dotted, mapped: realmOfAddress(mapped) }).toEqual({ dotted, mapped: realmOfAddress(dotted) });
  }
});

test("realmOfAddress > a public address of this machine is the machine itself, however it is written", () => {
  const own = new Set(["93.184.216.34", "2606:4700::1"]);
  for (const one of ["93.184.216.34", "::ffff:93.184.216.34", "::ffff:5db8:d822", "64:ff9b::5db8:d822", "2606:4700::1"])
    expect([one, realmOfAddress(one), realmOfAddress(one, own)]).toEqual([one, undefined, "loopback"]);
  expect(realmOfAddress("93.184.216.35", own)).toBeUndefined();
  expect(realmOfAddress("169.254.169.254", new Set(["169.254.169.254"]))).toBe("metadata");
  expect([...ownAddresses()]).toContain("127.0.0.1");
});
