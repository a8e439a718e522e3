// Questions to the person in a session: permission with every answer, the model's own, and keys that were meant for something else.
import { expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bash, call } from "../mock/reply.ts";
import { idle, type Sitting, sitDown, toldIn } from "../support/sitting.ts";

const MINUTE = 60_000;
const PROMPT = ["--permission-mode", "prompt"];
const made = (at: Sitting, name: string): boolean => existsSync(join(at.scratch.work, name));

test.each([
  ["y", true],
  ["1", true],
  ["\r", true],
  ["n", false],
  ["\x1b[B\x1b[B\x1b[B\r", false],
] as const)(
  "permission > the command stands there in full, and %j answers",
  async (keys, runs) => {
    await using at = await sitDown([bash("touch made.txt &&\n  echo second-line"), { text: "So be it." }]);
    const claw = await at.open(PROMPT);
    claw.write("go\r");
    const rows = (await claw.shows("enter take")).join("\n");
    expect(rows).toContain("$ touch made.txt &&\n    echo second-line");
    expect(rows).toMatch(/bash\(touch made\.txt\)/);
    claw.write(keys);
    await claw.shows("So be it.");
    expect(made(at, "made.txt")).toBe(runs);
    if (!runs) expect((await claw.lines()).join("\n")).toContain("you said no");
  },
  MINUTE,
);

test("permission > for the session asks no second time; always is kept in the settings; a reason reaches the model", async () => {
  await using at = await sitDown([bash("touch a1"), bash("touch a1"), bash("touch b1"), bash("touch c1"), { text: "Done for now." }]);
  const claw = await at.open(PROMPT, { rows: 40 });
  claw.write("go\r");
  await claw.shows("$ touch a1");
  claw.write("s");
  await claw.shows("$ touch b1");
  expect(at.mock.requests).toHaveLength(3);
  claw.write("a");
  await claw.shows("$ touch c1");
  claw.write("r");
  await claw.shows("why not, for the model");
  claw.write("use the b file\x7f\x7f\x7f\x7finstead\r");
  await claw.shows("Done for now.");
  expect(toldIn(at.mock, 4)).toContain("use the b instead");
  expect([made(at, "a1"), made(at, "b1"), made(at, "c1")]).toEqual([true, true, false]);
  expect(JSON.parse(readFileSync(join(at.scratch.home, ".claw", "settings.json"), "utf8"))).toMatchObject({
    permissions: { allow: [expect.stringContaining("touch b1")] },
  });
}, 60_000);

test("permission > Esc at a question stops the turn, and runs nothing", async () => {
  await using at = await sitDown([bash("touch made.txt"), { text: "Never sent." }]);
  const claw = await at.open(PROMPT);
  claw.write("go\r");
  await claw.shows("$ touch made.txt");
  claw.write("\x1b");
  await claw.shows("Interrupted.");
  await claw.shows(idle);
  expect([made(at, "made.txt"), at.mock.requests.length]).toEqual([false, 1]);
}, 60_000);

test("permission > what was typed before the question answers nothing, and is still there after it", async () => {
  const asked = Promise.withResolvers<void>();
  await using at = await sitDown([
    {
      blocks: [
        { type: "wait", until: asked.promise },
        { type: "call", tool: "bash", input: { command: "touch made.txt" } },
      ],
    },
    { text: "All right." },
  ]);
  const claw = await at.open(PROMPT);
  claw.write("go\r");
  await at.mock.arrived(1);
  claw.write("yyy");
  asked.resolve();
  claw.write("111");
  await claw.shows("$ touch made.txt");
  expect(made(at, "made.txt")).toBe(false);
  claw.write("n");
  await claw.shows("All right.");
  await claw.shows(/^> yyy111$/m);
  expect(made(at, "made.txt")).toBe(false);
}, 60_000);

test("permission > a change is shown as a diff; a long one whole, above the question", async () => {
  const before = Array.from({ length: 60 }, (_, index) => `line ${index + 1}`);
  const after = before.map((line) => `${line} changed`);
  const edit = { path: "text.txt", old_string: "line 30\n", new_string: "line thirty \u001b[2J\u202e\n" };
  await using at = await sitDown([
    call("read_file", { path: "text.txt" }),
    { blocks: [{ type: "call", tool: "edit_file", input: edit }] },
    call("write_file", { path: "text.txt", content: `${after.join("\n")}\n` }),
    { text: "Finished." },
  ]);
  writeFileSync(join(at.scratch.work, "text.txt"), `${before.join("\n")}\n`);
  const claw = await at.open(PROMPT);
  claw.write("go\r");
  const rows = (await claw.shows("enter take")).join("\n");
  expect(rows).toMatch(/29 {3}line 29\n30 - line 30\n30 \+ line thirty \\u\{1b\}\[2J\\u\{202e\}\n31 {3}line 31/);
  claw.write("n");
  await claw.shows("all 121 lines stand above");
  const lines = await claw.lines();
  for (const number of [1, 30, 60]) {
    expect(lines.filter((line) => line.trimEnd().endsWith(`- line ${number}`)).length).toBeGreaterThan(0);
    expect(lines.filter((line) => line.trimEnd().endsWith(`+ line ${number} changed`))).toHaveLength(1);
  }
  claw.write("n");
  await claw.shows("Finished.");
}, 60_000);

test("AskUserQuestion > a choice, and an answer in own words", async () => {
  await using at = await sitDown([
    call("AskUserQuestion", { question: "Which colour?", options: [{ label: "red", description: "the warm one" }, { label: "blue" }] }),
    call("AskUserQuestion", { question: "And its name?" }),
    { text: "Thank you." },
  ]);
  const claw = await at.open();
  claw.write("ask me\r");
  await claw.shows(/1\. red\n +the warm one\n +2\. blue/);
  claw.write("2");
  await claw.shows("And its name?");
  claw.write("Ölberg 東\r");
  await claw.shows("Thank you.");
  expect(toldIn(at.mock, 1)).toContain("blue");
  expect(toldIn(at.mock, 2)).toContain("Ölberg 東");
}, 60_000);

test("AskUserQuestion > several choices are ticked, and sent together", async () => {
  const options = [{ label: "red", description: "the warm one" }, { label: "blue" }, { label: "green" }];
  await using at = await sitDown([
    call("AskUserQuestion", { questions: [{ question: "Which colours?", options, multiSelect: true }] }),
    { text: "Thank you." },
  ]);
  const claw = await at.open();
  claw.write("ask me\r");
  await claw.shows(/1\. ☐ red\n +the warm one\n +2\. ☐ blue/);
  claw.write(" \x1b[B\x1b[B ");
  await claw.shows(/1\. ☑ red[\s\S]*3\. ☑ green/);
  claw.write("\r");
  await claw.shows("Thank you.");
  expect(toldIn(at.mock, 1)).toContain("Which colours?\\n→ red, green");
}, 60_000);

test("plan > stands there as Markdown, for good, and yes begins to carry it out", async () => {
  const plan = "# The plan\n\n1. Do **this** first.\n2. Then that.";
  await using at = await sitDown([call("ExitPlanMode", { plan }), { text: "So it begins." }]);
  const claw = await at.open(["--permission-mode", "plan"], { rows: 40 });
  claw.write("plan it\r");
  await claw.shows("Leave plan mode");
  await claw.shows("1. Do this first.");
  claw.write("y");
  await claw.shows("So it begins.");
  await claw.shows(/ · workspace-write/);
  expect((await claw.lines()).filter((line) => line.includes("Do this first."))).toHaveLength(1);
}, 60_000);

test("sessions > -r alone lets one pick by searching; Shift-Tab steps the mode, never to one that allows more", async () => {
  await using at = await sitDown([{ text: "About apples." }, { text: "About pears." }]);
  for (const what of ["apples are what", "pears are what"]) {
    const run = at.start([what]);
    await run.shows(/About (apples|pears)\./);
    await run.shows(idle);
    run.write("\x04");
    expect(await run.exited).toBe(0);
  }
  const claw = at.start(["-r"]);
  await claw.shows("Go on with which session?");
  await claw.shows(/1\. pears[^\n]*\n.*2\. apples/);
  claw.write("\x1b[B\r");
  await claw.shows("About apples.");
  await claw.shows("workspace-write");
  const modes: string[] = [];
  for (let step = 0; step < 6; step++) {
    claw.write("\x1b[Z");
    const shown = await claw.shows(
      (rows) => /permission mode: /.test(rows.join("\n")) && rows.join("\n").match(/permission mode: (\S+)/)?.[1] !== modes.at(-1),
    );
    modes.push(/permission mode: (\S+)/.exec(shown.join("\n"))?.[1] ?? "");
  }
  expect(modes).toContain("read-only");
  expect(modes).not.toContain("danger-full-access");
  expect(modes).not.toContain("allow");
}, 60_000);
