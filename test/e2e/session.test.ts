// Sessions on the built binary: listed, named, copied, found, mended, brought in and written out; what goes on with its model, and what is said when something is lost.
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bash, type Reply } from "../mock/reply.ts";
import { createScratch, type Ran, type Scratch } from "../support/binary.ts";

async function ask(scratch: Scratch, replies: readonly Reply[], words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  scratch.serve({ replies, repeat: true });
  return scratch.ask(words, { env });
}
async function json(scratch: Scratch, ...words: string[]): Promise<Record<string, unknown>> {
  const { out, err, code } = await scratch.run([...words, "--output-format", "json"]);
  if (code !== 0) throw new Error(`${code}: ${out}${err}`);
  return JSON.parse(out) as Record<string, unknown>;
}
const details = async (scratch: Scratch): Promise<{ id: string; title: string; path: string }[]> =>
  (await json(scratch, "session", "list"))["session_details"] as never;
const model = (scratch: Scratch, position: number): string => (scratch.mock.requests[position]!.body as { model: string }).model;

describe("session", () => {
  test("list, show, rename, fork, search, export, delete > by shell, for people and programs", async () => {
    await using scratch = await createScratch();
    await ask(scratch, [{ text: "the answer" }], ["-p", "Where is the frobnicator?"]);
    const [one] = await details(scratch);
    expect(one).toMatchObject({ title: "Where is the frobnicator?", path: expect.stringContaining(join(".claw", "sessions")) });
    const id = one!.id;
    expect((await scratch.run(["session", "rename", id.slice(0, 8), "The", "search"])).out).toContain("“The search”");
    expect((await scratch.run(["sessions"])).out).toMatch(new RegExp(`^ {3}${id.slice(0, 8)} {2}just now .* The search\n`));
    expect(await json(scratch, "session", "show", id)).toMatchObject({ id, title: "The search", message_count: 2, status: "ok" });
    const copy = await json(scratch, "session", "fork", id);
    expect(copy).toMatchObject({ parent_session_id: id, title: "The search" });
    expect(await json(scratch, "session", "search", "FROBNICATOR")).toMatchObject({ count: 2 });
    const { out } = await scratch.run(["export", id]);
    expect(out).toContain("## User\n\nWhere is the frobnicator?\n\n## Assistant\n\nthe answer");
    expect((await scratch.run(["export", id, "page.html"])).code).toBe(0);
    expect(readFileSync(join(scratch.work, "page.html"), "utf8")).toStartWith("<!doctype html>");
    expect((await scratch.run(["session", "delete", copy["id"] as string])).code).toBe(0);
    expect((await details(scratch)).map((each) => each.id)).toEqual([id]);
    const missing = await scratch.run(["session", "show", "ffffffff", "--output-format", "json"]);
    expect([missing.code, JSON.parse(missing.out)]).toEqual([2, expect.objectContaining({ is_error: true })]);
  });

  test("--resume > goes on with its model and says so where asked; a model on the command line wins", async () => {
    await using scratch = await createScratch();
    await ask(scratch, [{ text: "one" }], ["-p", "first", "--model", "claude-haiku-4-5"]);
    const first = model(scratch, 0);
    await ask(scratch, [{ text: "two" }], ["-c", "-p", "second"]);
    expect(model(scratch, 0)).toBe(first);
    await ask(scratch, [{ text: "three" }], ["-c", "-p", "third", "--model", "claude-sonnet-4-5"]);
    expect(model(scratch, 0)).not.toBe(first);
    const { out, code } = await ask(scratch, [{ text: "four" }], ["-c", "-p", "fourth", "--output-format", "json"]);
    expect([code, (JSON.parse(out) as { result: string }).result]).toEqual([0, "four"]);
  });

  test("--resume > a mode is never taken from a session", async () => {
    await using scratch = await createScratch();
    await ask(scratch, [{ text: "one" }], ["-p", "first", "--dangerously-skip-permissions"]);
    const write: Reply = bash("touch ../made");
    await ask(scratch, [write, { text: "done" }], ["-c", "-p", "second"]);
    expect(existsSync(join(scratch.work, "..", "made"))).toBe(false);
  });

  test("damage in the middle > is told on stderr and in the result's warnings, and repaired on request", async () => {
    await using scratch = await createScratch();
    await ask(scratch, [{ text: "one" }], ["-p", "first"]);
    const [{ path, id } = { path: "", id: "" }] = await details(scratch);
    const lines = readFileSync(path, "utf8").trimEnd().split("\n");
    writeFileSync(path, `${[lines[0], "{broken", ...lines.slice(1)].join("\n")}\n`);
    const text = await ask(scratch, [{ text: "two" }], ["-c", "-p", "second"]);
    expect([text.code, text.out]).toEqual([0, "two\n"]);
    expect(text.err).toContain(`1 damaged record of session ${path} left out (line 2)`);
    const { out } = await ask(scratch, [{ text: "three" }], ["-c", "-p", "third", "--output-format", "json"]);
    expect((JSON.parse(out) as { warnings: string[] }).warnings).toEqual([expect.stringContaining("claw session repair")]);
    expect(await json(scratch, "session", "show", id)).toMatchObject({ status: "damaged", damaged_lines: [2] });
    const repaired = await scratch.run(["session", "repair", id]);
    expect(repaired.out).toMatch(/is repaired: 1 damaged record was taken out/);
    expect((await ask(scratch, [{ text: "four" }], ["-c", "-p", "fourth"])).err).toBe("");
    expect((scratch.mock.requests[0]!.body as { messages: unknown[] }).messages).toHaveLength(7);
  });

  test("import > a session of another tool goes on here", async () => {
    await using scratch = await createScratch();
    const record = (uuid: string, parentUuid: string | null, type: string, content: unknown): string =>
      JSON.stringify({
        uuid,
        parentUuid,
        type,
        sessionId: "3f0c1f6e-8f0a-4b52-9b1e-0d6a4c1c9a11",
        timestamp: "2026-01-02T03:04:05.000Z",
        message: { role: type, content },
      });
    writeFileSync(
      join(scratch.work, "foreign.jsonl"),
      `${record("a", null, "user", "hello")}\n${record("b", "a", "assistant", [{ type: "text", text: "hi" }])}\n`,
    );
    expect(await json(scratch, "session", "import", "foreign.jsonl")).toMatchObject({
      status: "ok",
      sessions: ["3f0c1f6e-8f0a-4b52-9b1e-0d6a4c1c9a11"],
    });
    await ask(scratch, [{ text: "two" }], ["-c", "-p", "and now?"]);
    expect((scratch.mock.requests[0]!.body as { messages: unknown[] }).messages).toHaveLength(3);
  });

  test("rewind > by shell: the next message branches off, and the way back stays", async () => {
    await using scratch = await createScratch();
    await ask(scratch, [{ text: "one" }], ["-p", "first"]);
    await ask(scratch, [{ text: "two" }], ["-c", "-p", "second"]);
    const points = (await json(scratch, "rewind", "list", "-c"))["points"] as { text: string }[];
    expect(points.map(({ text }) => text)).toEqual(["second", "first"]);
    expect((await scratch.run(["rewind", "-c", "1"])).out).toContain("back to before “second”");
    await ask(scratch, [{ text: "other" }], ["-c", "-p", "instead"]);
    expect(JSON.stringify((scratch.mock.requests[0]!.body as { messages: unknown[] }).messages)).not.toContain("second");
    const [{ path } = { path: "" }] = await details(scratch);
    expect(readFileSync(path, "utf8")).toContain("second");
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test("text from anywhere > lone surrogates, NUL and bytes that are no UTF-8 never spoil a session", async () => {
    await using scratch = await createScratch();
    const odd = "printf '\\377\\376\\0\\355\\240\\200 \\360\\237 end'";
    const call: Reply = {
      blocks: [
        { type: "call", tool: "bash", input: { command: odd } },
        { type: "text", text: "odd \ud800 \0 text" },
      ],
    };
    await ask(scratch, [call, { text: "done" }], ["-p", "go on", "--dangerously-skip-permissions"]);
    const { code, out } = await ask(scratch, [{ text: "fine" }], ["-c", "-p", "again"]);
    expect([code, out]).toEqual([0, "fine\n"]);
    expect(scratch.mock.requests[0]!.text.isWellFormed()).toBe(true);
    expect(scratch.mock.requests[0]!.text).not.toMatch(/\\u[dD][89a-fA-F]/);
    const [{ id, path } = { id: "", path: "" }] = await details(scratch);
    expect(await json(scratch, "session", "show", id)).toMatchObject({ status: "ok" });
    expect(readFileSync(path).equals(Buffer.from(readFileSync(path, "utf8")))).toBe(true);
  });
});
