import { describe, expect, test } from "bun:test";
import { readEvents, type StreamEvent } from "claw/kit";
import { takeTextDeltas } from "./sse.ts";

const TEXTS = ["plain", "umlauts äöü and 世界", "🎉", 'quoted "so" and \\ and \n', "", "}}", '"}}', "\u2028"];
const event = (text: string): StreamEvent => ({ type: "content_block_delta", index: 3, delta: { type: "text_delta", text } });
const ping: StreamEvent = { type: "ping" };

/** What a reader says of bytes in these chunks: the text of each block, by either way, and in how many pieces it came. */
function read(chunks: readonly Uint8Array[], joins = true) {
  const texts: Record<number, string> = {};
  const others: StreamEvent[] = [];
  let pieces = 0;
  const take = (index: number, delta: string): void => {
    texts[index] = (texts[index] ?? "") + delta;
    pieces += 1;
  };
  const reader = readEvents({
    skim: (text, at) => takeTextDeltas(text, at, { take, joins: () => joins }),
    event: (one) => {
      const { index, delta } = one as { index?: number; delta?: { text?: string } };
      if (one.type === "content_block_delta") take(index ?? -1, delta?.text ?? "");
      else others.push(one);
    },
  });
  for (const chunk of chunks) reader.push(chunk);
  reader.end();
  return { texts, others, malformed: reader.malformed, pieces };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const stream = (newline: string, blank = newline): string =>
  [...TEXTS.map(event), ping].map((one) => `event: ${one.type}${newline}data: ${JSON.stringify(one)}${newline}${blank}`).join("");
const WHOLE = { texts: { 3: TEXTS.join("") }, others: [ping], malformed: 0 };

describe("readEvents", () => {
  test.each([
    ["LF", stream("\n")],
    ["CRLF", stream("\r\n")],
    ["CR", stream("\r")],
    ["a BOM", `\ufeff${stream("\n")}`],
    ["no blank lines", stream("\n", "")],
    ["no end", stream("\n").slice(0, -2)],
  ])("reads %s cut in two at any byte", (_, text) => {
    const all = bytes(text);
    for (let at = 0; at <= all.length; at++) expect(read([all.subarray(0, at), all.subarray(at)])).toMatchObject(WHOLE);
  });

  test("reads one byte at a time", () => {
    expect(read(Array.from(bytes(stream("\r\n")), (byte) => Uint8Array.of(byte)))).toMatchObject(WHOLE);
  });

  test("takes deltas of one block in a row as one, where that is wanted", () => {
    const all = [bytes(stream("\n"))];
    expect(read(all)).toEqual({ ...WHOLE, pieces: 1 });
    expect(read(all, false)).toEqual({ ...WHOLE, pieces: TEXTS.length });
  });

  test("one that is odd among many is neither lost nor taken for text", () => {
    const good = (text: string): string => `event: content_block_delta\ndata: ${JSON.stringify(event(text))}\n\n`;
    const odd = good("x").replace('"x"', '"x"},"more":{"y":"z"');
    // Its string ends nowhere: taken together with the next it would.
    const torn = good("#").replace("#", "lost\\");
    const { texts, malformed } = read([bytes(good("a\\") + odd + good("b") + torn + good("n") + torn + torn + good("c\\") + good("d"))]);
    expect([texts, malformed]).toEqual([{ 3: "a\\xbnc\\d" }, 3]);
  });

  test("takes text deltas with other spacing and keys by the long way", () => {
    const odd = [
      'data: {"type": "content_block_delta", "index": 3, "delta": {"type": "text_delta", "text": "a"}}\n\n',
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":3,"delta":{"type":"text_delta","text":"b"}}   \n\n',
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":3,"delta":{"type":"text_delta","text":"c"},"more":{"x":"y"}}\n\n',
      'event: content_block_delta\ndata:{"type":"content_block_delta","index":3,"delta":{"type":"text_delta","text":"d"}}\n\n',
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":3,"delta":{"type":"text_delta","text":"e"}}\n\n',
    ];
    expect(read([bytes(odd.join(""))]).texts).toEqual({ 3: "abcde" });
  });

  test("skips what is no event, and counts it", () => {
    const text =
      'data: {"type":\n\ndata: 7\n\ndata: [1]\n\ndata: nonsense}\n\ndata: [DONE]\n\n: comment\n\nid: 1\nretry: 5\nwhatever\n\ndata\n\nevent: ping\ndata: {}\n\n';
    expect(read([bytes(text)])).toEqual({ texts: {}, others: [{ type: "ping" }], malformed: 4, pieces: 0 });
  });

  test("replaces bytes that are no UTF-8, and goes on", () => {
    const bad = bytes('data: {"type":"content_block_delta","index":1,"delta":{"text":"a#b"}}\n\n');
    bad[bad.indexOf(35)] = 0xff;
    expect(read([bad]).texts).toEqual({ 1: "a\ufffdb" });
  });

  test("a long line costs no more for coming in many pieces", () => {
    const long = "y".repeat(10_000_000);
    const all = bytes(`data: ${JSON.stringify(event(long))}\n\n`);
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < all.length; at += 4_096) chunks.push(all.subarray(at, at + 4_096));
    const started = process.cpuUsage();
    expect(read(chunks).texts).toEqual({ 3: long });
    expect(process.cpuUsage(started).user).toBeLessThan(2_000_000);
  });

  test("refuses an event without end", () => {
    const reader = readEvents({ event: () => {} });
    const megabyte = new Uint8Array(1_048_576).fill(97);
    expect(() => {
      for (let count = 0; count < 70; count++) reader.push(megabyte);
    }).toThrow(RangeError);
  });
});
