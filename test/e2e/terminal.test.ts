// The renderer `terminal` on the built binary in a real pseudo-terminal, read by a terminal emulator.
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { bash, call, type Reply } from "../mock/reply.ts";
import { startBare, startIdle } from "../support/bare.ts";

// The machine may be busy with other tests.
setDefaultTimeout(60_000);
const RULE = (columns: number): string => "─".repeat(columns - 1);

describe("a session", () => {
  test("transcript > a turn with a call and Markdown, as a person sees it", async () => {
    const table = "| File | Lines |\n|--|--:|\n| a | 12 |";
    const answer = `## Found\n\nThere are **two** files:\n\n1. \`a\`\n2. \`b\`\n\n${table}\n\n\`\`\`ts\nconst a = 1;\n\`\`\`\n\nDone.`;
    await using run = await startIdle([{ blocks: ["Let me look.", ...bash("printf 'a\\nb\\n'").blocks!] }, { text: answer, deltas: 7 }]);
    run.write("what is here?\r");
    await run.shows("idle 1");
    expect(await run.lines()).toEqual([
      ...[
        "> what is here?",
        "",
        "Let me look.",
        "",
        "● bash printf 'a\\nb\\n'",
        "  ⎿ a",
        "    b",
        "",
        "Found",
        "",
        "There are two files:",
        "",
        "1. a",
        "2. b",
        "",
      ],
      ...[
        "┌──────┬───────┐",
        "│ File │ Lines │",
        "├──────┼───────┤",
        "│ a    │    12 │",
        "└──────┴───────┘",
        "",
        "  const a = 1;",
        "",
        "Done.",
        RULE(72),
        ">",
        "idle 1",
      ],
    ]);
    expect(run.written).not.toMatch(/\x1b\[[23]J/);
    // The window's tab shows that it is at work, and that it no longer is.
    expect(run.written.match(/\x1b\]9;4;\d/g)).toEqual(["\x1b]9;4;3", "\x1b]9;4;0"]);
  });

  test("live region > while a command runs: its line, the end of its output, and how to stop it", async () => {
    await using run = await startIdle([bash("for i in 1 2 3 4 5 6 7; do echo line $i; done; exec sleep 30"), { text: "never" }]);
    run.write("go\r");
    const seen = await run.shows(/line 7[\s\S]*esc to stop/);
    const from = seen.findIndex((line) => line.startsWith("●"));
    expect(seen.slice(from, from + 6)).toEqual([
      "● bash for i in 1 2 3 4 5 6 7; do echo line $i; done; exec sleep 30",
      "  ⎿ line 3",
      "    line 4",
      "    line 5",
      "    line 6",
      "    line 7",
    ]);
    expect(seen.join("\n")).toMatch(/\n\S Running bash… \(\d s · .*esc to stop\)\n─+\n>\nbusy/);
    run.write("\x1b");
    // The command would take half a minute.
    await run.shows("idle 1", 10_000);
    expect((await run.lines()).join("\n")).toContain("Interrupted.");
  });

  test("transcript > an edit as a diff, a failure with its hint", async () => {
    const read: Reply = call("read_file", { path: "a.txt" });
    const edit: Reply = call("edit_file", { path: "a.txt", old_string: "two three", new_string: "two 3" });
    await using run = await startIdle([read, edit, { status: 401 }]);
    await Bun.write(join(run.work, "a.txt"), "one\ntwo three\nfour\n");
    run.write("go\r");
    await run.shows("idle 1");
    const lines = await run.lines();
    expect(lines.slice(2, 9)).toEqual([
      "● read_file a.txt",
      "  ⎿ 3 lines",
      "● edit_file a.txt",
      "  ⎿ +1 -1",
      "    1   one",
      "    2 - two three",
      "    2 + two 3",
    ]);
    expect(lines.slice(9).join("\n")).toMatch(/^ {4}3 {3}four\n\nerror: .+\n.+\nhint: /);
    // What changed stands out: by another colour behind it.
    expect(run.written).toMatch(/\x1b\[[\d;]*48;[\d;]+mthree\x1b\[/);
  });

  test("transcript > 400 sections while the window changes its size: every word once, in order, nothing cleared", async () => {
    const sections = Array.from(
      { length: 400 },
      (_, at) => `## Section ${at}\n\nText of @${at}@ goes ${"on and ".repeat(at % 9)}on.\n\n- item ${at}\n`,
    );
    await using run = await startIdle([{ text: sections.join("\n"), deltas: 40, paceMs: 1 }], { rows: 18 });
    run.write("go\r");
    for (const [columns, rows] of [
      [100, 30],
      [50, 18],
      [72, 10],
      [40, 24],
      [120, 40],
      [72, 18],
    ] as const) {
      await run.shows((seen) => seen.some((line) => line.startsWith("Section")));
      const before = run.written.length;
      run.resize(columns, rows);
      await run.shows(() => run.written.length > before + 3_000 || /idle 1/.test(run.written.slice(-400)));
    }
    await run.shows("idle 1", 30_000);
    const text = (await run.lines()).join("\n");
    expect([...text.matchAll(/@(\d+)@/g)].map(([, at]) => Number(at))).toEqual(sections.map((_, at) => at));
    expect([...text.matchAll(/^Section (\d+)$/gm)].map(([, at]) => Number(at))).toEqual(sections.map((_, at) => at));
    expect([...text.matchAll(/• item (\d+)$/gm)].map(([, at]) => Number(at))).toEqual(sections.map((_, at) => at));
    expect(run.written).not.toMatch(/\x1b\[[23]J/);
  });

  test("transcript > what a model or a command says cannot move the cursor, retitle the window or write the clipboard", async () => {
    const evil = "\u001b[2J\u001b]0;owned\u0007\u001b]52;c;AAAA\u0007&#27;[2Jtail";
    await using run = await startIdle([{ blocks: [evil, ...bash("printf '\\033[3J\\033]0;owned\\007out'").blocks!] }, { text: evil }]);
    run.write("go\r");
    await run.shows("idle 1");
    expect(run.written).not.toMatch(/\x1b\[[23]J|\x1b\]0;|\x1b\]52/);
    expect((await run.lines()).join("\n")).toContain("out");
  });

  test("colours > none with NO_COLOR, and the same words", async () => {
    await using run = await startIdle([{ text: "# A\n\n**b** `c`" }], { env: { NO_COLOR: "1" } });
    run.write("go\r");
    await run.shows("idle 1");
    expect(run.written).not.toMatch(/\x1b\[[\d;]*(3[0-8]|4[0-8]|9\d)[;m]/);
    expect((await run.lines()).slice(0, 5)).toEqual(["> go", "", "A", "", "b c"]);
  });

  test("plain > a dumb terminal gets lines, and no control sequences", async () => {
    await using run = await startBare([{ text: "# A\n\n- **b**\n" }], { env: { TERM: "dumb" }, words: ["go"] });
    await run.shows("• b");
    expect((await run.lines()).slice(0, 5)).toEqual(["> go", "", "A", "", "• b"]);
    expect(run.written).not.toContain("\x1b");
  });
});
