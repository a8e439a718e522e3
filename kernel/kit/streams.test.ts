import { expect, test } from "bun:test";
import { join } from "node:path";
import { connection, openOutput } from "./streams.ts";

const STREAMS = join(import.meta.dir, "streams.ts");

/** Runs a script that has `openOutput` and `connection`. */
function run(script: string, redirect: string): { code: number; stdout: string; stderr: string } {
  const source = `import { openOutput, connection } from ${JSON.stringify(STREAMS)};\n${script}`;
  const { exitCode, stdout, stderr } = Bun.spawnSync(["bash", "-c", `"$0" -e "$1" ${redirect}`, process.execPath, source], {
    timeout: 20_000,
  });
  return { code: exitCode, stdout: stdout.toString(), stderr: stderr.toString() };
}
const FIVE_MB = "const o = openOutput(); for (let i = 0; i < 81920; i++) o.out('x'.repeat(63) + '\\n'); const end = await o.flush();";

test("openOutput > what comes in one tick is one write, and order is kept", async () => {
  const writes: string[] = [];
  const output = openOutput(
    () => ({ write: (text: string) => writes.push(text), flush: () => 0 }),
    () => ({ write: () => 0, flush: () => 0 }),
  );
  output.out("a");
  output.out("b");
  expect(await output.flush()).toBeUndefined();
  output.out("c");
  expect(await output.flush()).toBeUndefined();
  expect(writes).toEqual(["ab", "c"]);
});

test("openOutput > opens nothing before it is used", async () => {
  const output = openOutput(
    () => {
      throw new Error("opened");
    },
    () => {
      throw new Error("opened");
    },
  );
  expect(await output.flush()).toBeUndefined();
});

test("openOutput > a slow reader gets all of 5 MB", () => {
  const { stdout } = run(`${FIVE_MB} process.exit(0);`, "| (sleep 0.3; wc -c)");
  expect(stdout.trim()).toBe("5242880");
});

test("openOutput > says when the reader has gone, and drops the rest", () => {
  const { stdout, stderr } = run(`${FIVE_MB} o.out("more"); o.err(end + " " + (await o.broken)); await o.flush();`, "| head -c 5");
  expect({ stdout, stderr }).toEqual({ stdout: "xxxxx", stderr: "EPIPE EPIPE" });
});

test.skipIf(process.platform !== "linux")("openOutput > says when the disk is full", () => {
  expect(run(`${FIVE_MB} o.err(String(end)); await o.flush();`, "> /dev/full").stderr).toBe("ENOSPC");
});

test.skipIf(process.platform !== "linux")("openOutput > a full disk is told once, whatever the text: the write rejects, and the flush throws", () => {
  const script = "const o = openOutput(); o.out('…'.repeat(9_000)); o.err(String(await o.flush())); await o.flush();";
  expect(run(script, "> /dev/full")).toEqual({ code: 0, stdout: "", stderr: "ENOSPC" });
});

test.each([
  ["< /dev/null", "other"],
  ["< /dev/zero", "other"],
  ["<&-", "other"],
  ["< /etc/passwd", "piped"],
])("connection > with %s stdin is %s", (redirect, expected) => {
  expect(run("console.log(connection(0))", redirect).stdout.trim()).toBe(expected);
});

test("connection > a pipe is piped, a terminal is a terminal", async () => {
  expect(run("console.log(connection(1))", "").stdout.trim()).toBe("piped");
  const shown = Promise.withResolvers<string>();
  const terminal = new Bun.Terminal({ data: (_, bytes) => shown.resolve(new TextDecoder().decode(bytes)) });
  const source = `import { connection } from ${JSON.stringify(STREAMS)}; console.log(connection(1))`;
  await Bun.spawn([process.execPath, "-e", source], { terminal }).exited;
  expect(await shown.promise).toContain("terminal");
  terminal.close();
  expect(["terminal", "piped", "other"]).toContain(connection(0));
});
