import { expect, test } from "bun:test";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Histories } from "claw/kit";
import { createHarness, type Harness, pluginContract } from "claw/testing";
import { fileOf, openHistory } from "./file.ts";

pluginContract(import.meta.dir);

const harness = (options = {}): Promise<Harness> => createHarness({ plugins: ["feature/history"], ...options });
const fail = (why: string): never => {
  throw new Error(why);
};

test("history > keeps inputs of the project for the next process, for the user alone, no two neighbours alike", async () => {
  await using at = await harness({ files: { ".git/HEAD": "", "sub/a": "" } });
  const histories = await at.host.use(Histories);
  const history = await histories.open(join(at.workspace, "sub"));
  expect(await histories.open(at.workspace)).toBe(history);
  for (const text of ["one", "two\nlines", "two\nlines", " secret", "one"]) history.add(text);
  await history.flush();
  expect(history.entries).toEqual(["one", "two\nlines", "one"]);
  const file = fileOf(at.home, at.workspace);
  expect(openHistory(file, { home: at.home, kept: true, lost: fail }).entries).toEqual(["one", "two\nlines", "one"]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(join(at.home, "history")).mode & 0o777).toBe(0o700);
  expect(fileOf(at.home, "/elsewhere")).not.toBe(file);
});

test("history > with --no-session nothing is written", async () => {
  await using at = await harness({ options: { "no-session": true } });
  const history = await (await at.host.use(Histories)).open(at.workspace);
  history.add("one");
  expect(history.entries).toEqual(["one"]);
  expect(readdirSync(at.home)).not.toContain("history");
});

test("history > a line left half written costs only itself", async () => {
  await using at = await harness();
  const file = fileOf(at.home, at.workspace);
  mkdirSync(join(at.home, "history"));
  appendFileSync(file, '{"at":1,"text":"old"}\nnonsense\n{"at":2,"te');
  const options = { home: at.home, kept: true, lost: fail };
  openHistory(file, options).add("new");
  expect(openHistory(file, options).entries).toEqual(["old", "new"]);
});

test("history > many processes at once: every input is kept, whole", async () => {
  await using at = await harness();
  const file = fileOf(at.home, at.workspace);
  const code = `const { openHistory } = await import(${JSON.stringify(join(import.meta.dir, "file.ts"))});
    const history = openHistory(process.argv[1], { home: process.argv[2], kept: true, lost: (why) => { throw new Error(why); } });
    for (let n = 0; n < 100; n++) history.add(process.argv[3] + n + "é".repeat(300));`;
  const children = ["a", "b", "c"].map((name) =>
    Bun.spawn([process.execPath, "-e", code, file, at.home, name], { stdio: ["ignore", "ignore", "inherit"] }),
  );
  expect(await Promise.all(children.map((child) => child.exited))).toEqual([0, 0, 0]);
  const { entries } = openHistory(file, { home: at.home, kept: true, lost: fail });
  for (const name of "abc")
    expect(entries.filter((text) => text.startsWith(name))).toEqual(Array.from({ length: 100 }, (_, n) => `${name}${n}${"é".repeat(300)}`));
});

test("history > a large file is put aside, and what is offered stays", async () => {
  await using at = await harness();
  const file = fileOf(at.home, at.workspace);
  const options = { home: at.home, kept: true, lost: fail };
  for (let round = 0; round < 3; round++) {
    const history = openHistory(file, options);
    for (let n = 0; n < 30; n++) history.add(`${round}-${n}-${"x".repeat(90_000)}`);
  }
  const names = readdirSync(join(at.home, "history"));
  expect(names).toHaveLength(2);
  const { entries } = openHistory(file, options);
  expect(entries.at(-1)?.slice(0, 4)).toBe("2-29");
  expect(entries.length).toBeGreaterThan(25);
  expect(readFileSync(file).length).toBeLessThan(2_200_000);
});

test("history > what cannot be kept is said in the log, and stays in memory", async () => {
  await using at = await harness({ files: { file: "" } });
  const said: string[] = [];
  const history = openHistory(join(at.workspace, "file", "x.jsonl"), { home: at.home, kept: true, lost: (why) => void said.push(why) });
  history.add("one");
  history.add("y".repeat(200_000));
  expect(history.entries).toHaveLength(2);
  expect(said.at(-1)).toBe("an input of 200000 characters is only kept in memory");
  expect(said.length).toBeGreaterThanOrEqual(2);
});
