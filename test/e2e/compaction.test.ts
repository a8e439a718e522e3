// Compaction on the built binary: a long session keeps its cached prefix, a small window never ends one, and a fold by hand can be seen and undone.
import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { MockRequest } from "../mock/mock.ts";
import { call, type Reply } from "../mock/reply.ts";
import { createScratch, type Scratch } from "../support/binary.ts";

interface Body {
  readonly system: unknown;
  readonly tools?: readonly unknown[];
  readonly messages: readonly unknown[];
}
const serve = (scratch: Scratch, reply: (request: MockRequest) => Reply) => scratch.serve({ replies: [reply], cached: true, repeat: true });
/** A request without the marks that say up to where it is cached: these move on with each. */
function plainBody({ text }: MockRequest): Body {
  return JSON.parse(text, (key, value: unknown) => (key === "cache_control" ? undefined : value)) as Body;
}
const writing = ({ text }: MockRequest): boolean => text.includes("You write the notes with which");
const NOTES: Reply = { text: "### Goal\nRead all files and say done.\n### Next\nGo on reading the files one by one." };

test("200 steps > every request but those after a compaction repeats the one before, byte for byte", async () => {
  await using scratch = await createScratch();
  for (let index = 0; index < 20; index++) writeFileSync(join(scratch.work, `f${index}.txt`), `${index} some words of text\n`.repeat(60));
  writeFileSync(join(scratch.work, "CLAUDE.md"), "Old rule.");
  let step = 0;
  const respond = (request: MockRequest): Reply => {
    if (writing(request)) return NOTES;
    step += 1;
    if (step === 40) writeFileSync(join(scratch.work, "CLAUDE.md"), "New rule of the day.");
    if (step % 25 === 0 && step < 200)
      return call("TodoWrite", { todos: [{ content: `Read part ${step}`, activeForm: "Reading", status: "pending" }] });
    return step < 200 ? call("read_file", { path: `f${step % 20}.txt`, offset: step % 7 }) : { text: "done" };
  };
  serve(scratch, respond);
  const words = ["-p", "read them all", "--model", "sonnet", "--output-format", "stream-json", "--verbose"];
  const { out, err, code } = await scratch.ask(words, { env: { CLAUDE_CODE_AUTO_COMPACT_INPUT_TOKENS: "40000" } });
  expect([err, code]).toEqual(["", 0]);
  const all = scratch.mock.requests;
  const steps = all.filter((request) => !writing(request)).map(plainBody);
  expect(steps).toHaveLength(200);
  const parts = ({ system, tools, messages }: Body): readonly string[] => [
    JSON.stringify([system, tools]),
    ...messages.map((message) => JSON.stringify(message)),
  ];
  const listed = steps.map(parts);
  const broken = listed.slice(1).filter((now, index) => listed[index]!.some((part, at) => part !== now[at]));
  const folds = out.split("\n").filter((line) => line.includes('"compact_boundary"')).length;
  expect(folds).toBeGreaterThan(0);
  expect(broken).toHaveLength(folds);
  // What must not be lost is in the last request, and what changed was told.
  const last = JSON.stringify(steps.at(-1));
  for (const text of ["read them all", "Read part 175", "New rule of the day."]) expect(last).toContain(text);
}, 60_000);

test("a window that overflows at every step > the run goes on to its end", async () => {
  await using scratch = await createScratch();
  for (let index = 0; index < 8; index++) writeFileSync(join(scratch.work, `f${index}.txt`), `${index} some words of text\n`.repeat(300));
  let [step, refused] = [0, 0];
  const respond = (request: MockRequest): Reply => {
    if (writing(request)) return NOTES;
    // The prompt and the tools take their share of what there is.
    if (JSON.stringify(plainBody(request).messages).length > 12_000) {
      refused += 1;
      return {
        status: 400,
        body: { type: "error", error: { type: "invalid_request_error", message: "prompt is too long: 213000 tokens > 200000 maximum" } },
      };
    }
    step += 1;
    return step <= 30 ? call("read_file", { path: `f${step % 8}.txt` }) : { text: "done" };
  };
  serve(scratch, respond);
  const { out, code } = await scratch.ask(["-p", "read them all", "--model", "sonnet", "--output-format", "json"]);
  const told = JSON.parse(out) as { result: string; auto_compaction: { removed_messages: number } | null };
  expect([code, told.result, step]).toEqual([0, "done", 31]);
  expect(refused).toBeGreaterThan(10);
  expect(told.auto_compaction?.removed_messages).toBeGreaterThan(0);
}, 60_000);

test("compact > of a kept session: folded by the model and paid for, shown, undone, and gone on with", async () => {
  await using scratch = await createScratch();
  const long = "word ".repeat(3_000);
  serve(scratch, (request) => (writing(request) ? NOTES : { text: long }));
  for (const [index, text] of ["one", "two", "three"].entries())
    expect((await scratch.ask([...(index > 0 ? ["-c"] : []), "-p", text, "--model", "sonnet"])).code).toBe(0);
  const json = async (...words: string[]) => JSON.parse((await scratch.ask([...words, "-c", "--model", "sonnet", "--output-format", "json"])).out);
  expect(await json("compact", "the", "words")).toMatchObject({ kind: "compact", skipped: false, by: "summary", focus: "the words", saved: true });
  expect(scratch.mock.requests.at(-1)?.text).toContain("above all: the words");
  expect(await json("usage")).toMatchObject({
    session: { by_who: expect.arrayContaining([expect.objectContaining({ who: "compactor:summary", requests: 1 })]) },
  });
  const shown = await json("compact", "show");
  expect(shown).toMatchObject({ by: "summary", back: 1, folds: 1 });
  expect(JSON.stringify(shown.summary)).toContain("Read all files and say done.");
  await json("-p", "four");
  expect(scratch.mock.requests.at(-1)?.text).toContain("[The earlier part of this session was shortened");
  const undone = await json("compact", "undo");
  expect(undone.restored_messages).toBe(shown.dropped.length);
  await json("-p", "five");
  const { messages } = plainBody(scratch.mock.requests.at(-1)!);
  const asked = messages
    .filter((message) => (message as { role: string }).role === "user")
    .map((message) => JSON.stringify(message).match(/"text":"(\w+)"/)?.[1]);
  expect(asked).toEqual(["one", "two", "three", "four", "five"]);
  expect(JSON.stringify(messages)).not.toContain("shortened");
  expect((await scratch.ask(["-c", "-p", "/compact show"])).out).toContain("This session was never compacted.");
  const none = await scratch.ask(["compact"]);
  expect([none.code, none.err]).toEqual([2, expect.stringContaining("there is no session to compact")]);
}, 60_000);
