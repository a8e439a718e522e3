// Starts that go wrong before anything runs: a full disk behind stdout, times that are no numbers; and diagnostics.
import { expect, test } from "bun:test";
import { STARTING } from "../../scripts/bundle.ts";
import { createScratch } from "../support/binary.ts";

const FINE = { replies: [{ text: "fine" }], repeat: true };

test.each(["--version", "--help"])("%s > a disk that is full is an error, a reader that left is none", async (word) => {
  await using scratch = await createScratch();
  const run = (line: string) => Bun.spawn(["bash", "-c", line, scratch.binary], { stdin: "ignore", stdout: "pipe", stderr: "ignore" }).exited;
  expect(await run(`"$0" ${word} > /dev/full`)).toBe(1);
  expect(await run(`"$0" ${word} | true; exit \${PIPESTATUS[0]}`)).toBe(0);
});

test.each(["--version", "--help", "help"])("%s > appended to a file it stands after what was there, and nothing else does", async (word) => {
  await using scratch = await createScratch();
  const file = scratch.put("log", "before\n");
  const { out } = await scratch.run([word]);
  await Bun.spawn(["sh", "-c", 'exec "$0" "$1" >> "$2"', scratch.binary, word, file], { env: { HOME: scratch.home } }).exited;
  expect(await Bun.file(file).text()).toBe(`before\n${out}`);
});

test.each(["--version", "--help", "help", "version", "dump-manifests"])("%s > says in words that the disk is full", async (word) => {
  await using scratch = await createScratch();
  const child = Bun.spawn(["bash", "-c", `"$0" ${word} > /dev/full`, scratch.binary], {
    env: { PATH: process.env["PATH"] ?? "", HOME: scratch.home },
    cwd: scratch.work,
    stdio: ["ignore", "ignore", "pipe"],
  });
  expect([await child.exited, await child.stderr.text()]).toEqual([1, "error: stdout cannot be written: ENOSPC\nhint: Is the disk full?\n"]);
});

test("a time limit that is no number > exit 3, naming the variable", async () => {
  await using scratch = await createScratch();
  scratch.serve(FINE);
  const { code, err } = await scratch.ask(["-p", "hi"], { env: { CLAW_API_REQUEST_TIMEOUT: "soon" } });
  expect({ code, err }).toMatchObject({
    code: 3,
    err: expect.stringContaining('CLAW_API_REQUEST_TIMEOUT is no number of seconds: "soon"') as string,
  });
});

test("--debug > shows what happens inside on stderr, all of it or what the filter names, and nothing more on stdout", async () => {
  await using scratch = await createScratch();
  scratch.serve(FINE);
  const all = await scratch.ask(["--debug", "-p", "hi"]);
  expect({ out: all.out, code: all.code }).toEqual({ out: "fine\n", code: 0 });
  expect(all.err).toMatch(/^debug [\d:.]+ session\.opened /m);
  expect(all.err).toMatch(/^debug [\d:.]+ step\.ended /m);
  for (const words of [
    ["--debug", "turn", "-p", "hi"],
    ["-p", "hi", "--debug", "turn"],
    ["--debug=turn", "-p", "hi"],
  ]) {
    const some = await scratch.ask(words);
    const kinds = some.err
      .trim()
      .split("\n")
      .map((line) => line.split(" ")[2]);
    expect({ words, out: some.out, kinds }).toEqual({ words, out: "fine\n", kinds: ["turn.started", "turn.ended"] });
  }
  const logged = await scratch.ask(["-p", "hi"], { env: { CLAW_LOG: "turn" } });
  expect(logged.err).toContain("turn.ended");
});

test("one-shot run > activates what `STARTING` names, so that the binary has that at hand, and nothing else", async () => {
  await using scratch = await createScratch();
  scratch.serve(FINE);
  const { err } = await scratch.ask(["-p", "hi", "--debug", "plugin.loaded"]);
  const loaded = [...err.matchAll(/"plugin":"([^"]+)"/g)].map(([, plugin]) => plugin);
  // Activated before anybody listens.
  const first = ["@claw/frontend-cli", "@claw/frontend-print", "@claw/renderer-text"];
  expect([...new Set([...first, ...loaded])].sort()).toEqual([...STARTING].sort());
});
