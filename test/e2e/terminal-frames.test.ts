// What a person sees, as golden frames: `frames/terminal.txt` has each under its name. With UPDATE_FRAMES=1 those that differ are written anew.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import type { Reply, ReplyBlock } from "../mock/mock.ts";
import { type BareOptions, type BareRun, startBare, startIdle } from "../support/bare.ts";

const FILE = join(import.meta.dir, "frames", "terminal.txt");
const HEAD = /^=== (.+)$/;
const frames = new Map<string, string[]>();
let changed = false;

// The machine may be busy with other tests.
setDefaultTimeout(60_000);
beforeAll(async () => {
  for (const line of (await Bun.file(FILE).text()).trimEnd().split("\n")) {
    const name = HEAD.exec(line)?.[1];
    if (name === undefined) [...frames.values()].at(-1)?.push(line);
    else frames.set(name, []);
  }
}, 120_000);
afterAll(async () => {
  if (changed) await Bun.write(FILE, `${[...frames].map(([name, lines]) => [`=== ${name}`, ...lines].join("\n")).join("\n")}\n`);
});

/** The frame of that name. What time changes is left out: the spinner's sign, and how long something has taken. */
function expectFrame(name: string, seen: readonly string[]): void {
  const lines = seen.map((line) => line.replace(/^[·✢✳✶✻✽] /, "* ").replaceAll(/\b\d+ s\b/g, "N s"));
  while (lines.at(-1) === "") lines.pop();
  expect(lines.length).toBeLessThan(40);
  if (process.env["UPDATE_FRAMES"] === "1") {
    changed = true;
    frames.set(name, lines);
  }
  expect(lines).toEqual(frames.get(name) ?? []);
}
const call = (tool: string, input: unknown): ReplyBlock => ({ type: "call", tool, input });
async function asked(replies: readonly Reply[], options?: BareOptions): Promise<BareRun> {
  const run = await startIdle(replies, { rows: 38, ...options });
  run.write("go\r");
  return run;
}

describe("frames", () => {
  test("frames > answer: each kind of Markdown", async () => {
    const answer = [
      "# What I found\n",
      "The parser is in `src/parse.ts`, see [the guide](https://example.com/guide). It is **quick**, and *right* in all cases but one, which this long line tells of.\n",
      "1. Read it\n2. Change it:\n   - one place\n   - another\n3. Run the tests\n\n- [x] done\n- [ ] open\n",
      "> Whoever measures, knows.\n",
      "| Case | Time | Note |\n|:--|--:|:-:|\n| small | 1 ms | ok |\n| 大 | 120 ms | slow |\n",
      "```python\ndef f(x):\n    return x + 1  # more\n```\n\n---\n\nThat is **all**.",
    ].join("\n");
    await using run = await asked([{ text: answer, deltas: 11 }]);
    await run.shows("idle 1");
    expectFrame("answer", await run.lines());
  });

  test("frames > at work: thinking, half an answer, and the todos below", async () => {
    const todos = [
      { content: "Read the code", activeForm: "Reading the code", status: "completed" },
      { content: "Change the parser", activeForm: "Changing the parser", status: "in_progress" },
      { content: "Run the tests", activeForm: "Running the tests", status: "pending" },
    ];
    const never = new Promise(() => {});
    await using run = await asked([
      { blocks: [{ type: "thinking", text: "Two files, one fault.\nI had better make a list." }, call("TodoWrite", { todos })] },
      {
        blocks: [
          { type: "text", text: "First, **this**:\n\n- one\n- two, which is `half" },
          { type: "wait", until: never },
        ],
      },
    ]);
    await run.shows(/half[\s\S]*Writing[\s\S]*busy/);
    expectFrame("at work", await run.screen());
  });

  test("frames > agents: one that is waited for, with what it does; its own call runs", async () => {
    const agent = call("Agent", { description: "look around", prompt: "look", subagent_type: "general-purpose" });
    await using run = await asked([{ blocks: ["I ask somebody.", agent] }, { blocks: [call("bash", { command: "echo here; exec sleep 40" })] }]);
    await run.shows(/1 call[\s\S]*Running Agent.*10 tokens[\s\S]*busy/);
    expectFrame("agents", await run.screen());
  });

  test("frames > edit: a new file, a change in it, a call that fails, the details", async () => {
    const content = "alpha\nbeta gamma\ndelta\n";
    await using run = await asked([
      { blocks: [call("write_file", { path: "a.txt", content })] },
      { blocks: [call("edit_file", { path: "a.txt", old_string: "beta gamma", new_string: "beta GAMMA" })] },
      { blocks: [call("bash", { command: "echo one; echo two >&2; exit 3" })] },
      { text: "Done." },
    ]);
    await run.shows("idle 1");
    run.write("\x0f");
    await run.shows('"command"');
    expectFrame("edit", await run.lines());
  });

  test("frames > screen reader: every line once, calls when they begin and what came of them", async () => {
    const env = { TERM: "dumb" };
    await using run = await startBare([{ blocks: [call("bash", { command: "echo one" })] }, { text: "# Done\n\nAll **well**." }], {
      env,
      words: ["go"],
    });
    await run.shows("All well.");
    expectFrame("screen reader", await run.lines());
  });
});
