// What must not happen: options from the model, programs from the project, hanging, leaking, wrong text.
import { afterAll, describe, expect, test } from "bun:test";
import { chmod, mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { ENGINES, grep, harnessOf, lines, text } from "./fixture.ts";
import { findNative } from "./native.ts";
import { createThreads } from "./threads.ts";

const folder = await mkdtemp(join(tmpdir(), "claw-grep-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(ENGINES)("grep_search (%s)", (_, path) => {
  test("takes nothing for an option, whatever it looks like", async () => {
    await using harness = await harnessOf(
      {
        "-x": "hit --pre=./evil.sh",
        "--files": "hit",
        "-": "hit",
        "evil.sh": "#!/bin/sh\ntouch pwned\n",
        "a b;c.txt": "hit $(touch pwned)",
      },
      path,
    );
    await chmod(join(harness.workspace, "evil.sh"), 0o755);
    expect(await lines(harness, { pattern: "--pre=./evil.sh" })).toEqual(["-x"]);
    expect(await lines(harness, { pattern: "hit", path: "-x" })).toEqual(["-x"]);
    expect(await lines(harness, { pattern: "hit", path: "--files" })).toEqual(["--files"]);
    expect(await lines(harness, { pattern: "hit", path: "-" })).toEqual(["-"]);
    expect(await text(harness, { pattern: "hit", glob: "--pre=./evil.sh" })).toStartWith("No matches");
    expect(await lines(harness, { pattern: "\\$\\(touch pwned\\)", output_mode: "content" })).toEqual(["a b;c.txt:1:hit $(touch pwned)"]);
    expect(await readdir(harness.workspace)).not.toContain("pwned");
  });

  test("is done with catastrophic patterns at once", async () => {
    await using harness = await harnessOf({ "a.txt": `${"a".repeat(100_000)}!` }, path);
    const started = performance.now();
    expect(await text(harness, { pattern: "(a+)+$" })).toStartWith("No matches");
    expect(await lines(harness, { pattern: "^(a|a|aa)+!$" })).toEqual(["a.txt"]);
    expect(await text(harness, { pattern: "(x+x+)+y", multiline: true })).toStartWith("No matches");
    expect((await grep(harness, { pattern: "(a{1000}){10000}" })).failed).toBeTrue();
    expect(performance.now() - started).toBeLessThan(15_000);
  }, 20_000);

  test("survives loops of links, links out, pipes and what it may not read", async () => {
    await using harness = await harnessOf({ "a/b.txt": "hit", "locked/c.txt": "hit", "closed.txt": "hit" }, path);
    const at = (name: string) => join(harness.workspace, name);
    await symlink("..", at("a/up"));
    await symlink("/etc", at("etc"));
    await symlink("self", at("self"));
    await Bun.spawn(["mkfifo", at("pipe")]).exited;
    await chmod(at("locked"), 0);
    await chmod(at("closed.txt"), 0);
    // Root may read everything.
    const all = process.getuid?.() === 0 ? ["a/b.txt", "closed.txt", "locked/c.txt"] : ["a/b.txt"];
    expect(await lines(harness, { pattern: "hit" })).toEqual(all);
    expect(await text(harness, { pattern: "root:" })).toStartWith("No matches");
    expect((await grep(harness, { pattern: "hit", path: "pipe" })).failed).toBeTrue();
    await chmod(at("locked"), 0o700);
  });

  test("gives well-formed text of any bytes, and skips binary files", async () => {
    const files = {
      "latin1.txt": Buffer.from("caf\xe9 hit\n", "latin1"),
      "utf16.txt": Buffer.from("\ufeffwide hit\r\n", "utf16le"),
      "emoji.txt": `${"😀".repeat(300)} hit`,
      "bin.dat": Buffer.from("ab\0hit\n"),
      "replaced\ufffd.txt": "12 hit",
    };
    await using harness = await harnessOf(files, path);
    const found = await lines(harness, { pattern: "hit", output_mode: "content" });
    expect(found.every((line) => line.isWellFormed())).toBeTrue();
    expect(found.map((line) => line.slice(0, 18))).toEqual([
      `emoji.txt:1:${"😀".repeat(3)}`,
      "latin1.txt:1:caf\ufffd ",
      "replaced\ufffd.txt:1:12",
      "utf16.txt:1:wide h",
    ]);
    expect(await lines(harness, { pattern: "hit", output_mode: "content", path: "bin.dat" })).toEqual(["bin.dat: binary file matches"]);
  });

  test("ends when the turn is aborted", async () => {
    await using harness = await harnessOf({ "big.txt": "needle in a long line of hay\n".repeat(500_000) }, path);
    harness.host.bus.on("call.started", () => queueMicrotask(() => harness.shell.abort("enough")));
    const started = performance.now();
    await grep(harness, { pattern: "hay", output_mode: "content" });
    expect(harness.events.flatMap((event) => (event.type === "turn.ended" ? [event.data.outcome] : []))).toEqual(["aborted"]);
    expect(performance.now() - started).toBeLessThan(4_000);
  });

  test("stops at more matches than anybody reads, and says so", async () => {
    await using harness = await harnessOf({ "big.txt": "needle in a long line of hay\n".repeat(500_000) }, path);
    const found = await lines(harness, { pattern: "hay", output_mode: "content", head_limit: 1 });
    expect(found).toEqual([
      "big.txt:1:needle in a long line of hay",
      expect.stringMatching(/^\[lines 1 to 1 of \d{5,}; go on with offset 1\]$/),
      "[the search was cut short: there are more matches; narrow the pattern, path or glob]",
    ]);
  });

  test("finds the same in a large tree, whole or in parts", async () => {
    await using harness = await harnessOf({ ".gitignore": "skip/\n" }, path);
    const expected: string[] = [];
    const put = async (name: string, hit: boolean): Promise<void> => {
      if (hit && !name.includes("skip/")) expected.push(name);
      await Bun.write(join(harness.workspace, name), hit ? "hit" : "miss");
    };
    await Promise.all([put("top.txt", true), put("d0/level.txt", true), put("d0/skip/no.txt", true)]);
    const names = Array.from({ length: 3_600 }, (_, n) => `d${n % 9}/${n % 5 === 0 ? "skip" : `e${n % 11}`}/f${n}.txt`);
    await Promise.all(names.map((name, n) => put(name, n % 100 === 1)));
    expect(await lines(harness, { pattern: "hit", head_limit: 0 })).toEqual(expected.sort());
  }, 20_000);
});

test("createThreads > an abort in the middle gives what was found, in whole lines, and the next search works", async () => {
  await Bun.write(join(folder, "big/a.txt"), "needle in a long line of hay\n".repeat(1_000_000));
  const threads = createThreads();
  const job = (...flags: string[]) => ({ flags: ["--no-config", ...flags], operands: ["/"], top: join(folder, "big") });
  const { output, ...rest } = await threads.run(job("--regexp=(needle|hay).*(zebra|hay)$"), AbortSignal.timeout(150));
  expect(rest).toEqual({ base: join(folder, "big"), code: null, stderr: "", cut: true });
  expect(output).toMatch(/^(?:[^\n]*hay\n)*$/);
  const whole = await threads.run(job("--count", "--with-filename", "--regexp=hay"), new AbortController().signal);
  expect(whole).toEqual({ base: join(folder, "big"), code: 0, output: "/a.txt:1000000\n", stderr: "", cut: false });
});

test("embedded > sees nothing but the folder, wherever claw was started", async () => {
  await using harness = await harnessOf({ "etc/hostname": "hit", "root.txt": "hit" }, "/nowhere");
  const before = process.cwd();
  process.chdir("/");
  try {
    expect(await lines(harness, { pattern: "." })).toEqual(["etc/hostname", "root.txt"]);
    expect(await lines(harness, { pattern: ".", path: "etc" })).toEqual(["etc/hostname"]);
    expect(await lines(harness, { pattern: ".", path: "etc/hostname", output_mode: "content" })).toEqual(["etc/hostname:1:hit"]);
  } finally {
    process.chdir(before);
  }
});

test("embedded > puts nothing into the temporary folder, and runs nothing from it", async () => {
  const before = new Set(await readdir(tmpdir()));
  await using harness = await harnessOf({ "a.txt": "hit" }, "/nowhere");
  expect(await lines(harness, { pattern: "hit" })).toEqual(["a.txt"]);
  expect((await readdir(tmpdir())).filter((name) => !before.has(name) && name.includes("ripgrep"))).toEqual([]);
});

test("findNative > never takes a program from the session's folder or a relative one", async () => {
  const own = join(folder, "own/bin");
  const other = join(folder, "other");
  for (const at of [own, other]) {
    await mkdir(at, { recursive: true });
    await Bun.write(join(at, "rg"), "#!/bin/sh\nexit 2\n");
    await chmod(join(at, "rg"), 0o755);
  }
  const found = (...path: string[]) => findNative({ cwd: join(folder, "own"), env: { PATH: path.join(delimiter) } });
  expect(found(own, "bin", ".", "")).toBeUndefined();
  expect(found(own, other)).toBe(join(other, "rg"));
  expect(findNative({ cwd: folder, env: {} })).toBeUndefined();
});

test("grep_search > falls back to the embedded one when the program on PATH is none that works", async () => {
  const at = join(folder, "broken");
  await mkdir(at);
  await Bun.write(join(at, "rg"), "#!/bin/sh\necho 'error: unexpected argument' >&2\nexit 2\n");
  await chmod(join(at, "rg"), 0o755);
  await using harness = await harnessOf({ "a.txt": "hit" }, [at, dirname(Bun.which("sh") ?? "")].join(delimiter));
  expect(await lines(harness, { pattern: "hit" })).toEqual(["a.txt"]);
});
