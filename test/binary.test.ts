// Smoke test of `dist/claw`, built first when a source is newer: what it answers without a model, and how it fails.
import { afterAll, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { createScratch } from "./support/binary.ts";
import { read } from "./support/sources.ts";

const scratch = await createScratch();
afterAll(() => scratch[Symbol.asyncDispose]());

test("--version > prints name and version, by either spelling", async () => {
  const { version } = JSON.parse(read("kernel/package.json"));
  const expected = { out: `claw ${version}\n`, err: "", code: 0 };
  expect(await scratch.run(["--version"])).toEqual(expected);
  expect(await scratch.run(["-V"])).toEqual(expected);
});

test("--help > lists the options of contract.md and the commands with a shell door", async () => {
  const { out, err, code } = await scratch.run(["--help"]);
  expect({ err, code }).toEqual({ err: "", code: 0 });
  for (const option of ["--print", "--continue", "--resume", "--model", "--output-format", "--permission-mode", "--plugin-dir", "--version"])
    expect(out).toContain(option);
  for (const command of ["help", "version", "doctor", "status", "config", "system-prompt", "demo"])
    expect(out).toMatch(new RegExp(`^\\s+${command}\\b`, "m"));
  expect(await scratch.run(["-h"])).toEqual({ out, err, code });
});

test("unknown option > is a usage error that says what was probably meant", async () => {
  const { out, err, code } = await scratch.run(["--modle", "opus", "-p", "hi"]);
  expect({ out, code }).toEqual({ out: "", code: 2 });
  expect(err).toContain("--modle");
  expect(err).toMatch(/did you mean.*--model/i);
});

test("mistyped command > is a usage error that says what was probably meant", async () => {
  const { out, err, code } = await scratch.run(["docter"]);
  expect({ out, code }).toEqual({ out: "", code: 2 });
  expect(err).toMatch(/did you mean.*doctor/i);
});

test("empty stdin > is a usage error", async () => {
  const { out, code } = await scratch.run([], { stdin: "" });
  expect({ out, code }).toEqual({ out: "", code: 2 });
});

test("no credentials > says in three lines how to get going, and keeps nothing", async () => {
  const { out, err, code } = await scratch.run(["-p", "hi"]);
  expect({ out, code }).toEqual({ out: "", code: 3 });
  const [error, ...lines] = err.trimEnd().split("\n");
  expect(error).toMatch(/^error: /);
  expect(lines).toHaveLength(3);
  expect(lines.join("\n")).toMatch(/^hint: .*ANTHROPIC_API_KEY[\s\S]*ANTHROPIC_BASE_URL[\s\S]*claw demo/);
  expect(readdirSync(scratch.home)).toEqual([]);
});

test("no credentials > with --output-format json puts the error on stdout as one result", async () => {
  const { out, code } = await scratch.run(["-p", "hi", "--output-format", "json"]);
  expect(code).toBe(3);
  expect(out.trimEnd().split("\n")).toHaveLength(1);
  expect(JSON.parse(out)).toMatchObject({
    type: "result",
    subtype: "error_during_execution",
    is_error: true,
    error: { code: "CLAW_PROVIDER_AUTH" },
  });
});

test("hostile folder > its bunfig.toml and .env neither run nor count", async () => {
  await Bun.write(join(scratch.work, "bunfig.toml"), 'preload = ["./preload.ts"]\n');
  await Bun.write(join(scratch.work, "preload.ts"), 'console.log("PRELOADED");\n');
  await Bun.write(join(scratch.work, ".env"), "ANTHROPIC_API_KEY=from-the-folder\n");
  const version = await scratch.run(["--version"]);
  expect(version.out).not.toContain("PRELOADED");
  const { out, code } = await scratch.run(["-p", "hi"]);
  expect({ out, code }).toEqual({ out: "", code: 3 });
});
