// What a person sees in a session on the built binary, as whole frames.
import { expect, test } from "bun:test";
import { bash } from "../mock/reply.ts";
import { idle, type Sitting, sitDown } from "../support/sitting.ts";
import type { TerminalRun } from "../support/terminal.ts";

/** What is in sight, without blank rows at the end; `WORK` is the folder. */
async function frame(claw: TerminalRun, { scratch }: Sitting): Promise<string> {
  const rows = (await claw.screen()).map((row) => row.replaceAll(scratch.work, "WORK"));
  while (rows.at(-1) === "") rows.pop();
  return `\n${rows.join("\n")}\n`;
}

test("frames > from the first prompt over a question to an answer", async () => {
  await using at = await sitDown([bash("touch a.txt && touch b.txt"), { text: "# Done\n\nBoth are **there**:\n\n- a.txt\n- b.txt" }]);
  const claw = await at.open(["--permission-mode", "prompt"], { columns: 72 });
  await claw.shows("claude-opus");
  expect(await frame(claw, at)).toMatchInlineSnapshot(`
    "
    claw 0.1.0 · WORK
    /help lists commands · esc stops · ctrl-c twice quits


    >
      claude-opus-5-5 · prompt
    "
  `);
  claw.write("make two files\r");
  await claw.shows("enter take");
  expect((await frame(claw, at)).replace(/. Working….*/, "· Working…")).toMatchInlineSnapshot(`
    "
    claw 0.1.0 · WORK
    /help lists commands · esc stops · ctrl-c twice quits

    > make two files

    tool 'bash' requires approval to escalate from prompt to
    workspace-write:
      touch a.txt  (touch writes WORK/a.txt)
      touch b.txt  (touch writes WORK/b.txt)
    $ touch a.txt && touch b.txt

    ❯ 1. Yes, this once (y)
      2. Yes, and from now on in this session (s)
         bash(touch a.txt)
         bash(touch b.txt)
      3. Yes, always; kept in your settings (a)
         bash(touch a.txt)
         bash(touch b.txt)
      4. No (n)
      5. No, and say why (r)
    ↑↓ choose · enter take · esc stop
      claude-opus-5-5 · prompt · 0% of context
    "
  `);
  claw.write("y");
  await claw.shows("b.txt");
  await claw.shows(idle);
  expect(await frame(claw, at)).toMatchInlineSnapshot(`
    "
    claw 0.1.0 · WORK
    /help lists commands · esc stops · ctrl-c twice quits

    > make two files

    ● bash touch a.txt && touch b.txt
      ⎿ (no output)

    Done

    Both are there:

    • a.txt
    • b.txt

    >
      claude-opus-5-5 · prompt · 0% of context
    "
  `);
}, 60_000);
