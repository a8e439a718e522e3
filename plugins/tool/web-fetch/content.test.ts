import { expect, test } from "bun:test";
import { createCaches, type Page } from "./cache.ts";
import { contentOf, textOf } from "./content.ts";
import { strip } from "./strip.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test.each([
  ["text/html; charset=utf-8", "<p>", "html"],
  ["application/xhtml+xml", "<p>", "html"],
  ["", "  <!DOCTYPE html><p>", "html"],
  ["application/octet-stream", "<html lang=en>", "html"],
  ["", "plain words", "text"],
  ["text/plain", "<html>", "text"],
  ["application/json", "{}", "text"],
  ["application/vnd.api+json", "{}", "text"],
  ["image/svg+xml", "<svg/>", "text"],
  ["application/x-unheard-of", "words", "text"],
  ["application/pdf", "%PDF-1.4", "pdf"],
  ["application/octet-stream", "%PDF-1.4", "pdf"],
  ["image/png", "\x89PNG", "none"],
  ["video/mp4", "x", "none"],
  ["", "a\0b", "none"],
  ["text/plain", "a\0b", "none"],
  ["application/zip", "PK\x03\x04\0", "none"],
] as const)("contentOf > %s with %j is %s", (type, body, kind) => {
  expect(contentOf(type, bytes(body)).kind).toBe(kind);
});

test("textOf > reads the set that header, mark or page name, and guesses none that does not fit", () => {
  const latin = new Uint8Array([0x63, 0x61, 0x66, 0xe9]);
  expect(textOf("text/plain; charset=ISO-8859-1", latin)).toBe("café");
  expect(textOf("text/plain", latin)).toBe("café");
  expect(textOf("text/plain; charset=unheard-of", bytes("café"))).toBe("café");
  expect(textOf('text/html; charset="Shift_JIS"', new Uint8Array([0x93, 0xfa, 0x96, 0x7b]))).toBe("日本");
  expect(textOf("text/html", new Uint8Array([...bytes('<meta charset="windows-1251">'), 0xcf, 0xf0]))).toBe('<meta charset="windows-1251">Пр');
  expect(textOf("text/html", new Uint8Array([...bytes("<meta http-equiv=Content-Type content='text/html; charset=euc-kr'>"), 0xb0, 0xa1]))).toEndWith(
    "가",
  );
  expect(textOf("text/xml", new Uint8Array([...bytes('<?xml version="1.0" encoding="iso-8859-2"?>'), 0xb1]))).toEndWith("ą");
  expect(textOf("text/plain; charset=latin1", new Uint8Array([0xff, 0xfe, 0x61, 0x00]))).toBe("a");
  expect(textOf("text/plain", new Uint8Array([0xef, 0xbb, 0xbf, 0x61]))).toBe("a");
  expect(textOf("text/plain", bytes("aé").subarray(0, 2), true)).toBe("a");
  expect(textOf("text/plain; charset=utf-8", new Uint8Array([0x61, 0xff])).isWellFormed()).toBe(true);
});

test("strip > leaves the words, in lines, with their characters", () => {
  expect(strip("<title>T</title><body><h1>A &amp; B</h1><script>no()</script><p>one<br>two &#233;&#x1F600;&copy;</p><td>x<td>y")).toBe(
    "A & B\none\ntwo é😀&copy;\nx y".replace("\nx", " x"),
  );
  expect(strip(`${"<div>".repeat(100_000)}deep`)).toBe("deep");
});

test("cache > gives a page for its time, each session its own, and never more than it may hold", () => {
  let now = 0;
  const caches = createCaches(1_000, () => now);
  const page = (text: string): Page => ({ url: "u", title: "", text, type: "", status: 200, bytes: 1, notes: [] });
  const [one, two] = [caches.of("1"), caches.of("2")];
  one.put("a", page("text"));
  expect([one.get("a")?.text, two.get("a"), caches.of("1").get("a")?.text]).toEqual(["text", undefined, "text"]);
  now = 999;
  expect(one.get("a")).toBeDefined();
  now = 1_000;
  expect(one.get("a")).toBeUndefined();
  for (let index = 0; index < 60; index++) one.put(`p${index}`, page("x"));
  expect([one.get("p9"), one.get("p10")?.text, one.get("p59")?.text]).toEqual([undefined, "x", "x"]);
  for (const name of ["x", "y", "z"]) one.put(name, page("w".repeat(3_000_000)));
  expect([one.get("x"), one.get("y")?.url, one.get("z")?.url]).toEqual([undefined, "u", "u"]);
  one.put("huge", page("w".repeat(9_000_000)));
  expect([one.get("huge"), one.get("z")?.url]).toEqual([undefined, "u"]);
  caches.drop("1");
  expect(caches.of("1").get("z")).toBeUndefined();
});
