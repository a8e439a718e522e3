import { afterEach, beforeEach, expect, test } from "bun:test";
import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createSession, decodeHead, type Entry, keptSession } from "claw/kit";
import { load } from "./file.ts";
import { add, list, read, remove, rename } from "./manage.ts";
import { repair } from "./repair.ts";
import { createRig, idOf, type Rig, said } from "./rig.ts";
import { scan } from "./scan.ts";
import { search } from "./search.ts";
import { listSessions } from "./store.ts";

let rig: Rig;
beforeEach(() => {
  rig = createRig();
});
afterEach(() => rig[Symbol.dispose]());

const titles = async (): Promise<readonly string[]> => (await listSessions(rig.home, rig.cwd)).map(({ title }) => title);
const chained = (texts: readonly string[]): Entry[] =>
  texts.map((text, index) => ({
    type: "message",
    id: `${index + 1}`,
    parent: index === 0 ? null : `${index}`,
    at: 1000 + index,
    message: said(text),
  }));

test("rename > changes the first line in its place, while another process appends too, and keeps the date", async () => {
  const path = await rig.kept("first words", "more");
  const before = readFileSync(path);
  const { mtimeMs } = statSync(path);
  const open = await rig.open({ ref: path });
  expect(rename(rig.home, idOf(path), rig.cwd, " A better\nname ").title).toBe("A better name");
  const after = readFileSync(path);
  const end = before.indexOf(10);
  expect([after.length, after.indexOf(10), after.subarray(end)]).toEqual([before.length, end, before.subarray(end)]);
  expect(Math.round(statSync(path).mtimeMs / 1000)).toBe(Math.round(mtimeMs / 1000));
  await open.append(said("later"));
  await open.close();
  expect(await rig.shown(path)).toEqual(["first words", "more", "later"]);
  expect(await titles()).toEqual(["A better name"]);
  expect(rename(rig.home, path, rig.cwd, "😀".repeat(400)).title.length).toBeLessThanOrEqual(80);
  expect(await rig.shown(path)).toEqual(["first words", "more", "later"]);
  expect(() => rename(rig.home, path, rig.cwd, " \n")).toThrow(expect.objectContaining({ code: "CLAW_USAGE" }));
});

test("rename > a file without room for it is written anew, unless somebody has it open", async () => {
  const path = await rig.kept("x", "y");
  const lines = readFileSync(path, "utf8").split("\n");
  writeFileSync(path, lines.with(0, lines[0]!.trimEnd()).join("\n"));
  const open = await rig.open({ ref: path });
  expect(() => rename(rig.home, path, rig.cwd, "much longer than it was")).toThrow(expect.objectContaining({ code: "CLAW_SESSION_INVALID" }));
  await open.close();
  rename(rig.home, path, rig.cwd, "much longer than it was");
  expect([await titles(), await rig.shown(path)]).toEqual([["much longer than it was"], ["x", "y"]]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("delete > takes its sub-agents' with it, and is refused while it is open", async () => {
  const path = await rig.kept("mine");
  const agent = await rig.open({ parent: idOf(path) });
  await agent.append(said("its own"));
  await agent.close();
  const other = await rig.kept("other");
  const open = await rig.open({ ref: path });
  expect(list(rig.home, rig.cwd).find(({ id }) => id === idOf(path))).toMatchObject({ openIn: process.pid, title: "mine" });
  expect(() => remove(rig.home, idOf(path), rig.cwd)).toThrow(expect.objectContaining({ code: "CLAW_SESSION_INVALID" }));
  await open.close();
  expect(remove(rig.home, idOf(path), rig.cwd).id).toBe(idOf(path));
  expect([existsSync(path), existsSync(agent.path!), existsSync(other)]).toEqual([false, false, true]);
});

test("repair > takes out what is damaged, keeps it aside, and leaves every whole record's bytes as they were", async () => {
  const path = await rig.kept("a", "b", "c");
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  const future = '{"type":"bookmark","name":"x"}';
  // A torn record with a whole one glued to it, garbage, and a torn end.
  writeFileSync(path, `${[lines[0], lines[1], "\0\0garbage", future, lines[2]!.slice(0, 40) + lines[2], lines[3]].join("\n")}\n{"type":"mess`);
  rig.warnings.length = 0;
  expect(await rig.shown(path)).toEqual(["a", "b", "c"]);
  expect(rig.warnings.join("\n")).toMatch(/incomplete[\s\S]*2 damaged records .*line 3, 5.*claw session repair/);
  const done = repair(rig.home, idOf(path), rig.cwd);
  expect(done).toMatchObject({ kept: 3, lost: 3, aside: `${path}.damaged` });
  expect(readFileSync(path, "utf8").trimEnd().split("\n")).toEqual([lines[0]!, lines[1]!, future, lines[2]!, lines[3]!]);
  expect(readFileSync(`${path}.damaged`, "utf8")).toContain("\0\0garbage\n");
  rig.warnings.length = 0;
  expect([await rig.shown(path), rig.warnings]).toEqual([["a", "b", "c"], []]);
  expect(repair(rig.home, idOf(path), rig.cwd)).toMatchObject({ kept: 3, lost: 0 });
});

test("repair > a file that has lost its first line gets another", async () => {
  const path = await rig.kept("first words", "b");
  const text = readFileSync(path, "utf8");
  writeFileSync(path, `garbage${text.slice(text.indexOf("\n"))}`);
  await expect(rig.open({ ref: path })).rejects.toMatchObject({ code: "CLAW_SESSION_INVALID", info: { hint: expect.stringContaining("repair") } });
  expect(repair(rig.home, idOf(path), rig.cwd)).toMatchObject({ kept: 2, lost: 1, record: { title: "first words", id: idOf(path) } });
  expect(await rig.shown(path)).toEqual(["first words", "b"]);
  const none = join(rig.root, `${idOf(path)}.jsonl`);
  writeFileSync(none, "\0\0\0\nnothing\n");
  expect(() => repair(rig.home, none, rig.cwd)).toThrow(expect.objectContaining({ code: "CLAW_SESSION_INVALID" }));
  expect(readFileSync(none, "utf8")).toBe("\0\0\0\nnothing\n");
});

test("search > every word, in whatever case, newest first, with what stands around", async () => {
  const path = await rig.kept('Fix the PARSER of "dates"', `the parser${" and on".repeat(80)}`);
  await rig.kept("nothing here");
  const [hit, ...others] = await search(rig.home, ["parser", '"DATES"'], { cwd: rig.cwd });
  expect([hit?.record.id, hit?.count, hit?.text, others]).toEqual([idOf(path), 2, 'Fix the PARSER of "dates"', []]);
  expect(await search(rig.home, ["parser", "zebra"], { cwd: rig.cwd })).toEqual([]);
  expect(await search(rig.home, ["message"], { cwd: rig.cwd })).toEqual([]);
  expect(await search(rig.home, ["parser"], { cwd: rig.root })).toEqual([]);
  expect((await search(rig.home, ["parser"])).map(({ record }) => record.id)).toEqual([idOf(path)]);
});

test("add > keeps a session as if it had been held here, once", async () => {
  const id = "11111111-1111-4111-8111-111111111111";
  const made = add(rig.home, { id, cwd: rig.cwd, at: 1000, from: "elsewhere", entries: chained(["hello", "there"]) });
  expect(made).toMatchObject({ id, title: "hello", from: "elsewhere", created: 1000, at: 1001 });
  expect(await rig.shown(id)).toEqual(["hello", "there"]);
  expect(read(rig.home, id, rig.cwd)).toMatchObject({ head: { from: "elsewhere" }, damage: { bad: [], torn: false } });
  expect(() => add(rig.home, { id, cwd: rig.cwd, at: 1, entries: chained(["x"]) })).toThrow(
    expect.objectContaining({ code: "CLAW_SESSION_INVALID" }),
  );
  expect(() => add(rig.home, { cwd: rig.cwd, at: 1, entries: [] })).toThrow(expect.objectContaining({ code: "CLAW_SESSION_INVALID" }));
});

test("rewind > goes back in the same file, grows a branch, and is there after reopening", async () => {
  const path = await rig.kept("one", "two", "three");
  const session = keptSession(await rig.open({ ref: path }))!;
  await session.note("todo", 1);
  const entries = await session.entries();
  const { messages } = session;
  const first = messages[0];
  await session.rewind(entries[0]!.id);
  expect([session.messages, session.notes("todo")]).toEqual([[said("one")], []]);
  expect([session.messages === messages, session.messages[0] === first]).toEqual([true, true]);
  await session.close();
  expect(await rig.shown(path)).toEqual(["one"]);
  const again = keptSession(await rig.open({ ref: path }))!;
  await again.append(said("other"));
  await again.rewind("3");
  expect(again.messages).toEqual(["one", "two", "three"].map(said));
  await again.rewind(null);
  expect(again.messages).toEqual([]);
  await expect(again.rewind("99")).rejects.toMatchObject({ code: "CLAW_SESSION_MISSING" });
  await again.append(said("anew"));
  await again.close();
  expect(await rig.shown(path)).toEqual(["anew"]);
  expect(load(path).entries.filter(({ type }) => type === "message")).toHaveLength(5);
});

test("scan > what is continued without being parsed shows what the whole file shows, whatever was folded and rewound", async () => {
  for (let seed = 1; seed <= 60; seed++) {
    let state = seed * 7919;
    const random = (below: number): number => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return Math.floor((state / 2147483648) * below);
    };
    const session = keptSession(await rig.open())!;
    for (let step = 0; step < 40; step++) {
      const pick = random(10);
      const size = session.messages.length;
      if (pick < 6) await session.append(random(2) === 0 ? said(`s${step} é`) : { role: "assistant", content: [{ type: "text", text: `a${step}` }] });
      else if (pick === 6) await session.note("n", step);
      else if (pick === 7 && size > 0) await session.fold({ summary: [said(`sum${step}`)].slice(random(2)), dropped: 1 + random(size) }, "t");
      else if (pick === 8 && size > 0) {
        const all = await session.entries();
        await session.rewind(all[random(all.length)]?.id ?? null);
      }
    }
    if (!existsSync(session.path!)) continue;
    const live = session.messages.slice();
    const notes = session.notes("n");
    await session.close();
    const { size } = statSync(session.path!);
    const found = scan(session.path!, readFileSync(session.path!).indexOf(10) + 1, size);
    if (found === undefined) throw new Error("a whole file was not scanned");
    const lean = createSession({ id: "s", cwd: "/", entries: found.entries, stand: found.stand });
    const whole = createSession({ id: "s", cwd: "/", entries: load(session.path!).entries });
    expect([lean.messages, lean.notes("n")]).toEqual([whole.messages, whole.notes("n")]);
    expect([lean.messages, lean.notes("n")]).toEqual([live, notes]);
  }
});

test("scan > gives up on anything it does not know, so that the file is read whole", async () => {
  const path = await rig.kept("a", "b");
  const whole = readFileSync(path);
  const start = whole.indexOf(10) + 1;
  expect(scan(path, start, whole.length)?.entries).toHaveLength(2);
  appendFileSync(path, '{"type":"mess');
  expect(scan(path, start, statSync(path).size)).toBeUndefined();
  writeFileSync(path, Buffer.concat([whole, Buffer.from('{"type":"bookmark"}\n')]));
  expect(scan(path, start, statSync(path).size)).toBeUndefined();
  const large = `${"x".repeat(3_000_000)}`;
  writeFileSync(path, whole);
  const session = await rig.open({ ref: path });
  await session.append(said(large));
  await session.close();
  expect(scan(path, start, statSync(path).size)?.stand).toEqual({ last: "3", count: 3 });
  expect(decodeHead(whole.toString("utf8", 0, start - 1))?.title).toBe("a");
});
