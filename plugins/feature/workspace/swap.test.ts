// What happens when names are swapped under a running read or write: refused or done where it was allowed, never elsewhere.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openFolder, readFile } from "./open.ts";
import { replace } from "./replace.ts";
import { open, textOf, type Work } from "./testing/probe.ts";

const signal = new AbortController().signal;
let root = "";
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "claw-swap-")));
  for (const folder of ["dir/sub", "outside/sub"]) mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, "dir/sub/file"), "mine");
  writeFileSync(join(root, "outside/sub/file"), "secret");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Swaps a folder for a link to `outside` and back, as fast as it goes, while `work` runs. */
async function whileSwapping<T>(folder: string, work: () => Promise<T>): Promise<T> {
  symlinkSync("outside", join(folder, "link"));
  const swap =
    'const { renameSync: mv } = require("fs"); console.log("on"); for (;;) { mv("dir", "kept"); mv("link", "dir"); mv("dir", "link"); mv("kept", "dir"); }';
  const child = spawn(process.execPath, ["-e", swap], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.once("exit", (code) => resolve(code)));
  try {
    await new Promise((resolve) => child.stdout.once("data", resolve));
    return await work();
  } finally {
    child.kill("SIGKILL");
    expect(await ended).toBe(null);
  }
}

test("readFile and openFolder > refuse a path that has become a way elsewhere", async () => {
  const path = join(root, "dir/sub/file");
  expect(Buffer.from((await readFile(path, "f", 100, signal))?.bytes ?? []).toString()).toBe("mine");
  renameSync(join(root, "dir"), join(root, "kept"));
  symlinkSync("outside", join(root, "dir"));
  const moved = `moved while it was opened: it leads to ${root}/outside/sub`;
  await expect(readFile(path, "f", 100, signal)).rejects.toThrow(moved);
  await expect(openFolder(join(root, "dir/sub"), "f")).rejects.toThrow(moved);
  await expect(replace(join(root, "dir/sub/new"), "f", Buffer.from("x"), undefined)).rejects.toThrow(moved);
  await expect(replace(join(root, "dir/sub/newer/new"), "f", Buffer.from("x"), undefined)).rejects.toThrow(moved);
  expect(readdirSync(join(root, "outside/sub"))).toEqual(["file"]);
});

test("readFile > refuses a large file, a link, and files that the kernel makes up wherever they are mounted", async () => {
  writeFileSync(join(root, "large"), Buffer.alloc(600_000, "x"));
  symlinkSync("large", join(root, "link"));
  expect((await readFile(join(root, "large"), "large", 600_000, signal))?.bytes.length).toBe(600_000);
  await expect(readFile(join(root, "large"), "large", 599_999, signal)).rejects.toThrow("large is too large: 600 kB, at most 600 kB.");
  await expect(readFile(join(root, "link"), "link", 100, signal)).rejects.toThrow("link is a symbolic link");
  await expect(readFile(join(root, "large"), "large", 600_000, AbortSignal.abort("stop"))).rejects.toBe("stop");
  const mount = join(root, "p");
  mkdirSync(mount);
  // Only the administrator may mount.
  if (Bun.spawnSync(["mount", "-t", "proc", "proc", mount]).exitCode !== 0) return;
  try {
    await expect(readFile(join(mount, "1/status"), "p/1/status", 1e6, signal)).rejects.toThrow("the kernel makes it up");
  } finally {
    Bun.spawnSync(["umount", mount]);
  }
});

test("replace > refuses a file that is not the one that was looked at", async () => {
  const path = join(root, "dir/sub/file");
  const was = lstatSync(path);
  writeFileSync(path, "theirs");
  await expect(replace(path, "f", Buffer.from("mine"), was)).rejects.toThrow("f changed while it was written");
  await expect(replace(path, "f", Buffer.from("mine"), undefined)).rejects.toThrow("f changed while it was written");
  rmSync(path);
  await expect(replace(path, "f", Buffer.from("mine"), was)).rejects.toThrow("f could not be written: it does not exist");
  expect(readdirSync(join(root, "dir/sub"))).toEqual([]);
});

test("replace and readFile > never reach another folder, whenever it is swapped", async () => {
  const path = join(root, "dir/sub/file");
  const counts = await whileSwapping(root, async () => {
    const said = { done: 0, refused: 0, elsewhere: 0 };
    const end = performance.now() + 3_000;
    for (let round = 0; said.refused < 300 && performance.now() < end; round++) {
      try {
        const old = await readFile(path, "file", 100, signal);
        if (old === undefined) continue;
        if (!Buffer.from(old.bytes).toString().startsWith("mine")) said.elsewhere += 1;
        await replace(path, "file", Buffer.from(`mine ${round}`), old.stat);
        said.done += 1;
      } catch {
        said.refused += 1;
      }
    }
    return said;
  });
  expect(counts).toEqual({ done: expect.any(Number), refused: expect.any(Number), elsewhere: 0 });
  expect(counts.refused).toBeGreaterThan(0);
  expect(readdirSync(join(root, "outside/sub"))).toEqual(["file"]);
  expect(readFileSync(join(root, "outside/sub/file"), "utf8")).toBe("secret");
});

test("read and write > stay inside while a folder is swapped for a link all the time", async () => {
  const work: Work = async (workspace, scope, [path = ""]) => {
    let done = 0;
    for (let round = 0; round < 400; round++) {
      try {
        const place = await workspace.locate(path, scope);
        // The gate itself may have looked while the link was there; then it knew that this is outside.
        if (!place.inside) return "0";
        const { bytes } = await workspace.read(place, scope);
        if (Buffer.from(bytes).includes("secret")) return "read the secret";
        await workspace.write(place, `mine ${round}`, scope);
        done += 1;
      } catch {
        // Caught in the act: refused.
      }
    }
    return done;
  };
  await using harness = await open(work, { files: { "dir/file": "mine" } });
  const outside = join(harness.workspace, "../outside");
  mkdirSync(outside);
  writeFileSync(join(outside, "file"), "secret");
  symlinkSync("../outside", join(harness.workspace, "outside"));
  const said = await whileSwapping(harness.workspace, async () => textOf(await harness.call("probe", { paths: ["dir/file"] })));
  expect(said).toMatch(/^\d+$/);
  expect(readFileSync(join(outside, "file"), "utf8")).toBe("secret");
  expect(readdirSync(outside)).toEqual(["file"]);
});
