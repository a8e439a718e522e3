// The ledger in a real kernel: entries in the session and by day, sub-agents, what survives a resume, and what broke a cached prefix.
import { describe, expect, setSystemTime, test } from "bun:test";
import { appendFileSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { definePlugin, defineTool, Hosting, type Message, type Request, type Session, type ToolSpec, type Usage } from "claw";
import { dayOf, entriesOf, Ledger, type LedgerEntry, readEntry, sumOf, sumsBy, sumText } from "claw/kit";
import { createHarness, type Harness, type HarnessOptions, pluginContract, type Reply } from "claw/testing";
import * as v from "valibot";
import { changeBetween, sentOf } from "./prefix.ts";
import { wordsOf } from "./words.ts";

pluginContract(import.meta.dir);

const COLD: Usage = { input: 100, output: 10, cacheRead: 0, cacheWrite: 50_000 };
const WARM: Usage = { input: 100, output: 10, cacheRead: 50_000, cacheWrite: 500 };
const paid = (usage: Usage): Reply => ({ parts: [{ type: "finish", stop: "done", usage, content: [{ type: "text", text: "ok" }] }] });
const harness = (script: readonly Reply[], more: Partial<HarnessOptions> = {}): Promise<Harness> =>
  createHarness({ plugins: ["feature/ledger", "store/jsonl"], script, ...more, config: { store: "jsonl", ...(more.config as object | undefined) } });
const warnings = (on: Harness): string[] =>
  on.events.flatMap((event) => (event.type === "notice.raised" && event.data.level === "warn" ? [event.data.text] : []));
/** Adds what `text` gives to the system prompt, at this moment. */
const prompting = (text: () => string) =>
  definePlugin({ setup: ({ hooks }) => void hooks.draft.tap((draft) => ({ ...draft, system: [...draft.system, text()] })) });

test("entries > one for each request, priced, in the session and by day", async () => {
  await using on = await harness([paid(COLD), paid(WARM)]);
  await on.submit("one");
  await on.submit("two");
  const entries = entriesOf(on.shell.session);
  expect(entries).toMatchObject([
    { session: on.shell.session.id, who: "main", model: "default", usage: COLD, cost: expect.closeTo((100 + 20 + 62_500) / 1e6, 9) },
    { usage: WARM, cost: expect.closeTo((100 + 20 + 5_000 + 625) / 1e6, 9) },
  ]);
  const book = await on.host.use(Ledger);
  const today = dayOf(entries[0]!.at);
  expect(await book.day(today)).toEqual([...entries]);
  expect(await book.days()).toEqual([today]);
  expect(on.events.flatMap((event) => (event.type === "ledger.entered" ? [event.data] : []))).toEqual([...entries]);
  const path = join(on.home, "usage", `${today}.ndjson`);
  expect([statSync(path).mode & 0o777, statSync(join(on.home, "usage")).mode & 0o777]).toEqual([0o600, 0o700]);
  expect(readFileSync(path, "utf8")).not.toContain("one");
});

test("entries > survive a resume; a damaged line loses only itself; unknown prices are none", async () => {
  await using on = await harness([paid(COLD), paid(WARM)]);
  await on.submit("one");
  await on.shell.close();
  const again = await on.host.open({ ref: on.shell.session.id });
  await again.submit({ text: "two" });
  expect(entriesOf(again.session).map(({ usage }) => usage)).toEqual([COLD, WARM]);
  const book = await on.host.use(Ledger);
  const [today = ""] = await book.days();
  appendFileSync(join(on.home, "usage", `${today}.ndjson`), '{"half\n{"at":1}\n');
  book.add(again.session, { who: "compactor:summary", model: { id: "mystery" }, usage: WARM });
  expect((await book.day(today)).map(({ who, cost }) => [who, cost === null])).toEqual([
    ["main", false],
    ["main", false],
    ["compactor:summary", true],
  ]);
  await again.close();
});

test("entries > nothing by day when the config says so or the session is not kept, nothing at all for a run that sent nothing", async () => {
  await using forgetful = await harness([paid(COLD)], { config: { store: "plain" } });
  await forgetful.submit("one");
  expect([readdirSync(forgetful.home).includes("usage"), entriesOf(forgetful.shell.session).length]).toEqual([false, 1]);
  await using on = await harness([paid(COLD)], { config: { plugins: { "@claw/feature-ledger": { days: false } } } });
  await on.submit("one");
  expect(readdirSync(on.home)).not.toContain("usage");
  expect(entriesOf(on.shell.session)).toHaveLength(1);
  await using idle = await harness([]);
  await idle.host.activate("@claw/feature-ledger");
  expect(readdirSync(idle.home)).not.toContain("usage");
});

test("sub-agents > by name, in the session of whoever is asked for money", async () => {
  const delegate = definePlugin({
    setup({ contribute }) {
      const run = async (_: unknown, scope: Parameters<ReturnType<typeof defineTool>["run"]>[1]) => {
        const shell = await (await scope.use(Hosting)).open({ store: "plain", parent: scope.session.id, agent: "Explore" });
        await shell.submit({ text: "look" });
        await shell.close();
        return { content: [{ type: "text" as const, text: "seen" }] };
      };
      const about = {
        name: "delegate",
        description: "Runs a sub-agent",
        input: v.strictObject({}),
        access: () => "none" as const,
        subject: () => "",
      };
      contribute("tool", defineTool({ ...about, run }));
    },
  });
  const call = { type: "call" as const, id: "c1", tool: "delegate", input: {} };
  const asking: Reply = { parts: [call, { type: "finish", stop: "calls", usage: COLD, content: [call] }] };
  await using on = await harness([asking, paid(COLD), paid(WARM)], { plugins: ["feature/ledger", "store/jsonl", delegate] });
  await on.submit("go");
  const entries = entriesOf(on.shell.session);
  expect(entries.map(({ who }) => who)).toEqual(["main", "agent:Explore", "main"]);
  expect(new Set(entries.map(({ session }) => session))).toEqual(new Set([on.shell.session.id]));
  expect(entries.map(({ lost }) => lost)).toEqual([undefined, undefined, undefined]);
  expect(sumsBy(entries, "who").map(([who, { requests }]) => [who, requests])).toEqual([
    ["main", 2],
    ["agent:Explore", 1],
  ]);
});

describe("a lost prefix", () => {
  const COLDER: Usage = { ...COLD, cacheWrite: 51_000 };

  test("names the part of the system prompt that changed, and what it cost", async () => {
    let day = 21;
    const plugins = ["feature/ledger", "store/jsonl", prompting(() => `# Environment\nFolder: /x\nToday: 2026-11-${day++}`)];
    await using on = await harness([paid(COLD), paid(COLDER)], { plugins });
    await on.submit("one");
    await on.submit("two");
    const why = 'part 1 of the system prompt, "# Environment", changed from "Today: 2026-11-21" to "Today: 2026-11-22"';
    expect(entriesOf(on.shell.session)[1]?.lost).toEqual({ tokens: 50_000, cost: expect.closeTo((50_000 * 1.15) / 1e6, 9), why });
    expect(warnings(on)).toEqual([`The cached start of the conversation was lost, 50000 tokens were read again, which cost $0.0575 more: ${why}.`]);
  });

  test("is no matter while the provider still finds it, nor for a change that the user asked for", async () => {
    let count = 0;
    const plugins = ["feature/ledger", "store/jsonl", prompting(() => `# Count ${count++}`)];
    await using lucky = await harness([paid(COLD), paid(WARM)], { plugins });
    await lucky.submit("one");
    await lucky.submit("two");
    expect([entriesOf(lucky.shell.session)[1]?.lost, warnings(lucky)]).toEqual([undefined, []]);
    await using moved = await harness([paid(COLD), paid(COLDER)]);
    await moved.submit("one");
    moved.shell.select({ model: "other" });
    await moved.submit("two");
    expect(entriesOf(moved.shell.session)[1]?.lost).toMatchObject({ why: "the model changed from default to other" });
    expect(warnings(moved)).toEqual([]);
  });

  test("is the compactor's after a fold, and time's when long went by: both without a warning", async () => {
    const said: Message = { role: "user", content: [{ type: "text", text: "before" }] };
    const shrink = definePlugin({
      setup({ contribute }) {
        const due = (session: Session): boolean => session.messages.length === 3;
        contribute("compactor", { name: "shrink", due, compact: async () => ({ summary: [said], dropped: 2 }) });
      },
    });
    const plugins = ["feature/ledger", "store/jsonl", shrink];
    await using on = await harness([paid(COLD), paid(COLDER), paid(COLD)], { plugins, config: { compactor: "shrink" } });
    await on.submit("one");
    await on.submit("two");
    expect(entriesOf(on.shell.session)[1]?.lost?.why).toBe("the compactor shrink shortened the conversation");
    setSystemTime(new Date(Date.now() + 10 * 60_000));
    try {
      await on.submit("three");
    } finally {
      setSystemTime();
    }
    expect(entriesOf(on.shell.session)[2]?.lost?.why).toBe("the cache had expired");
    expect(warnings(on)).toEqual([]);
  });

  test("is told three times at most", async () => {
    let count = 0;
    const plugins = ["feature/ledger", "store/jsonl", prompting(() => `# Count ${count++}`)];
    await using on = await harness(
      Array.from({ length: 6 }, () => paid(COLD)),
      { plugins },
    );
    for (let turn = 0; turn < 6; turn++) await on.submit("go");
    expect(warnings(on)).toHaveLength(3);
    expect(entriesOf(on.shell.session).filter(({ lost }) => lost !== undefined)).toHaveLength(5);
  });
});

describe("changeBetween", () => {
  const spec = (name: string, description = "d"): ToolSpec => ({ name, description, schema: { type: "object" } });
  const [a, b, c] = [spec("a"), spec("b"), spec("mcp__x__y")];
  const said = (text: string): Message => ({ role: "user", content: [{ type: "text", text }] });
  const [m1, m2, m3] = [said("1"), said("2"), said("3")];
  const model = { id: "m", context: 1, maxOutput: 1 };
  const request = (change: Partial<Request>): ReturnType<typeof sentOf> =>
    sentOf({ model, system: ["# One\nx"], tools: [a, b], messages: [m1], maxOutput: 1, options: {}, ...change });
  const base = request({});
  const plugins = [
    { name: "@claw/feature-mcp", manifest: { api: 1, contributes: { tool: ["mcp__*"] } } },
    { name: "bare", manifest: { api: 1 } },
  ] as never;
  const words = (before: typeof base, after: typeof base, folded?: string): string | undefined => {
    const change = changeBetween(before, after, folded);
    return change && `${change.asked ? "asked: " : ""}${wordsOf(change, plugins)}`;
  };

  test("nothing, when the second begins as the first did", () => {
    expect(words(base, request({ messages: [m1, m2], tools: [a, b] }))).toBeUndefined();
    expect(words(base, request({ messages: [structuredClone(m1), m2] }))).toBeUndefined();
    expect(words(base, request({ tools: [a, { ...b }] }))).toBeUndefined();
  });

  test.each<[string, Partial<Request>]>([
    ["the tool mcp__x__y of @claw/feature-mcp was added", { tools: [a, b, c] }],
    ["the tool b is gone", { tools: [a] }],
    ["the tool b has another description or schema", { tools: [a, spec("b", "e")] }],
    ["the tool b has another place", { tools: [b, a] }],
    ['part 2 of the system prompt, "# Two", has "# Two" added', { system: ["# One\nx", "# Two"] }],
    ['part 1 of the system prompt, "# One", no longer has "# One"', { system: [] }],
    ["the request's options changed (effort)", { options: { effort: "low" } }],
    ["message 1 is not what it was before", { messages: [said("other"), m2] }],
    ["asked: the conversation went back to an earlier point", { messages: [said("other")] }],
    ["asked: the model changed from m to n", { model: { ...model, id: "n" } }],
  ])("%s", (expected, change) => {
    expect(words(base, request(change))).toBe(expected);
  });

  test("a fold is the compactor's", () => {
    expect(words(request({ messages: [m1, m2] }), request({ messages: [m3, m2] }), "summary")).toBe(
      "asked: the compactor summary shortened the conversation",
    );
  });
});

test("sums > by model and by who, the dearest first; what is no entry is passed over", () => {
  const entry = (who: string, model: string, cost: number | null): LedgerEntry => ({
    at: 1,
    session: "s",
    who,
    model,
    usage: { input: 1_000, output: 2, cacheRead: 0, cacheWrite: 0 },
    cost,
  });
  const all = [entry("main", "x", 1), entry("agent:a", "y", 2), entry("main", "y", null)];
  expect(sumOf(all)).toEqual({ requests: 3, unpriced: 1, usage: { input: 3_000, output: 6, cacheRead: 0, cacheWrite: 0 }, cost: 3 });
  expect(sumsBy(all, "model").map(([name, { cost }]) => [name, cost])).toEqual([
    ["y", 2],
    ["x", 1],
  ]);
  expect(sumText(sumOf(all))).toBe("$3.0000 in 3 requests, 1 of unknown price: 3,000 fresh, 6 output tokens");
  expect([sumText(sumOf([])), sumText(sumOf([entry("m", "x", null)]))]).toEqual([
    "nothing",
    "$0.0000 in 1 request, price unknown: 1,000 fresh, 2 output tokens",
  ]);
  expect([null, {}, { ...all[0], cost: "1" }, { ...all[0], usage: {} }].map(readEntry)).toEqual([undefined, undefined, undefined, undefined]);
});
