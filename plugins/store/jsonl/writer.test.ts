import { afterEach, beforeEach, expect, test } from "bun:test";
import { appendFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { createRig, type Rig, said } from "./rig.ts";

let rig: Rig;
beforeEach(() => {
  rig = createRig();
});
afterEach(() => rig[Symbol.dispose]());

test("open > leaves nothing before the first message, and keeps what came before it", async () => {
  const session = await rig.open();
  await session.note("early", 1);
  await session.close();
  expect(existsSync(rig.home)).toBe(false);
  const other = await rig.open();
  await other.note("early", 1);
  await other.append(said("hi"));
  await other.close();
  const again = await rig.open({ ref: other.id });
  expect([again.notes("early"), again.messages, again.path]).toEqual([[1], [said("hi")], other.path]);
  await again.close();
});

test.each([0o000, 0o022, 0o777])("open > files are 0600 and folders 0700 with umask %o", async (umask) => {
  const before = process.umask(umask);
  try {
    const session = await rig.open();
    await session.append(said("hi"));
    const path = session.path!;
    const modes = [path, dirname(path), dirname(dirname(path)), rig.home].map((each) => (statSync(each).mode & 0o777).toString(8));
    expect(modes).toEqual(["600", "700", "700", "700"]);
    await session.close();
  } finally {
    process.umask(before);
  }
});

test("append > is one whole line at the end, and never touches what is there", async () => {
  const session = await rig.open();
  let before = "";
  for (let step = 0; step < 5; step++) {
    await session.append(said(`line\n${step}`));
    const now = readFileSync(session.path!, "utf8");
    expect(now.startsWith(before)).toBe(true);
    expect(now.slice(before.length).split("\n")).toHaveLength(step === 0 ? 3 : 2);
    before = now;
  }
  await session.close();
});

test("open > files appended to by someone else meanwhile keep whole lines", async () => {
  const path = await rig.kept("a");
  const session = await rig.open({ ref: path });
  appendFileSync(path, '{"type":"message","half');
  await session.append(said("b"));
  await session.close();
  expect(await rig.shown(path)).toEqual(["a", "b"]);
});

test("append > goes on in memory while the file cannot be opened, and catches up in order", async () => {
  const session = await rig.open();
  writeFileSync(rig.home, "in the way");
  await expect(session.append(said("a"))).rejects.toMatchObject({ code: "CLAW_STORE_FAILED" });
  await expect(session.append(said("b"))).rejects.toMatchObject({
    code: "CLAW_STORE_FAILED",
    info: { hint: expect.stringContaining("2 entries") },
  });
  rmSync(rig.home);
  await session.append(said("c"));
  expect(session.messages).toEqual(["a", "b", "c"].map(said));
  await session.close();
  expect(await rig.shown(session.id)).toEqual(["a", "b", "c"]);
});

test("append > text no JSON can carry whole is kept well-formed", async () => {
  const session = await rig.open();
  await session.append(said("a\ud800b\0c\u2028d"));
  await session.close();
  expect(await rig.shown(session.id)).toEqual(["a\ufffdb\0c\u2028d"]);
});

test("append > a text of megabytes is one line, and whole", async () => {
  const session = await rig.open();
  // Any border between two parts of it is inside a pair.
  const long = `a${"🎉".repeat(700_000)}`;
  await session.append(said(long));
  await session.append(said("after"));
  await session.close();
  expect(readFileSync(session.path!, "utf8").split("\n")).toHaveLength(4);
  expect((await rig.shown(session.id)).map((text) => text === long || text)).toEqual([true, "after"]);
});

test("close > keeps what could not be kept before, if it can by then", async () => {
  const [late, never] = [await rig.open(), await rig.open()];
  writeFileSync(rig.home, "in the way");
  for (const session of [late, never]) await expect(session.append(said("a"))).rejects.toMatchObject({ code: "CLAW_STORE_FAILED" });
  await never.close();
  rmSync(rig.home);
  await late.close();
  expect(await rig.shown(late.id)).toEqual(["a"]);
  await expect(rig.open({ ref: never.id })).rejects.toMatchObject({ code: "CLAW_SESSION_MISSING" });
});
