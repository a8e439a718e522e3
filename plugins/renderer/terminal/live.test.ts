// What is only in the live region: agents, todos and the spinner, on a screen that keeps what it is given.
import { afterEach, describe, expect, test } from "bun:test";
import type { Painter, Screen, Slot, Theme, Themes } from "claw/kit";
import { delta, done, ended, events, type Given, started, step, turn } from "./testing/shown.ts";
import { View } from "./view.ts";

const theme: Theme = { name: "none", paint: (_, text) => text, sgr: () => ({ begin: "", end: "" }) };
const themes: Themes = { current: theme, list: async () => [], choose: async () => theme };
let view: View | undefined;
afterEach(() => {
  view?.close();
  view = undefined;
});

/** What the slots show after these events. */
function live(...given: Given[]): (slot: Slot, columns?: number, rows?: number) => readonly string[] {
  const slots = new Map<Slot, Painter | readonly string[]>();
  const screen = {
    ...{ opened: true, columns: 60, rows: 24, colors: 0, plain: false },
    print: () => undefined,
    live: (slot: Slot, shown: Painter | readonly string[]) => void slots.set(slot, shown),
    progress: () => undefined,
  } as unknown as Screen;
  view = new View(screen, themes, true, () => undefined);
  for (const event of events(...given)) view.render({ ...event, at: Date.now() });
  return (slot, columns = 60, rows = 24) => {
    const shown = slots.get(slot) ?? [];
    return typeof shown === "function" ? shown(columns, rows).lines : shown;
  };
}
const member = (session: string, agent: string): Given => ["session.opened", { cwd: "/w", resumed: false, parent: "s", agent }, session];
const work = (session: string, subject: string): Given => [
  "call.started",
  { id: session, tool: "bash", access: "execute", subject, input: {} },
  session,
];

describe("live", () => {
  test("tail > agents in the background, each with what it does; one that its call tells of is not told twice", () => {
    const shows = live(
      ...[turn, started("1", "Agent", "explore"), member("a", "explore"), work("a", "ls"), member("b", "poet"), work("b", "date")],
      ["call.progress", { id: "1", update: { session: "a", tail: "bash ls", calls: 1, tokens: 1_200 } }],
      ["step.ended", { stop: "calls", usage: { input: 1, output: 40, cacheRead: 0, cacheWrite: 0 }, model: "m", ms: 1 }, "b"],
    );
    expect(shows("tail")).toEqual(["", "● Agent explore (1 call · 1.2k tokens)", "  ⎿ bash ls", "  ⎿ poet bash date (1 call · 40 tokens)"]);
    view?.render({ ...events(["session.closed", {}, "b"])[1]!, at: 0 });
    expect(shows("tail")).toEqual(["", "● Agent explore (1 call · 1.2k tokens)", "  ⎿ bash ls"]);
  });

  test("tail > many agents take few lines, and no line is wider than the screen", () => {
    const shows = live(turn, ...Array.from({ length: 9 }, (_, at) => [member(`${at}`, `agent ${at}`), work(`${at}`, "日本 ".repeat(30))]).flat());
    expect(shows("tail").filter((line) => line.includes("⎿"))).toHaveLength(6);
    expect(shows("tail").join("\n")).toContain("… 3 more agents");
    for (const columns of [60, 30, 12]) for (const line of shows("tail", columns)) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(columns);
  });

  test("todos > what is being done is in sight however long the list; hidden and shown again; gone with the turn that finishes them", () => {
    const todos = Array.from({ length: 30 }, (_, at) => ({
      content: `do ${at}`,
      activeForm: `doing ${at}`,
      status: at < 20 ? "completed" : at === 20 ? "in_progress" : "pending",
    }));
    const shows = live(turn, ["todo.changed", { todos, open: 10 }]);
    expect(shows("todos", 60, 6)).toEqual(["", "  ▸ doing 20", "  ☐ do 21", "  ☐ do 22", "  ☐ do 23", "  … 26 more"]);
    const toggle = events(["view.toggled", { view: "todos" }])[1]!;
    view?.render(toggle);
    expect(shows("todos")).toEqual([]);
    view?.render(toggle);
    expect(shows("todos")).toHaveLength(12);
    for (const event of events(["todo.changed", { todos: todos.map((todo) => ({ ...todo, status: "completed" })), open: 0 }], ended()).slice(1))
      view?.render(event);
    expect(shows("todos")).toEqual([]);
  });

  test("activity > says at once what is done, counts tokens, and is gone when the turn is over", () => {
    const shows = live(turn, step);
    const line = (): string => shows("activity").join("").replace(/^\S/, "*");
    expect(line()).toBe("* Working… (0 s · esc to stop)");
    const tell = (...given: Given[]): void => {
      for (const event of events(...given).slice(1)) view?.render(event);
    };
    tell(["thinking.delta", { delta: "x".repeat(400) }]);
    expect(line()).toBe("* Thinking… (0 s · ↓ 100 tokens · esc to stop)");
    tell(delta("y".repeat(400)), [
      "step.ended",
      { stop: "calls", usage: { input: 1, output: 1_234, cacheRead: 0, cacheWrite: 0 }, model: "m", ms: 1 },
    ]);
    expect(line()).toBe("* Writing… (0 s · ↓ 1.2k tokens · esc to stop)");
    tell(started("1", "bash", "ls"));
    expect(line()).toStartWith("* Running bash…");
    tell(done("1", "bash", "x"), ended());
    expect(shows("activity")).toEqual([]);
  });
});
