// Writing: the form of a file stays, nothing unseen is replaced, nothing outside is touched, and a failed write leaves all as it was.
import { expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { open, readThen, textOf, type Work, writes } from "./testing/probe.ts";

test("write > keeps BOM, line ends, encoding and mode, and hard links keep the old content", async () => {
  const cases: [string, Uint8Array | string, string, Uint8Array | string][] = [
    ["lf", "a\nb\n", "a\nc\n", "a\nc\n"],
    ["crlf", "a\r\nb\r\n", "a\nc\nd", "a\r\nc\r\nd"],
    ["bom", "\ufeffa\r\n", "b\n", "\ufeffb\r\n"],
    ["bom twice", "\ufeffa\n", "\ufeffb\n", "\ufeffb\n"],
    ["mixed", "a\r\nb\nc\r\nd\n", "a\nb\nX\nc\nd\n", "a\r\nb\nX\nc\r\nd\n"],
    ["utf16", Buffer.from("\ufeffa\r\n", "utf16le"), "é\n", Buffer.from("\ufeffé\r\n", "utf16le")],
    ["latin1", Buffer.from("caf\xe9\n", "latin1"), "th\xe9\n", Buffer.from("th\xe9\n", "latin1")],
  ];
  for (const [name, before, text, after] of cases) {
    await using harness = await open(writes(text), { files: { [name]: before } });
    const path = join(harness.workspace, name);
    chmodSync(path, 0o4751);
    linkSync(path, join(harness.workspace, "other"));
    const result = await harness.call("probe", { paths: [name] });
    expect([name, result.failed, readFileSync(path)]).toEqual([name, false, Buffer.from(after as string)]);
    expect(statSync(path).mode & 0o7777).toBe(0o4751);
    expect(readFileSync(join(harness.workspace, "other"))).toEqual(Buffer.from(before as string));
    expect(readdirSync(harness.workspace).sort()).toEqual([name, "other"].sort());
  }
});

test("write > refuses a file that was never read, that changed, or that went", async () => {
  let meddle = (_path: string): void => {};
  const work: Work = readThen(async (workspace, place, scope) => {
    meddle(place.path);
    return workspace.write(place, "mine\n", scope);
  });
  const never: Work = async (workspace, scope, [path = ""]) => workspace.write(await workspace.locate(path, scope), "mine\n", scope);
  await using blind = await open(never, { files: { "a.txt": "theirs\n" } });
  expect(textOf(await blind.call("probe", { paths: ["a.txt"] }))).toContain("a.txt exists, but has not been read in this session");
  expect(readFileSync(join(blind.workspace, "a.txt"), "utf8")).toBe("theirs\n");

  await using harness = await open(work, { files: { "a.txt": "old\n", "b.txt": "old\n", "c.txt": "old\n", "d.txt": "old\n" } });
  const said = async (path: string): Promise<string> => textOf(await harness.call("probe", { paths: [path] }));
  meddle = (path) => {
    const { atime, mtime } = statSync(path);
    writeFileSync(path, "new\n");
    utimesSync(path, atime, mtime);
  };
  expect(await said("a.txt")).toContain("a.txt has changed since it was read, so it was not written.\nRead it again with read_file first.");
  expect(readFileSync(join(harness.workspace, "a.txt"), "utf8")).toBe("new\n");
  meddle = (path) => rmSync(path);
  expect(await said("b.txt")).toContain("b.txt was deleted after it was read");
  expect(existsSync(join(harness.workspace, "b.txt"))).toBe(false);
  meddle = (path) => {
    rmSync(path);
    mkdirSync(path);
  };
  expect(await said("c.txt")).toContain("c.txt is a folder, not a file");
  meddle = (path) => utimesSync(path, new Date(), new Date(Date.now() + 5000));
  expect(JSON.parse(await said("d.txt"))).toMatchObject({ kind: "updated", added: 1, removed: 1 });
});

test("write > counts as having seen the file, makes folders, and a short diff", async () => {
  const long = Array.from({ length: 500 }, (_, index) => `line ${index}`);
  const work: Work = async (workspace, scope, [path = ""]) => {
    const place = await workspace.locate(path, scope);
    const first = await workspace.write(place, long.join("\n"), scope);
    const second = await workspace.write(place, long.join("\n").replace("line 7\n", "line seven\n"), scope);
    const third = await workspace.write(place, long.join("\n").replaceAll("line", "LINE"), scope);
    const fourth = await workspace.write(place, long.join("\n").replaceAll("line", "LINE"), scope);
    return [first, second, third, fourth];
  };
  await using harness = await open(work);
  const result = await harness.call("probe", { paths: ["new/deep/er.txt"] });
  const [first, second, third, fourth] = JSON.parse(textOf(result));
  expect(first).toMatchObject({ kind: "created", added: 500, removed: 0 });
  const diff = "@@ -6,5 +6,5 @@\n line 5\n line 6\n-line 7\n+line seven\n line 8\n line 9";
  expect(second).toEqual({ kind: "updated", diff, added: 1, removed: 1 });
  expect(third).toMatchObject({ kind: "updated", added: 500, removed: 500 });
  expect(third.diff.length).toBeLessThan(4_100);
  expect(third.diff).toEndWith("[943 more lines of this diff]");
  expect(fourth).toEqual({ kind: "unchanged", diff: "", added: 0, removed: 0 });
});

test("write > follows no link that came after the place was judged", async () => {
  let meddle = (_cwd: string): void => {};
  const work: Work = async (workspace, scope, [path = ""]) => {
    const place = await workspace.locate(path, scope);
    meddle(scope.session.cwd);
    return workspace.write(place, "mine", scope);
  };
  await using harness = await open(work);
  const outside = join(harness.workspace, "../outside");
  mkdirSync(outside);
  for (const [path, swap] of [
    ["file", (cwd: string) => symlinkSync(join(outside, "file"), join(cwd, "file"))],
    ["new/file", (cwd: string) => symlinkSync(outside, join(cwd, "new"))],
  ] as const) {
    meddle = swap;
    expect((await harness.call("probe", { paths: [path] })).failed).toBe(true);
    expect(readdirSync(outside)).toEqual([]);
  }
  mkdirSync(join(harness.workspace, "old"));
  meddle = (cwd) => {
    renameSync(join(cwd, "old"), join(cwd, "moved"));
    symlinkSync(outside, join(cwd, "old"));
  };
  expect((await harness.call("probe", { paths: ["old/file"] })).failed).toBe(true);
  expect(readdirSync(outside)).toEqual([]);
});

test("write > does not replace a file that came while it was written", async () => {
  const work: Work = async (workspace, scope, [path = ""]) => {
    const place = await workspace.locate(path, scope);
    const other = workspace.write(place, "first", scope);
    return Promise.allSettled([other, workspace.write(place, "second", scope)]);
  };
  await using harness = await open(work);
  const settled = JSON.parse(textOf(await harness.call("probe", { paths: ["new.txt"] })));
  expect(settled.map((one: { status: string }) => one.status)).toEqual(["fulfilled", "fulfilled"]);
  expect(readFileSync(join(harness.workspace, "new.txt"), "utf8")).toBe("second");
});

test("edit > gives the text and keeps the given line ends", async () => {
  const work: Work = readThen((workspace, place, scope) => workspace.edit(place, (text) => text.replace("b\n", "B\n"), scope));
  await using harness = await open(work, { files: { mixed: "\ufeffa\r\nb\nc\r\n" } });
  expect(JSON.parse(textOf(await harness.call("probe", { paths: ["mixed"] })))).toMatchObject({ kind: "updated", added: 1, removed: 1 });
  expect(readFileSync(join(harness.workspace, "mixed"), "utf8")).toBe("\ufeffa\r\nB\nc\r\n");
});

test("write > leaves the file as it was when the disk is full, and works again when there is room", async () => {
  const old = `${"x".repeat(20_000)}\n`;
  const work: Work = async (workspace, scope, [path = ""]) => {
    const mount = join(scope.session.cwd, "small");
    mkdirSync(mount);
    if (Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", mount]).exitCode !== 0) return "no mount";
    try {
      writeFileSync(join(mount, "file.txt"), old);
      const place = await workspace.locate(path, scope);
      await workspace.read(place, scope);
      const failed = await workspace.write(place, "y".repeat(200_000), scope).catch((thrown: Error) => thrown.message);
      const kept = readFileSync(place.path, "utf8") === old;
      const names = readdirSync(mount);
      const change = await workspace.write(place, "z\n", scope);
      return [failed, kept, names, change.kind, readFileSync(place.path, "utf8")];
    } finally {
      Bun.spawnSync(["umount", mount]);
    }
  };
  await using harness = await open(work);
  const said = textOf(await harness.call("probe", { paths: ["small/file.txt"] }));
  // Only the administrator may mount a small disk.
  if (said === "no mount") return;
  const message = "small/file.txt could not be written: no space is left on the disk.";
  expect(JSON.parse(said)).toEqual([message, true, ["file.txt"], "updated", "z\n"]);
});

test("write > says why when the system does not let it, and takes back the folders it made", async () => {
  const work: Work = async (workspace, scope, [path = ""]) => {
    const place = await workspace.locate(path, scope);
    return workspace.write(place, "x", scope).catch((thrown: Error) => thrown.message);
  };
  await using harness = await open(work);
  const long = `new/folder/${"n".repeat(300)}`;
  expect(textOf(await harness.call("probe", { paths: [long] }))).toBe(`${long} could not be written: the name is too long.`);
  expect(readdirSync(harness.workspace)).toEqual([]);
});
