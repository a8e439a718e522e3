import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmodSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createRig, type Rig, said } from "./rig.ts";

let rig: Rig;
beforeEach(() => {
  rig = createRig();
});
afterEach(() => rig[Symbol.dispose]());

test("load > a file cut at any byte shows every complete record, and the next one begins a line", async () => {
  const path = await rig.kept("one", "zwei é", "three 😀");
  const bytes = readFileSync(path);
  const ends = [...bytes.keys()].filter((at) => bytes[at] === 10);
  const texts = ["one", "zwei é", "three 😀"];
  for (let size = 0; size <= bytes.length; size++) {
    rig.warnings.length = 0;
    writeFileSync(path, bytes.subarray(0, size));
    // The head is complete before the room behind it is.
    if (size <= bytes.lastIndexOf("}", ends[0]!)) {
      await expect(rig.open({ ref: path })).rejects.toMatchObject({ code: "CLAW_SESSION_INVALID" });
      expect(readFileSync(path)).toEqual(bytes.subarray(0, size));
      continue;
    }
    // A record is complete with its last byte, be there a line end after it or not.
    const complete = ends.slice(1).filter((end) => end <= size).length;
    const torn = size - (ends.filter((end) => end <= size).at(-1) ?? size) > 1;
    const session = await rig.open({ ref: path });
    expect(session.messages).toEqual(texts.slice(0, complete).map(said));
    expect(rig.warnings.length).toBe(torn ? 1 : 0);
    expect(readFileSync(path)).toEqual(bytes.subarray(0, size));
    await session.append(said("next"));
    await session.close();
    expect(await rig.shown(path)).toEqual([...texts.slice(0, complete), "next"]);
    for (const line of readFileSync(path, "utf8").trimEnd().split("\n")) expect(JSON.parse(line)).toBeObject();
  }
});

test("load > a damaged record costs only itself, and is said with its line", async () => {
  const path = await rig.kept("a", "b", "c", "d");
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  const damages = [
    "",
    "\0\0\0\0",
    "{",
    '{"type":"message"}',
    "garbage \ud800",
    "null",
    lines[3]!.slice(0, -4),
    lines[3]!.replace('"user"', '"system"'),
  ];
  for (const damage of damages) {
    rig.warnings.length = 0;
    writeFileSync(path, `${lines.with(3, damage).join("\n")}\n`);
    expect(await rig.shown(path)).toEqual(["a", "b", "d"]);
    expect(rig.warnings).toEqual(damage === "" ? [] : [expect.stringContaining("(line 4)")]);
  }
  rig.warnings.length = 0;
  writeFileSync(path, `${lines.with(3, '{"type":"bookmark","name":"x"}').join("\n")}\n`);
  expect([await rig.shown(path), rig.warnings]).toEqual([["a", "b", "d"], []]);
});

test("load > any single byte changed costs at most the two records it lies between", async () => {
  const path = await rig.kept("alpha", "beta", "gamma");
  const bytes = readFileSync(path);
  const head = bytes.indexOf(10);
  for (let at = head + 1; at < bytes.length; at++) {
    const changed = Buffer.from(bytes);
    changed[at] = bytes[at]! ^ 0x15;
    writeFileSync(path, changed);
    const texts = (await rig.shown(path)) as unknown[];
    const same = ["alpha", "beta", "gamma"].filter((text) => texts.includes(text)).length;
    expect(same).toBeGreaterThanOrEqual(1);
  }
});

test.each([
  ['{"type":"session","version":2,"id":"11111111-1111-4111-8111-111111111111","cwd":"/","at":0}\n', "format 2"],
  ['{"type":"session","version":0,"id":"11111111-1111-4111-8111-111111111111","cwd":"/","at":0}\n', "format 0"],
  ['{"type":"session","version":1,"id":"../../x","cwd":"/","at":0}\n', "head"],
  ["root:x:0:0:root:/root:/bin/bash\n", "head"],
  ["\0".repeat(64), "head"],
  ["", "head"],
])("open > refuses %j, names file and line, and leaves it as it is", async (text, word) => {
  const path = await rig.kept("x");
  writeFileSync(path, text);
  const { code, message, info } = await rig.open({ ref: path }).then(
    () => ({ code: "", message: "", info: {} }),
    (thrown) => thrown,
  );
  expect([code, info.hint.length > 10]).toEqual(["CLAW_SESSION_INVALID", true]);
  expect(message).toContain(`${path}:1`);
  expect(message).toContain(word);
  expect(readFileSync(path, "utf8")).toBe(text);
  expect(readdirSync(join(rig.home, "sessions", ".locks"))).toEqual([]);
  await expect(rig.open({ ref: "latest" })).rejects.toMatchObject({
    code: word.startsWith("format") ? "CLAW_SESSION_INVALID" : "CLAW_SESSION_MISSING",
  });
});

test("open > an unreadable file says so", async () => {
  const path = await rig.kept("a");
  chmodSync(path, 0o000);
  const script = `const { openSession } = await import(${JSON.stringify(join(import.meta.dir, "store.ts"))});
    process.setgid(65534); process.setuid(65534);
    await openSession(${JSON.stringify(rig.home)}, { cwd: "/", ref: ${JSON.stringify(path)} }, () => {}).catch((thrown) => console.log(thrown.code));`;
  for (const folder of [rig.root, rig.home, join(rig.home, "sessions"), dirname(path)]) chmodSync(folder, 0o755);
  const child = Bun.spawnSync([process.execPath, "-e", script], { cwd: import.meta.dir });
  expect(child.stdout.toString()).toBe("CLAW_SESSION_INVALID\n");
});
