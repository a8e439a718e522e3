// What must survive: the built binary killed at any moment, and many of them in one home. CLAW_KILLS sets how many are killed; 100 without it.
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeEntry, decodeHead } from "../../kernel/kit/entries.ts";
import { createScratch, type Scratch } from "../support/binary.ts";

const KILLS = Number(process.env["CLAW_KILLS"] ?? 100);
const files = (scratch: Scratch): string[] =>
  [...new Bun.Glob("sessions/*/*.jsonl").scanSync({ cwd: join(scratch.home, ".claw") })].map((path) => join(scratch.home, ".claw", path));

/** What the model was sent: a message it saw was accepted, and must not be lost. */
function accepted(scratch: Scratch): Set<string> {
  const seen = new Set<string>();
  for (const { body } of scratch.mock.requests) for (const [said] of JSON.stringify(body).matchAll(/prompt-\d+!/g)) seen.add(said);
  return seen;
}

test(
  `kill -9 at ${KILLS} random moments > no session is unreadable, and no accepted message is lost`,
  async () => {
    await using scratch = await createScratch();
    const call = { blocks: [{ type: "call", tool: "read_file", input: { path: "nothing" } }] } as const;
    scratch.serve({ replies: [call, { text: "x".repeat(20_000) }, call, { text: "short" }], repeat: true });
    let state = 12345;
    const random = (below: number): number => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return Math.floor((state / 2147483648) * below);
    };
    const unreadable: string[] = [];
    for (let round = 0; round < KILLS; round++) {
      const words = round % 10 === 0 ? ["-p", `prompt-${round}!`] : ["-c", "-p", `prompt-${round}!`];
      const child = Bun.spawn([scratch.binary, ...words], { cwd: scratch.work, env: scratch.env, stdio: ["ignore", "ignore", "pipe"] });
      // Some of them end before they are killed.
      const timer = setTimeout(() => child.kill("SIGKILL"), 20 + random(160));
      const [err] = await Promise.all([child.stderr.text(), child.exited]);
      clearTimeout(timer);
      if (/cannot be read|not the head|damaged/.test(err)) unreadable.push(`${round}: ${err}`);
    }
    expect(unreadable).toEqual([]);
    const kept = new Set<string>();
    for (const path of files(scratch)) {
      const [head = "", ...lines] = readFileSync(path, "utf8").split("\n");
      expect(decodeHead(head)).toBeDefined();
      // Only the last line may be torn, and the next run takes it off.
      expect(lines.slice(0, -1).filter((line) => decodeEntry(line) === undefined)).toEqual([]);
      for (const [said] of lines.join("\n").matchAll(/prompt-\d+!/g)) kept.add(said);
    }
    expect([...accepted(scratch)].filter((said) => !kept.has(said))).toEqual([]);
    const { code } = await scratch.ask(["-c", "-p", "last"]);
    expect(code).toBe(0);
  },
  60_000 + KILLS * 1_000,
);

test("20 processes on one home > each has its own session, and one session is only ever one process's", async () => {
  await using scratch = await createScratch();
  scratch.serve({ replies: [{ text: "fine" }], repeat: true });
  const started = Array.from({ length: 20 }, (_, index) => scratch.ask(["-p", `prompt-${index}!`, "--output-format", "json"]));
  const ended = await Promise.all(started);
  expect(ended.map(({ code }) => code)).toEqual(Array(20).fill(0));
  expect(new Set(ended.map(({ out }) => (JSON.parse(out) as { session_id: string }).session_id)).size).toBe(20);
  const { out } = await scratch.run(["session", "list", "--output-format", "json"]);
  expect((JSON.parse(out) as { sessions: string[] }).sessions).toHaveLength(20);

  const [id = ""] = (JSON.parse(out) as { sessions: string[] }).sessions;
  const racing = await Promise.all(Array.from({ length: 20 }, (_, index) => scratch.ask(["-r", id, "-p", `race-${index}!`])));
  for (const { code, err } of racing) if (code !== 0) expect(err).toContain("is in use by process");
  expect(racing.some(({ code }) => code === 0)).toBe(true);
  const [path = ""] = files(scratch).filter((one) => one.includes(id));
  const lines = readFileSync(path, "utf8").trimEnd().split("\n").slice(1);
  const entries = lines.map((line) => decodeEntry(line));
  // One after another: each entry follows the one before it.
  expect(entries.map((entry) => entry?.parent)).toEqual([null, ...entries.slice(0, -1).map((entry) => entry?.id ?? "")]);
  expect(entries.filter((entry) => JSON.stringify(entry).includes("race-"))).toHaveLength(racing.filter(({ code }) => code === 0).length);
}, 90_000);
