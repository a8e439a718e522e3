import { afterEach, beforeEach, expect, test } from "bun:test";
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createRig, idOf, type Rig, said } from "./rig.ts";

let rig: Rig;
beforeEach(() => {
  rig = createRig();
});
afterEach(() => rig[Symbol.dispose]());

/** A process of its own that opens a session and does `work` with it. */
function child(work: string, options: { readonly home?: string; readonly ref?: string } = {}): Bun.Subprocess<"pipe", "pipe", "inherit"> {
  const { home = rig.home, ref } = options;
  const code = `const { openSession } = await import(${JSON.stringify(join(import.meta.dir, "store.ts"))});
    const session = await openSession(${JSON.stringify(home)}, ${JSON.stringify({ cwd: rig.cwd, ref })}, () => {});
    const say = (text) => require("node:fs").writeSync(1, text + "\\n");
    ${work}`;
  return Bun.spawn([process.execPath, "-e", code], { cwd: import.meta.dir, stdin: "pipe", stdout: "pipe", stderr: "inherit" });
}
async function* lines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of stream) {
    const parts = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
}
const text = (index: number): string => `${index} ${"é".repeat((index * 7919) % 9000)}`;
const WRITE = `say(session.path);
  for (let index = 0; ; index++) {
    await session.append({ role: "user", content: [{ type: "text", text: \`\${index} \${"é".repeat((index * 7919) % 9000)}\` }] });
    say(String(index));
  }`;

test("append > what was appended before kill -9 is there, in order, and the session goes on", async () => {
  for (let round = 0; round < 12; round++) {
    const writer = child(WRITE);
    const told = lines(writer.stdout);
    const path = (await told.next()).value ?? "";
    let last = -1;
    while (last < round * 5) last = Number((await told.next()).value);
    writer.kill("SIGKILL");
    await writer.exited;
    const session = await rig.open({ ref: path });
    const count = session.messages.length;
    expect(count).toBeGreaterThan(last);
    expect(session.messages).toEqual(Array.from({ length: count }, (_, index) => said(text(index))));
    await session.append(said("after"));
    await session.close();
    expect((await rig.shown(path)).at(-1)).toBe("after");
  }
}, 30_000);

test("open > a session is one process's until that closes it or dies", async () => {
  const path = await rig.kept("a");
  const holder = child(`say("open"); process.stdin.once("data", async () => { await session.close(); say("closed"); });`, { ref: path });
  const said = lines(holder.stdout);
  expect((await said.next()).value).toBe("open");
  const refused = { code: "CLAW_SESSION_INVALID", message: expect.stringContaining(`in use by process ${holder.pid}`) };
  await expect(rig.open({ ref: path })).rejects.toMatchObject(refused);
  await expect(rig.open({ ref: "latest" })).rejects.toMatchObject(refused);
  holder.stdin.write("x");
  await holder.stdin.flush();
  expect((await said.next()).value).toBe("closed");
  await (await rig.open({ ref: path })).close();
  holder.kill();
  await holder.exited;

  const dying = child(`say("open"); process.stdin.resume();`, { ref: path });
  await lines(dying.stdout).next();
  await expect(rig.open({ ref: path })).rejects.toMatchObject({ code: "CLAW_SESSION_INVALID" });
  dying.kill("SIGKILL");
  await dying.exited;
  await (await rig.open({ ref: path })).close();
  expect(readdirSync(join(rig.home, "sessions", ".locks"))).toEqual([]);
});

test("open > twice in one process is refused too, a new session that was written included", async () => {
  const session = await rig.open();
  await session.append(said("a"));
  const refused = { code: "CLAW_SESSION_INVALID", message: expect.stringContaining(`process ${process.pid}`) };
  await expect(rig.open({ ref: session.id })).rejects.toMatchObject(refused);
  await session.close();
  await (await rig.open({ ref: session.id })).close();
});

test("open > a lock of a dead process whose number another one has does not count", async () => {
  const path = await rig.kept("a");
  const folder = join(rig.home, "sessions", ".locks");
  for (const pid of [process.ppid, process.pid, 1]) writeFileSync(join(folder, `${idOf(path)}.${pid}`), "1234567");
  writeFileSync(join(folder, `${idOf(path)}.x`), "");
  expect(await rig.shown(path)).toEqual(["a"]);
  expect(readdirSync(folder)).toEqual([`${idOf(path)}.x`]);
});

/** A file system of 64 kB, or nothing where this process may not mount one. */
function mount(): string | undefined {
  const folder = join(rig.root, "small");
  Bun.spawnSync(["mkdir", folder]);
  const { success } = Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], { stderr: "ignore" });
  return success ? folder : undefined;
}
const mountable = process.platform === "linux" && Bun.spawnSync(["unshare", "-m", "true"], { stderr: "ignore" }).success;

test.if(mountable)("append > on a full disk the session goes on in memory, no line is torn, and it catches up when there is room", async () => {
  const folder = mount();
  if (folder === undefined) throw new Error("mount failed");
  try {
    const home = join(folder, "home");
    const ballast = join(folder, "ballast");
    const { openSession } = await import("./store.ts");
    const session = await openSession(home, { cwd: rig.cwd }, () => {});
    await session.append(said("first"));
    writeFileSync(ballast, Buffer.alloc(40_000));
    const size = (): number => statSync(session.path!).size;
    const failures: number[] = [];
    for (let index = 0; index < 12; index++) {
      const before = size();
      await session.append(said(`${index}${"x".repeat(3000)}`)).catch((thrown) => {
        expect(thrown).toMatchObject({ code: "CLAW_STORE_FAILED", info: { hint: expect.stringContaining("only in memory") } });
        expect(size()).toBe(before);
        failures.push(index);
      });
    }
    expect(failures.length).toBeGreaterThan(2);
    expect(session.messages).toHaveLength(13);
    for (const line of readFileSync(session.path!, "utf8").trimEnd().split("\n")) expect(JSON.parse(line)).toBeObject();
    const fresh = await openSession(home, { cwd: rig.cwd }, () => {});
    await expect(fresh.append(said("x".repeat(60_000)))).rejects.toMatchObject({ code: "CLAW_STORE_FAILED" });
    expect(readdirSync(dirname(fresh.path!))).toEqual([`${session.id}.jsonl`]);

    Bun.spawnSync(["mount", "-o", "remount,ro", folder]);
    await expect(session.append(said("read-only"))).rejects.toMatchObject({ code: "CLAW_STORE_FAILED" });
    Bun.spawnSync(["mount", "-o", "remount,rw", folder]);
    rmSync(ballast);
    await session.append(said("last"));
    await session.close();
    const again = await openSession(home, { cwd: rig.cwd, ref: session.id }, () => {});
    expect(again.messages).toEqual(session.messages);
    await again.close();
  } finally {
    Bun.spawnSync(["umount", "-l", folder]);
  }
});
