import { expect, test } from "bun:test";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Block, CommandOutcome, Message } from "claw";
import { commandContract, createHarness, type Harness, pluginContract } from "claw/testing";
import { pageOf } from "./page.ts";
import { proseOf } from "./prose.ts";
import { transcriptOf } from "./transcript.ts";
import { parse } from "./words.ts";

pluginContract(import.meta.dir);
await using contract = await createHarness({ plugins: ["command/export"] });
commandContract(await contract.host.get("command", "export"), {
  valid: [[], ["latest"], ["x.html"], ["abc", "--format", "json", "out"], ["--output=o.md", "--session", "abc", "--force"]],
  invalid: [["--format", "pdf"], ["--frob"], ["a", "b", "c"], ["--output"]],
});

test.each([
  [[], { format: "md", forced: false }],
  [["abc"], { ref: "abc", format: "md", forced: false }],
  [["a.html"], { file: "a.html", format: "html", forced: false }],
  [["abc", "notes"], { ref: "abc", file: "notes", format: "md", forced: false }],
  [["abc", "a.json", "--format", "html", "--force"], { ref: "abc", file: "a.json", format: "html", forced: true }],
  [["-o", "x.json", "abc.jsonl"], { ref: "abc.jsonl", file: "x.json", format: "json", forced: false }],
] as const)("parse > %j", (words, order) => {
  expect(parse([...words]) as object).toEqual(order);
});

async function rig(): Promise<Harness> {
  const harness = await createHarness({ plugins: ["command/export", "store/jsonl", "feature/slash"], config: { store: "jsonl" } });
  await harness.submit("Fix the *parser* please");
  const { session } = harness.shell;
  const asked: Message = {
    role: "assistant",
    content: [
      { type: "text", text: "I look." },
      { type: "call", id: "c1", tool: "bash", input: { command: "ls `x`" } },
    ],
  };
  await session.append(asked, { usage: { input: 1200, output: 3, cacheRead: 0, cacheWrite: 0 }, model: "m-1" });
  await session.append({ role: "user", content: [{ type: "result", id: "c1", content: [{ type: "text", text: "a\n```\nb" }], failed: true }] });
  return harness;
}
async function run(harness: Harness, ...words: string[]): Promise<CommandOutcome & { readonly notice?: string; readonly data?: unknown }> {
  const { safeParse } = await import("valibot");
  const command = await harness.host.get("command", "export");
  expect(safeParse(command.args, words).success).toBe(true);
  return harness.shell.run(command, words);
}

test("export > Markdown on stdout: everything is in it, and no fence ends early", async () => {
  await using harness = await rig();
  const { notice, data } = await run(harness);
  expect(notice).toStartWith("# Fix the *parser* please\n\n- Session: `");
  expect(notice).toContain("## User\n\nFix the *parser* please\n\n## Assistant\n\ndone");
  expect(notice).toContain("**bash** `` ls `x` `` — failed\n\n````\na\n```\nb\n````");
  expect(data).toMatchObject({ kind: "export", session_id: harness.shell.session.id, format: "md", messages: 4, file: null, markdown: notice });
});

test("export > to a file that is not there yet, private, in the form its name says", async () => {
  await using harness = await rig();
  const path = join(harness.workspace, "out.json");
  expect(await run(harness, "out.json")).toMatchObject({ notice: `Wrote 4 messages to ${path}`, data: { file: path, format: "json" } });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({
    id: harness.shell.session.id,
    models: [expect.any(String), "m-1"],
    items: expect.any(Array),
  });
  await expect(run(harness, "out.json")).rejects.toMatchObject({ code: "CLAW_USAGE", message: expect.stringContaining("is there already") });
  await run(harness, "out.json", "--force", "--format", "md");
  expect(readFileSync(path, "utf8")).toStartWith("# Fix");
  for (const file of ["nowhere/out.md", "."]) await expect(run(harness, "-o", file)).rejects.toMatchObject({ code: "CLAW_USAGE" });
});

test("export > a named session, and none", async () => {
  await using harness = await rig();
  const other = await harness.host.open();
  await expect(other.run(await harness.host.get("command", "export"), ["ffffffff"])).rejects.toMatchObject({ code: "CLAW_SESSION_MISSING" });
  expect(await other.run(await harness.host.get("command", "export"), [harness.shell.session.id.slice(0, 8)])).toMatchObject({
    data: { session_id: harness.shell.session.id },
  });
  await other.close();
  await using empty = await createHarness({ plugins: ["command/export", "store/jsonl"], config: { store: "jsonl" } });
  await expect(run(empty)).rejects.toMatchObject({ code: "CLAW_SESSION_MISSING" });
});

const EVIL = [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "[x](javascript:alert(1)) ![y](http://evil.example/p.png) <a href='javascript:x'>",
  "```html\n</pre><script>x</script>\n```",
  "</style></title></details><iframe src=//evil>",
  "[a](https://x.example/\"onmouseover=alert(1)) <https://y.example/'><b>",
  "\u001b]0;x\u0007\u202e\ud800",
];
test("page > nothing that was said is markup, wherever it stands, and nothing is loaded", () => {
  for (const evil of EVIL) {
    const every: Block[] = [
      { type: "text", text: evil },
      { type: "thinking", text: evil },
      { type: "image", mediaType: evil, base64: evil },
      { type: "image", mediaType: "image/png", base64: evil },
      { type: "call", id: "1", tool: evil, input: { [evil]: evil, command: `a\n${evil}` } },
    ];
    const entries = [
      { type: "message", id: "1", parent: null, at: 0, message: { role: "user", content: every } },
      { type: "message", id: "2", parent: "1", at: 0, message: { role: "assistant", content: every }, model: evil },
      {
        type: "message",
        id: "3",
        parent: "2",
        at: 0,
        message: { role: "user", content: [{ type: "result", id: "1", content: [{ type: "text", text: `@@ 1 @@\n+${evil}` }], failed: true }] },
      },
      { type: "fold", id: "4", parent: "3", at: 0, by: evil, dropped: 1, summary: [{ role: "user", content: [{ type: "text", text: evil }] }] },
    ] as const;
    const page = pageOf(transcriptOf({ id: evil, cwd: evil, title: evil, at: 0 }, entries));
    expect(page.isWellFormed()).toBe(true);
    const tags = new Set([...page.matchAll(/<(\/?[a-z][a-z0-9]*)/gi)].map(([, name]) => name!.replace("/", "").toLowerCase()));
    for (const bad of ["script", "iframe", "img", "object", "link", "base", "form"]) expect([...tags]).not.toContain(bad);
    for (const tag of page.match(/<[a-z][^>]*>/gi) ?? []) expect(tag).not.toMatch(/\son\w+=|javascript:|src=|href="(?!#|https?:|mailto:)/i);
    expect([page.split("<title>").length, page.split("</style>").length, /[\u001b\u202e]/.test(page)]).toEqual([2, 2, false]);
  }
});

test("page > a whole document, with calls, contents and pictures", async () => {
  await using harness = await rig();
  for (const text of ["second", "third", "fourth"]) await harness.submit(text);
  await harness.shell.session.append({ role: "user", content: [{ type: "image", mediaType: "image/png", base64: "iVBORw0KGgo=" }] });
  const { notice = "" } = await run(harness, "--format", "html");
  expect(notice).toStartWith("<!doctype html>");
  expect(notice).toContain("<title>Fix the *parser* please</title>");
  expect(notice).toContain("<summary>4 inputs</summary>");
  expect(notice).toContain('<details class="call failed" open><summary><b>bash</b> <code>ls `x`</code> <em>failed</em></summary>');
  expect(notice).toContain('src="data:image/png;base64,iVBORw0KGgo="');
  expect(notice).toContain("default-src 'none'");
});

test("prose > Markdown becomes what it means", () => {
  expect(proseOf("# A\n\n- [x] done\n\n1 < 2 `a<b` [w](https://w.example/?a=1&b=2)\n\n```js\nx && y\n```\n")).toBe(
    '<h2>A</h2><ul><li>☑ done</li></ul><p>1 &lt; 2 <code>a&lt;b</code> <a href="https://w.example/?a=1&amp;b=2" rel="noreferrer">w</a></p><pre data-language="js">x &amp;&amp; y\n</pre>',
  );
});
