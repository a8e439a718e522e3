// What a session is told of instruction files after its prompt was made: rules about what it touches, and changes.
import { expect, test } from "bun:test";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { definePlugin, defineTool } from "claw";
import { MEMORY_LINE, MemoryFiles } from "claw/kit";
import { calls, createHarness, type Harness, type Reply, says } from "claw/testing";
import * as v from "valibot";
import plugin from "./index.ts";
import { isAbout } from "./memory.ts";

const reader = definePlugin({
  setup({ contribute }) {
    for (const [name, access] of [
      ["look", "read"],
      ["put", "write"],
    ] as const)
      contribute(
        "tool",
        defineTool({
          name,
          description: "touches a file",
          input: v.strictObject({ path: v.string(), text: v.optional(v.string(), "") }),
          access: () => access,
          subject: ({ path }) => path,
          paths: ({ path }) => [path],
          run: async ({ path, text }, scope) => {
            if (path === "none") throw new Error("no such file");
            if (access === "write") writeFileSync(join(scope.session.cwd, path), text);
            return { content: [{ type: "text", text: "done" }] };
          },
        }),
      );
  },
});
const RULE = "---\npaths: src/**/*.ts\n---\nUse tabs.";
const said = (harness: Harness): string => JSON.stringify(harness.requests.at(-1)?.messages);

test("rules about some files > come with the first result that touches one, once", async () => {
  const files = { ".claw/rules/tabs.md": RULE, "CLAUDE.md": "Be kind.", "src/a/b.ts": "x" };
  const script = [
    calls("look", { path: "README" }),
    calls("look", { path: "none" }),
    calls("look", { path: "src/a/b.ts" }),
    calls("look", { path: "src/a/b.ts" }),
    says("a"),
    says("b"),
  ];
  await using harness = await createHarness({ plugins: [plugin, reader], files, script });
  await harness.submit("one");
  expect(harness.requests.map((request) => JSON.stringify(request.messages).split("Use tabs.").length - 1)).toEqual([0, 0, 0, 1, 1]);
  const systems = new Set(harness.requests.map((request) => JSON.stringify(request.system)));
  expect([systems.size, [...systems][0]?.includes("Use tabs.")]).toEqual([1, false]);
  expect(harness.events.flatMap((event) => (event.type === "instructions.changed" ? event.data.paths : []))).toEqual([
    join(harness.workspace, ".claw/rules/tabs.md"),
  ]);
  const service = await harness.host.use(MemoryFiles);
  expect(service.sent(harness.shell.session.id)).toEqual(["CLAUDE.md", ".claw/rules/tabs.md"].map((path) => join(harness.workspace, path)));
});

test("isAbout > globs of the project, by name alone when they have no folder", () => {
  const about = (glob: string, path: string): boolean => isAbout([glob], join("/repo", path), "/repo");
  expect(
    (
      [
        ["src/**/*.ts", "src/a.ts"],
        ["src/**", "src/x/y.md"],
        ["*.ts", "deep/x.ts"],
        ["./docs/", "docs/a/b.md"],
        ["{src,lib}/**/*.{ts,tsx}", "lib/x.tsx"],
        ["src/**/*.ts", "test/a.ts"],
        ["*.ts", "a.tsx"],
        ["**", "../outside.ts"],
        ["docs", "docs/a.md"],
      ] as const
    ).map(([glob, path]) => about(glob, path)),
  ).toEqual([true, true, true, true, true, false, false, false, false]);
});

test("changes > are told before the next input and with results, never in the prompt; what was told is not told again", async () => {
  const files = { "CLAUDE.md": "Old.", "AGENTS.md": "Going." };
  let meanwhile = (): void => {};
  const script: Reply[] = [
    says("1"),
    says("2"),
    says("3"),
    says("put"),
    () => {
      meanwhile();
      return calls("look", { path: "README" });
    },
  ];
  await using harness = await createHarness({ plugins: [plugin, reader], files, answers: ["yes", "yes"], script });
  const path = (name: string): string => join(harness.workspace, name);
  await harness.submit("one");
  writeFileSync(path("CLAUDE.md"), "New words.");
  rmSync(path("AGENTS.md"));
  writeFileSync(path("CLAW.md"), "Fresh.");
  await harness.submit("two");
  for (const part of ["Instruction files have changed. From now on these hold:", "New words.", "Fresh.", `Gone: ${path("AGENTS.md")}.`])
    expect(said(harness)).toContain(part);
  const before = said(harness);
  await harness.submit("three");
  expect(said(harness).startsWith(before.slice(0, -1))).toBe(true);
  expect(said(harness).split("New words.")).toHaveLength(2);
  // Who writes the file knows what is in it; of what another has written meanwhile the next result tells.
  await harness.call("put", { path: "CLAUDE.md", text: "Mine now." });
  expect(said(harness).split("Mine now.")).toHaveLength(2);
  meanwhile = () => writeFileSync(path("CLAW.md"), "Fresher.");
  await harness.submit("four");
  const result = harness.requests.at(-1)?.messages.at(-1)?.content[0];
  expect(result?.type === "result" && result.content.map((block) => (block.type === "text" ? block.text : ""))).toEqual([
    "done",
    expect.stringContaining("Fresher."),
  ]);
  expect(new Set(harness.requests.map(({ system }) => JSON.stringify(system))).size).toBe(1);
  for (const [index, { messages }] of harness.requests.slice(1).entries())
    expect(messages.slice(0, harness.requests[index]!.messages.length)).toEqual(harness.requests[index]!.messages.slice());
});

test("changes > after a resume what was told before is known, and told anew when it is out of date; a line that the user added is not", async () => {
  const files = { "CLAUDE.md": "One." };
  await using harness = await createHarness({ plugins: [plugin, "store/jsonl"], files, config: { store: "jsonl" } });
  const path = join(harness.workspace, "CLAUDE.md");
  await harness.submit("one");
  writeFileSync(path, "Two words.");
  await harness.submit("two");
  writeFileSync(path, "Three words now.");
  await harness.shell.submit({ text: "three", blocks: [{ type: "text", text: `${MEMORY_LINE} a line` }] });
  expect(said(harness)).not.toContain("Three words now.");
  await harness.shell.close();
  const again = await harness.host.open({ ref: harness.shell.session.id });
  await again.submit({ text: "four" });
  expect(JSON.stringify(harness.requests.at(-1)?.system)).toContain("Three words now.");
  expect(said(harness).split("Three words now.")).toHaveLength(2);
  await again.submit({ text: "five" });
  expect(said(harness).split("Three words now.")).toHaveLength(2);
  await again.close();
});

test("folded > the prompt says what holds now, rules that were touched too", async () => {
  const shrink = definePlugin({
    setup({ contribute }) {
      const sum = { role: "user", content: [{ type: "text", text: "sum" }] } as const;
      contribute("compactor", {
        name: "shrink",
        due: (session) => session.messages.length > 5,
        compact: async (session) => ({ summary: [sum], dropped: session.messages.length - 1 }),
      });
    },
  });
  const files = { ".claude/rules/tabs.md": RULE, "CLAUDE.md": "Old." };
  const script = [calls("look", { path: "src/a.ts" }), says("a"), says("b")];
  await using harness = await createHarness({ plugins: [plugin, reader, shrink], files, script, config: { compactor: "shrink" } });
  await harness.submit("one");
  writeFileSync(join(harness.workspace, "CLAUDE.md"), "New.");
  await harness.submit("two");
  expect(
    harness.requests
      .map(({ system }) => JSON.stringify(system))
      .map((text) => [text.includes("Old."), text.includes("New."), text.includes("Use tabs.")]),
  ).toEqual([
    [true, false, false],
    [true, false, false],
    [false, true, true],
  ]);
});
