import { expect, test } from "bun:test";
import { definePlugin } from "claw";
import { Completion, type CompletionSource, type Completions } from "claw/kit";
import { createHarness, type Harness, type HarnessOptions, pluginContract } from "claw/testing";
import { FileIndex } from "./file-index.ts";
import { maskOf, match, searched } from "./fuzzy.ts";
import { expected } from "./usage.ts";

pluginContract(import.meta.dir);

const FILES = {
  "src/main.ts": "",
  "src/lib/read-file.ts": "",
  "src/lib/write-file.ts": "",
  "a b.md": "",
  "build/out.js": "",
  ".gitignore": "build\n",
  ".git/HEAD": "",
};

async function open(options: Partial<HarnessOptions> = {}): Promise<Harness> {
  return createHarness({ plugins: ["feature/completion", "feature/tree", ...(options.plugins ?? [])], files: { ...FILES, ...options.files } });
}
/** The last answer for a text with the cursor at its end. */
async function complete({ host, workspace }: Harness, text: string, forced = false): Promise<Completions | undefined> {
  const { signal } = new AbortController();
  let last: Completions | undefined;
  for await (const given of (await host.use(Completion)).complete({ text, cursor: text.length, cwd: workspace, forced, signal })) last = given;
  return last;
}
const inserts = (given: Completions | undefined): readonly string[] | undefined => given?.items.map(({ insert }) => insert);

test("files > a mention means paths by their letters, ignored ones left out", async () => {
  await using at = await open();
  const given = await complete(at, "look at @read-f");
  expect(given).toMatchObject({
    from: 8,
    to: 15,
    total: 1,
    items: [{ label: "src/lib/read-file.ts", insert: "@src/lib/read-file.ts ", marks: [8, 9, 10, 11, 12, 13] }],
  });
  expect(inserts(await complete(at, "@lib"))?.slice(0, 1)).toEqual(["@src/lib/"]);
  expect((await complete(at, "@lib"))?.items[0]?.open).toBe(true);
  expect(inserts(await complete(at, "(@a b"))).toBeUndefined();
  expect(inserts(await complete(at, '(@"a b'))).toEqual(['@"a b.md" ']);
  expect(inserts(await complete(at, "@out.js"))).toEqual([]);
  expect(await complete(at, "me@rf")).toBeUndefined();
  expect(inserts(await complete(at, "@"))).toContain("@src/");
  expect(inserts(await complete(at, "@./sr"))).toEqual(["@./src/"]);
  expect(inserts(await complete(at, `@${at.workspace}/src/ma`))).toEqual([`@${at.workspace}/src/main.ts `]);
});

test("files > Tab completes a path in a line for the shell; nothing does by itself", async () => {
  await using at = await open();
  expect(await complete(at, "!cat src/ma")).toBeUndefined();
  expect(inserts(await complete(at, "!cat src/ma", true))).toEqual(["src/main.ts "]);
  expect(inserts(await complete(at, "!cat a\\ ", true))).toEqual(["a\\ b.md "]);
});

const commands = definePlugin({ setup() {} });
const listed = (command: readonly object[]) => ({
  ...{ name: "test-commands", version: "0.0.0", load: async () => ({ default: commands }) },
  manifest: { api: 1 as const, contributes: { command: command as never } },
});
const COMMANDS = listed([
  { name: "model", summary: "Which model", usage: "[NAME | list [PROVIDER]]", slash: true },
  { name: "memory", summary: "Memory files", slash: true, aliases: ["mem"] },
  { name: "permissions", summary: "Rules", usage: "[MODE | explain CALL]", slash: true },
  { name: "add-dir", summary: "One more folder", usage: "FOLDER", slash: true },
  { name: "shell-only", summary: "Not here", shell: true },
]);

test("commands > a slash means commands with a slash door, best first, with what they need", async () => {
  await using at = await open({ plugins: [COMMANDS] });
  expect(inserts(await complete(at, "/"))).toEqual(["/add-dir ", "/memory ", "/model ", "/permissions "]);
  expect(await complete(at, "/mo")).toMatchObject({
    from: 0,
    to: 3,
    total: 2,
  });
  expect((await complete(at, "/mo"))?.items[0]).toMatchObject({ label: "/model", marks: [1, 2], detail: "Which model  [NAME | list [PROVIDER]]" });
  expect((await complete(at, "/mem"))?.items[0]).toMatchObject({ label: "/mem", detail: "Memory files (/memory)" });
  expect((await complete(at, "/ad"))?.items).toMatchObject([{ label: "/add-dir", open: true }]);
  expect(inserts(await complete(at, "/zzz"))).toEqual([]);
  expect(await complete(at, "/usr/lo")).toBeUndefined();
});

test("commands > arguments: words of the usage, models, modes, files; a hint while there are none", async () => {
  await using at = await open({ plugins: [COMMANDS] });
  expect(await complete(at, "/model ")).toMatchObject({
    from: 7,
    to: 7,
    ghost: "[NAME | list [PROVIDER]]",
    items: [{ label: "script" }, { label: "list" }],
  });
  expect(inserts(await complete(at, "/model li"))).toEqual(["list "]);
  expect(inserts(await complete(at, "/model list "))).toEqual(["script "]);
  expect(inserts(await complete(at, "/permissions a"))).toContain("ask ");
  const folders = await complete(at, "/add-dir src/l");
  expect([inserts(folders)?.[0], folders?.free]).toEqual(["src/lib/", true]);
  expect(inserts(await complete(at, "/model @read-f"))).toEqual(["@src/lib/read-file.ts "]);
  expect(await complete(at, "/memory x")).toBeUndefined();
});

test("commands > users' prompts and skills are among them", async () => {
  const plugins = [
    COMMANDS,
    "feature/prompt-commands",
    "feature/skills",
    "feature/permissions",
    "feature/processes",
    "feature/shell",
    "feature/workspace",
  ];
  await using at = await createHarness({
    plugins: ["feature/completion", "feature/tree", ...plugins],
    files: { ".claw/commands/fix.md": "---\ndescription: Fixes it\nargument-hint: '[issue]'\n---\nFix $1" },
    options: { trust: true },
  });
  expect((await complete(at, "/fix"))?.items[0]).toMatchObject({ label: "/fix", detail: "Fixes it  [issue]" });
  expect(await complete(at, "/fix ")).toMatchObject({ ghost: "[issue]", items: [] });
});

test("sources > another plugin's is asked first; one that fails takes nothing away", async () => {
  const source: CompletionSource = {
    async *complete({ text }) {
      if (text.startsWith("%")) yield { from: 0, to: text.length, items: [{ label: "mine", insert: "mine" }], total: 1 };
      if (text.startsWith("@")) throw new Error("broken");
    },
  };
  const own = {
    ...{ name: "own", version: "0.0.0", manifest: { api: 1 as const, provides: ["own.completions@1"] } },
    load: async () => ({ default: definePlugin({ setup: ({ provide }) => void provide({ id: "own.completions@1" }, source) }) }),
  };
  await using at = await open({ plugins: [own] });
  expect(inserts(await complete(at, "%x"))).toEqual(["mine"]);
  expect(inserts(await complete(at, "@main"))).toEqual(["@src/main.ts "]);
  expect(at.events.some((event) => event.type === "log.written" && event.data.message === "completion: broken")).toBe(true);
});

test("FileIndex > in 100,000 files a letter more is answered in a moment, and partial answers come first", async () => {
  const names = Array.from(
    { length: 100_000 },
    (_, n) => `packages/part-${n % 300}/src/module-${n}/${["index", "types", "read-file"][n % 3]}-${n}.ts`,
  );
  const tree = {
    async *walk() {
      for (let at = 0; at < names.length; at += 5_000) {
        yield names.slice(at, at + 5_000);
        await new Promise(setImmediate);
      }
    },
    repository: async () => undefined,
  };
  const index = new FileIndex(tree, "/");
  const { signal } = new AbortController();
  const answers = await Array.fromAsync(index.search("rf99998", 50, signal));
  expect(answers[0]?.partial).toBe(true);
  expect(answers.at(-1)).toMatchObject({ partial: false, found: [{ path: "packages/part-98/src/module-99998/read-file-99998.ts" }] });
  for (const query of ["m", "mo", "mod", "modu", "module-7", "module-77"]) {
    const start = process.cpuUsage();
    const [answer] = await Array.fromAsync(index.search(query, 50, signal));
    expect(process.cpuUsage(start).user, query).toBeLessThan(400_000);
    expect(answer?.found.length).toBe(50);
  }
});

test.each([
  ["main", "src/main.ts", "src/mainly/other.ts"],
  ["rf", "src/read-file.ts", "surface/x.ts"],
  ["fb", "src/fooBar.ts", "src/fxxb.ts"],
  ["test", "test.ts", "src/contest.ts"],
])("match > %s means %s rather than %s", (query, better, worse) => {
  const score = (text: string): number => match(query, maskOf(query), searched(text))?.score ?? Number.POSITIVE_INFINITY;
  expect(score(better)).toBeLessThan(score(worse));
});

test("match > marks are the letters, in order; a letter that is missing is no match", () => {
  for (const [query, text] of [
    ["rf", "src/read-file.ts"],
    ["srt", "src/read-file.ts"],
    ["aaa", "banana"],
    ["s/r", "src/read"],
  ] as const) {
    const marks = match(query, maskOf(query), searched(text))?.marks ?? [];
    expect(marks.map((mark) => text[mark]).join("")).toBe(query);
    expect(marks).toEqual(marks.toSorted((a, b) => a - b));
  }
  expect(match("xyz", maskOf("xyz"), searched("src/read-file.ts"))).toBeUndefined();
  expect(match("aaaa", maskOf("aaaa"), searched("banana"))).toBeUndefined();
});

test("expected > what a usage says may follow", () => {
  const usage = "[list [--all] | show NAME | on|off]";
  expect(expected(usage, [])).toEqual([{ word: "list" }, { word: "show" }, { word: "on" }, { word: "off" }]);
  expect(expected(usage, ["show"])).toEqual([{ sort: "NAME" }]);
  expect(expected(usage, ["list"])).toEqual([{ word: "--all" }]);
  expect(expected(usage, ["other"])).toEqual([]);
});
