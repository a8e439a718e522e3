import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { pluginContract, storeContract } from "claw/testing";
import { createRig, idOf, type Rig, said } from "./rig.ts";
import { listSessions, openSession } from "./store.ts";

let rig: Rig;
beforeEach(() => {
  rig = createRig();
});
afterEach(() => rig[Symbol.dispose]());

pluginContract(import.meta.dir);
storeContract(
  async (at) => ({ name: "jsonl", open: (options) => openSession(at, options, () => {}), list: (folder) => listSessions(at, folder) }),
  true,
);

test("open > a reference is an id, a unique prefix, a path or latest; of another folder too, but here first", async () => {
  const paths = [await rig.kept("old"), await rig.kept("new")];
  utimesSync(paths[0]!, 1000, 1000);
  const [old, recent] = paths.map(idOf) as [string, string];
  expect(await rig.shown(old)).toEqual(["old"]);
  expect(await rig.shown(old.toUpperCase())).toEqual(["old"]);
  expect(await rig.shown(old.slice(0, 13))).toEqual(["old"]);
  expect(await rig.shown(paths[0]!)).toEqual(["old"]);
  expect(await rig.shown(relative(rig.cwd, paths[0]!))).toEqual(["old"]);
  for (const word of ["latest", "last", "recent"]) expect(await rig.shown(word)).toEqual(["new"]);
  const elsewhere = await rig.open({ ref: recent, cwd: rig.root });
  expect([elsewhere.messages, elsewhere.cwd, elsewhere.path]).toEqual([[said("new")], rig.root, paths[1]!]);
  await elsewhere.close();
});

test("open > an ambiguous prefix lists the ids", async () => {
  const ids = ["aaaaaaaa-1111-4111-8111-111111111111", "aaaaaaaa-2222-4111-8111-111111111111"];
  for (const id of ids) {
    const session = await rig.open({ id });
    await session.append(said(id));
    await session.close();
  }
  await expect(rig.open({ ref: "aaaa" })).rejects.toMatchObject({
    code: "CLAW_SESSION_MISSING",
    message: expect.stringContaining(ids.join(", ")),
  });
  expect(await rig.shown("aaaaaaaa-2")).toEqual([ids[1]!]);
});

test.each(["../../x", "/nowhere/at/all.jsonl", "latest", "not-an-id", "ffffffff", "..", "%2e%2e", "\0"])(
  "open > %j names nothing, and nothing is made",
  async (ref) => {
    await expect(rig.open({ ref })).rejects.toMatchObject({
      code: ref === ".." ? "CLAW_SESSION_MISSING" : expect.stringMatching(/^CLAW_SESSION_/),
    });
    expect(existsSync(rig.home)).toBe(false);
  },
);

test("open > what is no regular file is refused at once", async () => {
  const pipe = join(rig.root, "pipe.jsonl");
  Bun.spawnSync(["mkfifo", pipe]);
  for (const ref of [pipe, rig.root, "/dev/zero"]) await expect(rig.open({ ref })).rejects.toMatchObject({ code: "CLAW_SESSION_INVALID" });
});

test.each(["../../x", "1", "", "11111111-1111-4111-8111-11111111111g"])("open > the id %j is refused", async (id) => {
  await expect(rig.open({ id })).rejects.toMatchObject({ code: "CLAW_USAGE" });
});

test("open > an id that is there already is refused, and its file stays", async () => {
  const path = await rig.kept("x");
  await expect(rig.open({ id: idOf(path) })).rejects.toMatchObject({ code: "CLAW_SESSION_INVALID" });
  expect(await rig.shown(path)).toEqual(["x"]);
});

test("fork > is a copy under a new id that grows apart, and makes no file before its first message", async () => {
  const path = await rig.kept("a", "b");
  const before = readFileSync(path);
  const fork = await rig.open({ ref: idOf(path), fork: true });
  expect(fork.messages).toEqual([said("a"), said("b")]);
  expect(existsSync(fork.path!)).toBe(false);
  await fork.append(said("c"));
  await fork.close();
  expect(fork.id).not.toBe(idOf(path));
  expect(await rig.shown(fork.id)).toEqual(["a", "b", "c"]);
  expect(readFileSync(path)).toEqual(before);
  expect(JSON.parse(readFileSync(fork.path!, "utf8").split("\n")[0]!)).toMatchObject({ parent: idOf(path), title: "a", id: fork.id });
});

test("fork > of a session that is open elsewhere works", async () => {
  const session = await rig.open();
  await session.append(said("a"));
  const fork = await rig.open({ ref: session.id, fork: true });
  expect(fork.messages).toEqual([said("a")]);
  await Promise.all([fork.close(), session.close()]);
});

test("list > newest first, with title and folder, leaving out what is no session", async () => {
  const first = await rig.kept("  Fix the\n\tbug \u0007 now  ".repeat(9), "second");
  const other = join(rig.root, "other");
  mkdirSync(other);
  const session = await rig.open({ cwd: other });
  await session.append(said("elsewhere"));
  await session.close();
  for (const [at, path] of [first, session.path!].entries()) utimesSync(path, 1000 + at, 1000 + at);
  writeFileSync(join(dirname(first), "11111111-1111-4111-8111-111111111111.jsonl"), "no session\n");
  writeFileSync(join(dirname(first), "notes.txt"), "");
  symlinkSync("/nowhere", join(dirname(first), "22222222-2222-4222-8222-222222222222.jsonl"));
  const title = `${"Fix the bug now ".repeat(5).slice(0, 79).trimEnd()}…`;
  const mine = { id: idOf(first), cwd: rig.cwd, title, at: 1_000_000, path: first };
  expect(await listSessions(rig.home, rig.cwd)).toEqual([mine]);
  expect(await listSessions(rig.home)).toEqual([{ id: session.id, cwd: other, title: "elsewhere", at: 1_001_000, path: session.path! }, mine]);
  expect(await listSessions(join(rig.root, "nothing"))).toEqual([]);
});

test("open > a sub-agent's session is opened by its id only: never latest, not listed", async () => {
  const path = await rig.kept("mine");
  const agent = await rig.open({ parent: idOf(path) });
  await agent.append(said("its own"));
  await agent.close();
  expect(await rig.shown("latest")).toEqual(["mine"]);
  expect((await listSessions(rig.home, rig.cwd)).map((one) => one.id)).toEqual([idOf(path)]);
  expect(await rig.shown(agent.id)).toEqual(["its own"]);
  expect(JSON.parse(readFileSync(agent.path!, "utf8").split("\n")[0]!)).toMatchObject({ parent: idOf(path), agent: true });
});

test("list > folders whose readable names are the same stay apart", async () => {
  for (const name of ["a-b", "a b"]) {
    mkdirSync(join(rig.root, name));
    const session = await rig.open({ cwd: join(rig.root, name) });
    await session.append(said(name));
    await session.close();
    expect((await listSessions(rig.home, join(rig.root, name))).map((one) => one.title)).toEqual([name]);
  }
});
