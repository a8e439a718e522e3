import { describe, expect, test } from "bun:test";
import type { AnyEvent, EventMap, Json, Renderer } from "claw";
import { calls, createHarness, fails, pluginContract, rendererContract, says } from "claw/testing";
import { createTextRenderer, type Screens } from "./text.ts";

pluginContract(import.meta.dir);

const SILENT: Screens = { answers: false, progress: false, verbose: false };
const WATCHED: Screens = { answers: true, progress: true, verbose: false };

function show(screens: Screens, events: readonly AnyEvent[]): { out: string; err: string } {
  const written = { out: "", err: "" };
  const renderer = createTextRenderer(() => screens);
  void renderer.open(
    (text) => {
      written.out += text;
    },
    (text) => {
      written.err += text;
    },
  );
  for (const event of events) renderer.render(event);
  void renderer.close();
  return written;
}
function events(...given: [keyof EventMap, Json][]): AnyEvent[] {
  const opened: [keyof EventMap, Json] = ["session.opened", { cwd: "/w", resumed: false }];
  return [opened, ["turn.started", { text: "hi" }] as [keyof EventMap, Json], ...given].map(
    ([type, data], seq) => ({ type, data, seq, at: seq, session: "s", turn: 1, source: "claw" }) as unknown as AnyEvent,
  );
}
const said = (text: string): [keyof EventMap, Json] => ["message.added", { message: { role: "assistant", content: [{ type: "text", text }] } }];
const step: [keyof EventMap, Json] = ["step.started", { model: "m" }];
const ended = (about: object = {}): [keyof EventMap, Json] => ["turn.ended", { outcome: "completed", ...about }];

rendererContract((): Renderer => createTextRenderer(() => WATCHED), events(step, said("x"), ended()));

describe("text", () => {
  test("text > a real turn: only the last message on stdout, nothing on a stderr that nobody watches", async () => {
    await using harness = await createHarness({ plugins: [], script: [calls("nothing_such", {}), says("The answer.")] });
    const started = harness.events.length;
    await harness.submit("go");
    const all = [...events().slice(0, 1), ...harness.events.slice(started)].map((event) => ({ ...event, session: "s" }));
    expect(show(SILENT, all)).toEqual({ out: "The answer.\n", err: "" });
  });

  test("text > a real failure: words on stderr, with the hint once it is known", async () => {
    await using harness = await createHarness({ plugins: [], script: [fails("CLAW_PROVIDER_REJECTED")] });
    const started = harness.events.length;
    await harness.submit("go");
    const all = [...events().slice(0, 1), ...harness.events.slice(started)].map((event) => ({ ...event, session: "s" }));
    const untold = "error: scripted failure: CLAW_PROVIDER_REJECTED\n";
    expect(show(SILENT, all)).toEqual({ out: "", err: untold });
    const told = events(["error.raised", { code: "X", kind: "x", message: "no", hint: "do" }]).slice(-1);
    expect(show(SILENT, [...all, ...told])).toEqual({ out: "", err: "error: no\nhint: do\n" });
  });

  test("text > progress goes to a terminal, and there to stderr", () => {
    const all = events(
      step,
      ["call.started", { id: "1", tool: "bash", access: "execute", subject: "ls\nrm -r x", input: {} }],
      ["call.ended", { id: "1", tool: "bash", failed: true, ms: 1, content: [{ type: "text", text: "no such\nfile" }] }],
      ["permission.decided", { id: "2", tool: "bash", subject: "x", decision: { verdict: "deny", reason: "not now" }, by: "headless" }],
      ["notice.raised", { level: "warn", text: "careful" }],
      ["step.failed", { code: "X", message: "busy", again: true, afterMs: 1500 }],
      ["session.compacted", { dropped: 4, by: "x" }],
      ["plugin.failed", { plugin: "p", code: "C", message: "broke" }],
      said("done"),
      ended(),
    );
    const err = [
      "· bash ls …",
      "  failed: no such …",
      "  refused: not now",
      "warning: careful",
      "  busy; trying again in 1.5 s",
      "  shortened the session: 4 messages summed up",
      "warning: plugin p: broke (C)",
      "",
    ].join("\n");
    expect(show(WATCHED, all)).toEqual({ out: "done\n", err });
    expect(show({ ...SILENT, verbose: true }, all)).toEqual({ out: "done\n", err });
    expect(show(SILENT, all)).toEqual({ out: "done\n", err: "" });
  });

  test("text > an error notice is told whoever watches", () => {
    expect(show(SILENT, events(["notice.raised", { level: "error", text: "disk full" }], step, said("a"), ended()))).toEqual({
      out: "a\n",
      err: "error: disk full\n",
    });
  });

  test("text > control sequences reach no terminal, and a pipe as they are", () => {
    const all = events(step, said("a\x1b]0;evil\x07b\x1b[2Jc\n"), ended());
    expect(show(WATCHED, all).out).toBe("abc\n");
    expect(show(SILENT, all).out).toBe("a\x1b]0;evil\x07b\x1b[2Jc\n");
  });

  test("text > what a command had to say is the answer", () => {
    expect(show(WATCHED, events(["notice.raised", { level: "info", text: "All is well." }], ended()))).toEqual({
      out: "All is well.\n",
      err: "",
    });
  });

  test("text > a stopped turn keeps its text and says why it stopped; an interrupted one has no answer", () => {
    expect(show(SILENT, events(step, said("so far"), ended({ outcome: "stopped", reason: "max_turns" })))).toEqual({
      out: "so far\n",
      err: "error: the limit of steps was reached\nhint: Raise --max-turns, or go on with `claw -c`.\n",
    });
    expect(show(SILENT, events(step, said("so far"), ended({ outcome: "aborted", reason: "SIGINT" })))).toEqual({
      out: "",
      err: "error: interrupted: SIGINT\n",
    });
  });

  test("text > structured output is the answer: one line for a program, set out for a person", () => {
    const output = { structured_output: { name: "Ada", at: [1] } };
    const call: [keyof EventMap, Json] = ["call.ended", { id: "1", tool: "x", failed: false, ms: 1, content: [], details: output }];
    const all = events(step, call, said("Done."), ended());
    expect(show(SILENT, all).out).toBe('{"name":"Ada","at":[1]}\n');
    expect(show(WATCHED, all).out).toBe('{\n  "name": "Ada",\n  "at": [\n    1\n  ]\n}\n');
  });

  test("text > with a schema asked for, words are no answer: stdout is empty, and stderr has them and one reason", () => {
    const all = events(step, said("I cannot."), ended({ outcome: "stopped", reason: "structured_output" }));
    expect(show({ ...SILENT, structured: true }, all)).toEqual({
      out: "",
      err: "I cannot.\nerror: the model gave no answer that fits --json-schema\n",
    });
    const command = events(["notice.raised", { level: "info", text: "All is well." }], ended());
    expect(show({ ...SILENT, structured: true }, command).out).toBe("All is well.\n");
  });

  test("text > what the model tells the user on the way is on stderr once, whoever watches", () => {
    const details = { user_message: "Halfway there." };
    const all = events(
      step,
      ["notice.raised", { level: "info", text: "Halfway there." }],
      ["call.ended", { id: "1", tool: "x", failed: false, ms: 1, content: [], details }],
      said("Done."),
      ended(),
    );
    for (const screens of [SILENT, WATCHED]) expect(show(screens, all)).toEqual({ out: "Done.\n", err: "Halfway there.\n" });
  });

  test("text > 32,768 deltas leave nothing behind", () => {
    const renderer = createTextRenderer(() => WATCHED);
    void renderer.open(
      () => undefined,
      () => undefined,
    );
    const deltas = (count: number): void => {
      for (let index = 0; index < count; index++) {
        renderer.render(events(["text.delta", { delta: `${index}`.padEnd(64) }]).at(-1)!);
      }
      Bun.gc(true);
    };
    deltas(2_000);
    const before = process.memoryUsage().heapUsed;
    deltas(32_768);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(1_500_000);
  });
});
