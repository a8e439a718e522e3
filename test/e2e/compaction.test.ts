// Compaction on the built binary: a long session keeps its cached prefix, a small window never ends one, and a fold by hand can be seen and undone.
import { afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createMock, type Mock, type MockOptions, type MockRequest, type Reply } from "../mock/mock.ts";
import { createScratch, type Scratch } from "../support/binary.ts";

let scratch: Scratch;
let mock: Mock | undefined;
beforeAll(async () => {
  (await createScratch())[Symbol.dispose]();
}, 120_000);
beforeEach(async () => {
  scratch = await createScratch();
}, 120_000);
afterEach(async () => {
  await mock?.stop();
  mock = undefined;
  scratch[Symbol.dispose]();
});

interface Body {
  readonly system: unknown;
  readonly tools?: readonly unknown[];
  readonly messages: readonly unknown[];
}
function serve(replies: MockOptions["replies"]): Record<string, string> {
  mock = createMock({ replies, cached: true, repeat: true });
  return { ANTHROPIC_BASE_URL: mock.url, ANTHROPIC_API_KEY: "sk-test" };
}
/** A request without the marks that say up to where it is cached: these move on with each. */
function plainBody({ text }: MockRequest): Body {
  return JSON.parse(text, (key, value: unknown) => (key === "cache_control" ? undefined : value)) as Body;
}
const writing = ({ text }: MockRequest): boolean => text.includes("You write the notes with which");
const NOTES: Reply = { text: "### Goal\nRead all files and say done.\n### Next\nGo on reading the files one by one." };
const call = (tool: string, input: object): Reply => ({ blocks: [{ type: "call", tool, input }] });

test("200 steps > every request but those after a compaction repeats the one before, byte for byte", async () => {
  for (let index = 0; index < 20; index++) writeFileSync(join(scratch.work, `f${index}.txt`), `${index} some words of text\n`.repeat(60));
  writeFileSync(join(scratch.work, "CLAUDE.md"), "Old rule.");
  let step = 0;
  const env = serve([
    (request) => {
      if (writing(request)) return NOTES;
      step += 1;
      if (step === 40) writeFileSync(join(scratch.work, "CLAUDE.md"), "New rule of the day.");
      if (step % 25 === 0 && step < 200)
        return call("TodoWrite", { todos: [{ content: `Read part ${step}`, activeForm: "Reading", status: "pending" }] });
      return step < 200 ? call("read_file", { path: `f${step % 20}.txt`, offset: step % 7 }) : { text: "done" };
    },
  ]);
  const words = ["-p", "read them all", "--model", "sonnet", "--output-format", "stream-json", "--verbose"];
  const { out, err, code } = await scratch.run(words, { env: { ...env, CLAUDE_CODE_AUTO_COMPACT_INPUT_TOKENS: "40000" } });
  expect([err, code]).toEqual(["", 0]);
  const all = mock?.requests ?? [];
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
  for (let index = 0; index < 8; index++) writeFileSync(join(scratch.work, `f${index}.txt`), `${index} some words of text\n`.repeat(300));
  let [step, refused] = [0, 0];
  const env = serve([
    (request) => {
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
    },
  ]);
  const { out, code } = await scratch.run(["-p", "read them all", "--model", "sonnet", "--output-format", "json"], { env });
  const told = JSON.parse(out) as { result: string; auto_compaction: { removed_messages: number } | null };
  expect([code, told.result, step]).toEqual([0, "done", 31]);
  expect(refused).toBeGreaterThan(10);
  expect(told.auto_compaction?.removed_messages).toBeGreaterThan(0);
}, 60_000);

test("compact > of a kept session: folded by the model and paid for, shown, undone, and gone on with", async () => {
  const long = "word ".repeat(3_000);
  const env = serve([(request) => (writing(request) ? NOTES : { text: long })]);
  for (const [index, text] of ["one", "two", "three"].entries())
    expect((await scratch.run([...(index > 0 ? ["-c"] : []), "-p", text, "--model", "sonnet"], { env })).code).toBe(0);
  const json = async (...words: string[]) =>
    JSON.parse((await scratch.run([...words, "-c", "--model", "sonnet", "--output-format", "json"], { env })).out);
  expect(await json("compact", "the", "words")).toMatchObject({ kind: "compact", skipped: false, by: "summary", focus: "the words", saved: true });
  expect(mock?.requests.at(-1)?.text).toContain("above all: the words");
  expect(await json("usage")).toMatchObject({
    session: { by_who: expect.arrayContaining([expect.objectContaining({ who: "compactor:summary", requests: 1 })]) },
  });
  const shown = await json("compact", "show");
  expect(shown).toMatchObject({ by: "summary", back: 1, folds: 1 });
  expect(JSON.stringify(shown.summary)).toContain("Read all files and say done.");
  await json("-p", "four");
  expect(mock?.requests.at(-1)?.text).toContain("[The earlier part of this session was shortened");
  const undone = await json("compact", "undo");
  expect(undone.restored_messages).toBe(shown.dropped.length);
  await json("-p", "five");
  const { messages } = plainBody(mock!.requests.at(-1)!);
  const asked = messages
    .filter((message) => (message as { role: string }).role === "user")
    .map((message) => JSON.stringify(message).match(/"text":"(\w+)"/)?.[1]);
  expect(asked).toEqual(["one", "two", "three", "four", "five"]);
  expect(JSON.stringify(messages)).not.toContain("shortened");
  expect((await scratch.run(["-c", "-p", "/compact show"], { env })).out).toContain("This session was never compacted.");
  const none = await scratch.run(["compact"], { env });
  expect([none.code, none.err]).toEqual([2, expect.stringContaining("there is no session to compact")]);
}, 60_000);
