import { describe, expect, test } from "bun:test";
import type { Json, Renderer } from "claw";
import { calls, createHarness, pluginContract, rendererContract, says } from "claw/testing";
import { delta, done, ended, events, type Given, PLUGINS, said, shown, started, step, turn } from "./testing/shown.ts";

pluginContract(import.meta.dir);

describe("terminal > any order", () => {
  let real: Renderer | undefined;
  const make = (): Renderer => ({
    name: "terminal",
    async open(out, err) {
      await using harness = await createHarness({ plugins: PLUGINS });
      real = await harness.host.get("renderer", "terminal");
      await real.open(out, err);
    },
    render: (event) => real?.render(event),
    close: () => real?.close(),
  });
  const all = events(
    turn,
    step,
    ["thinking.delta", { delta: "hm" }],
    delta("x"),
    started("1", "bash"),
    done("1", "bash", "y"),
    done("2", "z", "lost"),
    said("x"),
    ended(),
  );
  rendererContract(make, all);
});

describe("terminal", () => {
  test("render > a turn as it is read", async () => {
    const input: Given = ["message.added", { message: { role: "user", content: [{ type: "text", text: "do it" }] } }];
    const steered: Given = ["message.added", { message: { role: "user", content: [{ type: "text", text: "and that" }] } }];
    const all = events(
      ...[
        turn,
        input,
        step,
        ["thinking.delta", { delta: "Let me see.\nYes." }] as Given,
        delta("I **lo"),
        delta("ok**.\n\n- a"),
        started("1", "bash", "ls\nrm x"),
      ],
      ...[
        done("1", "bash", "1\n2\n3\n4\n5\n[exit code 2]", { details: { code: 2 } }),
        said("I **look**.\n\n- a"),
        steered,
        step,
        said("Not streamed."),
        ended(),
      ],
    );
    expect(await shown(all)).toBe(
      [
        ...["> do it", "", "  Let me see.", "  Yes.", "", "I look.", "", "• a", ""],
        ...["● bash ls …", "  ⎿ … 3 more lines (ctrl-o)", "    4", "    5", "    [exit code 2]", "", "> and that", "", "Not streamed.", ""],
      ].join("\n"),
    );
  });

  test("render > a real turn: its call, its answer", async () => {
    const harness = await createHarness({ plugins: PLUGINS, script: [calls("nothing_such", {}), says("The **answer**.")], env: { NO_COLOR: "1" } });
    await harness.submit("go");
    const text = await shown(harness.events.slice(), {}, harness);
    expect(text).toMatch(/^> go\n\n● nothing_such\n {2}⎿ .*nothing_such.*\n\nThe answer\.\n$/s);
  });

  test("render > an edit as a diff, in line with what was changed", async () => {
    const diff = "@@ -10,2 +10,3 @@\n const a = 1;\n-let total = sum(alpha);\n+let total = sum(beta);\n+// more\n";
    const all = events(
      turn,
      started("1", "edit_file", "src/a.ts"),
      done("1", "edit_file", "Edited", { details: { path: "/a", diff, added: 2, removed: 1 } }),
    );
    const lines = (await shown(all)).split("\n").map((line) => line.trimEnd());
    expect(lines.slice(2)).toEqual([
      ...[
        "● edit_file src/a.ts",
        "  ⎿ +2 -1",
        "    10   const a = 1;",
        "    11 - let total = sum(alpha);",
        "    11 + let total = sum(beta);",
        "    12 + // more",
        "",
      ],
    ]);
  });

  test("render > an edit of a kept session, of which only the input is left, as a diff of that", async () => {
    const edit: Json = { path: "a.ts", old_string: "let a = one;\nb", new_string: "let a = two;\nb" };
    const begun: Given = ["call.started", { id: "1", tool: "edit_file", access: "none", subject: "a.ts", input: edit }];
    const lines = (await shown(events(begun, done("1", "edit_file", "Edited")))).split("\n").map((line) => line.trimEnd());
    expect(lines).toEqual(["● edit_file a.ts", "  ⎿ +1 -1", "    - let a = one;", "    + let a = two;", "      b", ""]);
  });

  test("render > results in short: lines of a file, the start of a list, a failure", async () => {
    const all = events(
      turn,
      started("1", "read_file", "a.md"),
      done("1", "read_file", "x", { details: { path: "/a.md", lines: 1, total: 9 } }),
      started("2", "grep_search", "x"),
      done("2", "grep_search", "a\nb\nc\nd\ne"),
      started("3", "write_file", "b"),
      done("3", "write_file", "no such place", { failed: true }),
    );
    expect((await shown(all)).split("\n").slice(2)).toEqual([
      ...[
        "● read_file a.md",
        "  ⎿ 1 line of 9",
        "● grep_search x",
        "  ⎿ a",
        "    b",
        "    c",
        "    … 2 more lines (ctrl-o)",
        "● write_file b",
        "  ⎿ no such place",
        "",
      ],
    ]);
  });

  test("render > details: the last call in full, then the one before", async () => {
    const details: Given = ["view.toggled", { view: "details" }];
    const all = events(
      turn,
      started("1", "a", "one"),
      done("1", "a", "first"),
      started("2", "b", "two"),
      done("2", "b", "1\n2\n3\n4\n5\n6"),
      details,
      details,
    );
    const [, full = ""] = (await shown(all)).split("(ctrl-o)\n");
    expect(full).toMatch(/^\n● b two\n {4}\{\n {6}"given": "two"\n {4}\}\n {4}─+\n( {4}\d\n){6}\n● a one\n[^●]* {4}first\n$/);
  });

  test("render > what goes wrong: tried again, given up, refused, with what to do", async () => {
    const all = events(
      turn,
      step,
      delta("half an ans"),
      ["step.failed", { code: "X", message: "busy", again: true, afterMs: 1_500 }],
      step,
      ended({ outcome: "failed", code: "X", reason: "no" }),
      ["error.raised", { code: "X", kind: "x", message: "no", hint: "Do this." }],
      turn,
      ended({ outcome: "aborted", reason: "interrupt" }),
      turn,
      ended({ outcome: "stopped", reason: "max_turns" }),
      turn,
      ended({ outcome: "failed", code: "X", reason: "nobody told" }),
    );
    const text = await shown(all);
    expect(text).toContain(
      "half an ans\n\nbusy; trying again in 1.5 s. What stands above is void.\n\nerror: no\nhint: Do this.\n\n> do it\n\nInterrupted.\n",
    );
    expect(text).toContain("error: the limit of steps was reached\nhint: Raise --max-turns");
    expect(text.match(/error: no\n/g)).toHaveLength(1);
    expect(text).toEndWith("error: nobody told\n");
  });

  test("render > notices, folds and background work are told; other sessions' words are not", async () => {
    const all = events(
      ["notice.raised", { level: "info", text: "a table:\n  x  y\n" }],
      ["notice.raised", { level: "warn", text: "careful" }],
      ["session.compacted", { dropped: 4, by: "x" }],
      ["task.ended", { session: "s", id: "1", kind: "command", name: "npm test", state: "failed" }],
      ["plugin.failed", { plugin: "p", code: "C", message: "broke" }],
      ["session.opened", { cwd: "/w", resumed: false, parent: "s", agent: "explore" }, "child"],
      ["text.delta", { delta: "secret" }, "child"],
      ["turn.started", { text: "secret" }, "child"],
      ["notice.raised", { level: "error", text: "from a child" }, "child"],
    );
    expect(await shown(all)).toBe(
      [
        ...[
          "a table:",
          "  x  y",
          "",
          "warning: careful",
          "",
          "The session was shortened: 4 messages were summed up.",
          "",
          "In the background, npm test: failed.",
          "",
        ],
        ...["warning: plugin p: broke (C)", "", "error: from a child", ""],
      ].join("\n"),
    );
  });

  test("render > a call that was never started has its result shown; one the person refused was told by who asked", async () => {
    const asked = (id: string, input: Json): Json => ({ type: "call", id, tool: "bash", input });
    const result = (id: string, text: string): Json => ({ type: "result", id, content: [{ type: "text", text }], failed: true });
    const all = events(
      turn,
      step,
      ["permission.decided", { id: "1", tool: "bash", subject: "rm x", decision: { verdict: "deny", reason: "no" }, by: "user" }],
      ["permission.decided", { id: "2", tool: "bash", subject: "rm y", decision: { verdict: "deny", reason: "no" }, by: "mode:read-only" }],
      ["message.added", { message: { role: "assistant", content: [asked("1", {}), asked("2", {}), asked("3", { n: 1, command: "ls" })] } }],
      ["message.added", { message: { role: "user", content: [result("1", "refused by you"), result("2", "refused"), result("3", "no such tool")] } }],
      ended(),
    );
    expect(await shown(all)).toBe("> do it\n\n● bash rm y\n  ⎿ refused\n● bash ls\n  ⎿ no such tool\n");
  });

  test("render > thinking can be hidden, by config or on the way", async () => {
    const all = events(turn, step, ["thinking.delta", { delta: "secret thought" }], delta("answer"), said("answer"), ended());
    const hidden = { plugins: { "@claw/renderer-terminal": { thinking: "hidden" } } };
    expect(await shown(all, hidden)).toBe("> do it\n\nanswer\n");
    const toggled = events(["view.toggled", { view: "thinking" }]).slice(1);
    const told = "Thinking is hidden from now on; alt-o shows it.";
    expect(await shown([...all.slice(0, 3), ...toggled, ...all.slice(3)])).toBe(`> do it\n\n${told}\n\nanswer\n`);
    // Shown again, with what was thought meanwhile.
    expect(await shown([...all, ...toggled], hidden)).toBe("> do it\n\nanswer\n\nThinking is shown.\n\n  secret thought\n");
  });

  test("render > where nothing is drawn twice, a call is said when it begins, and what came of it below, or anew after something else", async () => {
    const all = events(
      ...[turn, started("1", "bash", "one"), done("1", "bash", "first"), started("2", "bash", "two"), started("3", "bash", "three")],
      ...[done("2", "bash", "second"), done("3", "bash", "third"), started("4", "bash", "four"), done("4", "bash", "no", { failed: true })],
    );
    const harness = await createHarness({ plugins: PLUGINS, env: { TERM: "dumb" } });
    expect((await shown(all, {}, harness)).split("\n").slice(2)).toEqual([
      ...["● bash one", "  ⎿ first", "● bash two", "● bash three", "● bash two", "  ⎿ second"],
      ...["● bash three", "  ⎿ third", "● bash four", "● bash four", "  ⎿ no", ""],
    ]);
  });

  test("render > nothing from outside reaches the terminal as more than text", async () => {
    const evil = "\x1b[2J\x1b]0;t\x07\x9b1mx\r\b";
    const all = events(
      ["turn.started", { text: evil }],
      ["thinking.delta", { delta: evil }],
      delta(evil),
      started("1", `bash${evil}`, evil),
      done("1", "bash", evil),
      ["notice.raised", { level: "info", text: evil }],
      ["error.raised", { code: "x", kind: "x", message: evil, hint: evil }],
      ["session.opened", { cwd: "/", resumed: false, parent: "s", agent: evil }, "c"],
      ["view.toggled", { view: "details" }],
    );
    expect(await shown(all)).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
  });
});
