// Starts that go wrong before anything runs: a full disk behind stdout, times that are no numbers; and diagnostics.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { createMock, type Mock } from "../mock/mock.ts";
import { createScratch, type Scratch } from "../support/binary.ts";

let scratch: Scratch;
let mock: Mock;
beforeEach(async () => {
  scratch = await createScratch();
  mock = createMock({ replies: [{ text: "fine" }], repeat: true });
}, 120_000);
afterEach(async () => {
  await mock.stop();
  scratch[Symbol.dispose]();
});
const env = () => ({ ANTHROPIC_BASE_URL: mock.url, ANTHROPIC_API_KEY: "sk-test" });

test.each(["--version", "--help"])("%s > a disk that is full is an error, a reader that left is none", async (word) => {
  const run = (line: string) => Bun.spawn(["bash", "-c", line, scratch.binary], { stdin: "ignore", stdout: "pipe", stderr: "ignore" }).exited;
  expect(await run(`"$0" ${word} > /dev/full`)).toBe(1);
  expect(await run(`"$0" ${word} | true; exit \${PIPESTATUS[0]}`)).toBe(0);
});

test("a time limit that is no number > exit 3, naming the variable", async () => {
  const { code, err } = await scratch.run(["-p", "hi"], { env: { ...env(), CLAW_API_REQUEST_TIMEOUT: "soon" } });
  expect({ code, err }).toMatchObject({
    code: 3,
    err: expect.stringContaining('CLAW_API_REQUEST_TIMEOUT is no number of seconds: "soon"') as string,
  });
});

test("--debug > shows what happens inside on stderr, all of it or what the filter names, and nothing more on stdout", async () => {
  const all = await scratch.run(["--debug", "-p", "hi"], { env: env() });
  expect({ out: all.out, code: all.code }).toEqual({ out: "fine\n", code: 0 });
  expect(all.err).toMatch(/^debug [\d:.]+ session\.opened /m);
  expect(all.err).toMatch(/^debug [\d:.]+ step\.ended /m);
  for (const words of [
    ["--debug", "turn", "-p", "hi"],
    ["-p", "hi", "--debug", "turn"],
    ["--debug=turn", "-p", "hi"],
  ]) {
    const some = await scratch.run(words, { env: env() });
    const kinds = some.err
      .trim()
      .split("\n")
      .map((line) => line.split(" ")[2]);
    expect({ words, out: some.out, kinds }).toEqual({ words, out: "fine\n", kinds: ["turn.started", "turn.ended"] });
  }
  const logged = await scratch.run(["-p", "hi"], { env: { ...env(), CLAW_LOG: "turn" } });
  expect(logged.err).toContain("turn.ended");
});
