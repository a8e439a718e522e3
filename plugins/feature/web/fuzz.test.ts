// Addresses of any text: what a rule and a person are shown is what would be asked for, and nothing that is let through names another host.
import { expect, test } from "bun:test";
import { ClawError } from "claw";
import { plainAddress } from "claw/kit";
import { bareHost, excepted, exceptionsOf } from "./exceptions.ts";
import { vet } from "./policy.ts";

const SEED = Number(process.env["CLAW_FUZZ_SEED"] ?? 23);
/** Numbers that look random, the same each time. */
function createRandom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
const random = createRandom(SEED);
const STARTS = ["http://", "https://", "HTTP://", "http:", "https:/", "http:\\\\", "ftp://", "file://", "data:", "//", "", " https://", "https://\t"];
// biome-ignore format: a list reads better in rows
const PIECES = ["example.com", "evil.example", "EXAMPLE.com", "example.com.", ".example.com", "xexample.com", "127.0.0.1", "0x7f.1", "[::1]", "[::ffff:7f00:1]", "@", ":", "/", "\\", "?", "#", "%00", "%2e", "%40", "%2f", "\0", "\r\n", "\t", " ", "。", "．", "ⓔxample", "\u00ad", "\u200b", "\u202e", "é", "xn--", "8080", "443", "user", "a=b", "..", "-", "\ud800"];
const made = (): string => (STARTS[random(STARTS.length)] ?? "") + Array.from({ length: random(7) }, () => PIECES[random(PIECES.length)]).join("");

test("plainAddress > any text is an address in its one form, or none", () => {
  for (let count = 0; count < 20_000; count++) {
    const text = made();
    const address = plainAddress(text);
    if (address === undefined) continue;
    expect([SEED, text, plainAddress(address)]).toEqual([SEED, text, address]);
    if (!/^https?:/.test(address)) continue;
    expect([SEED, text, address.includes("#"), /[\x00-\x20\x7f-\uffff]/.test(address)]).toEqual([SEED, text, false, false]);
  }
});

test("vet > what a rule judged is what is asked for; only the host that the user named is excepted", async () => {
  const named = await exceptionsOf({ settings: () => [] }, ["example.com"]);
  let passed = 0;
  for (let count = 0; count < 20_000; count++) {
    const text = made();
    let url: URL;
    try {
      url = vet(text, [], {});
    } catch (thrown) {
      expect([SEED, text, thrown instanceof ClawError]).toEqual([SEED, text, true]);
      continue;
    }
    passed += 1;
    const judged = plainAddress(text) ?? "";
    expect([SEED, text, bareHost(new URL(judged))]).toEqual([SEED, text, bareHost(url)]);
    expect([SEED, text, vet(judged, [], {}).href]).toEqual([SEED, text, url.href]);
    expect([SEED, text, excepted(url, named)]).toEqual([SEED, text, bareHost(url) === "example.com"]);
  }
  expect(passed).toBeGreaterThan(1_000);
});
