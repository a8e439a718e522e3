import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Json } from "claw";

const CLAW = join(import.meta.dir, "..", "..", "..", "scripts", "claw.ts");
let root = "";
beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "claw-cli-")));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Runs a line of bash, in which `$CLAW` is claw, in an empty folder and without a home of its own yet. */
async function shell(line: string): Promise<{ code: number; out: string; err: string }> {
  const env = { PATH: process.env["PATH"] ?? "", CLAW_CONFIG_HOME: join(root, "home"), BUN: process.execPath, MAIN: CLAW };
  const whole = line.replaceAll("$CLAW", '"$BUN" "$MAIN"');
  const child = Bun.spawn(["bash", "-c", whole], { cwd: root, env, stdin: "ignore", stdout: "pipe", stderr: "pipe", timeout: 30_000 });
  const [code, out, err] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
  return { code, out, err };
}
const object = (text: string): Json => JSON.parse(text) as Json;

describe("cli", () => {
  test.each(["version", "/version", "--version --verbose"])("run > claw %s tells the notice on stdout", async (words) => {
    expect(await shell(`$CLAW ${words}`)).toEqual({ code: 0, out: expect.stringMatching(/^claw \d+\.\d+\.\d+\nbun /) as unknown as string, err: "" });
  });

  test("run > as JSON a command tells its data", async () => {
    const { code, out, err } = await shell("$CLAW status --output-format json");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(object(out)).toMatchObject({ kind: "status", workspace: { cwd: root }, session: { path: null } });
    expect(object((await shell("CLAW_OUTPUT_FORMAT=ndjson $CLAW version")).out)).toMatchObject({ kind: "version" });
  });

  test("run > options that no one declared are the command's to judge", async () => {
    expect(await shell("$CLAW status --frobnicate")).toMatchObject({ code: 2, out: "", err: expect.stringMatching(/^error: status: /) });
  });

  test("run > a command that fails says so in words, or as an object", async () => {
    expect(await shell("$CLAW config show modell")).toEqual({
      code: 2,
      out: "",
      err: expect.stringMatching(/^error: no setting is named modell\nhint: Did you mean "model".*\?\n$/),
    });
    const { code, out, err } = await shell("$CLAW config show modell --output-format json");
    expect({ code, err }).toEqual({ code: 2, err: "" });
    expect(object(out)).toMatchObject({ type: "result", is_error: true, error: { code: "CLAW_USAGE", message: "no setting is named modell" } });
  });

  test("run > what the disk would not do is told in words, and is no bug", async () => {
    expect(await shell("CLAW_CONFIG_HOME=/dev/null/home $CLAW skills new one")).toEqual({
      code: 1,
      out: "",
      err: expect.stringMatching(/^error: ENOTDIR: .*\nhint: Check that it is there, .*\n$/) as unknown as string,
    });
    expect(await shell("CLAW_CONFIG_HOME=/dev/null/home $CLAW config set model haiku")).toEqual({
      code: 3,
      out: "",
      err: expect.stringMatching(/^error: .*settings\.json: the setting model was not saved \(ENOTDIR\)\nhint: /) as unknown as string,
    });
  });

  test("run > a command's own exit code is the process's", async () => {
    const { code, out } = await shell("ANTHROPIC_API_KEY= $CLAW doctor");
    expect({ code, failed: out.includes("fail  credentials") }).toEqual({ code: 1, failed: true });
  });

  test("run > a mistyped command makes no request and names the nearest", async () => {
    expect(await shell("$CLAW statsu")).toEqual({
      code: 2,
      out: "",
      err: 'error: unknown command: statsu\nhint: Did you mean "status"? If it is a prompt: claw -p "statsu"\n',
    });
  });

  test("run > a reader that leaves is no error", async () => {
    expect(await shell("$CLAW help | head -c 5; echo :$" + "{PIPESTATUS[0]}")).toEqual({ code: 0, out: "claw::0\n", err: "" });
  });

  test("run > a command leaves nothing behind in the home", async () => {
    await shell("$CLAW status; $CLAW system-prompt");
    expect(await Array.fromAsync(new Bun.Glob("**/*").scan({ cwd: root, dot: true }))).toEqual([]);
  });
});
