// The line editor on the built binary, in a real pseudo-terminal: what a person types, sees and sends.
import { expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { idle, sitDown, toldIn } from "../support/sitting.ts";

const MINUTE = 60_000;
const answers = (count: number) => Array.from({ length: count }, (_, index) => ({ text: `Answer ${index + 1}.` }));

test(
  "editor > several lines, cuts, undo and a large paste: what is shown, and what the model gets",
  async () => {
    await using at = await sitDown(answers(2));
    const claw = await at.open();
    claw.write("one two\x0athree\x17\x17");
    await claw.shows("> one");
    claw.write("\x19\x19 four\x1f");
    const rows = Array.from({ length: 40 }, (_, index) => `pasted ${index}`);
    claw.write(` \x1b[200~${rows.join("\r")}\x1b[201~`);
    await claw.shows("[Pasted text #1: 40 lines]");
    claw.write("\r");
    await claw.shows("Answer 1.");
    expect(toldIn(at.mock, 0)).toContain(JSON.stringify(rows.join("\n")).slice(1, -1));
    await claw.shows(idle);
    claw.write("日本語 👩‍👩‍👧x\x1b[D");
    await claw.shows("> 日本語");
    expect(claw.cursor.column).toBeGreaterThanOrEqual(2 + 6 + 1 + 2);
    claw.write("\x1b[Z\r");
    await claw.shows("Answer 2.");
    expect(toldIn(at.mock, 1)).toContain("日本語 👩‍👩‍👧x");
  },
  MINUTE,
);

test(
  "editor > the history of a project is there in the next session, for the user alone; Ctrl-R finds in it",
  async () => {
    await using at = await sitDown(answers(3));
    const first = await at.open();
    for (const [index, text] of ["fix the tests", "explain it"].entries()) {
      first.write(`${text}\r`);
      await first.shows(`Answer ${index + 1}.`);
      await first.shows(idle);
    }
    first.write("\x04");
    expect(await first.exited).toBe(0);
    const folder = readdirSync(at.scratch.home, { recursive: true, encoding: "utf8" }).find((path) => /history\/[^/]+\.jsonl$/.test(path)) ?? "none";
    expect(statSync(join(at.scratch.home, folder)).mode & 0o777).toBe(0o600);
    const second = await at.open();
    second.write("\x12tests");
    await second.shows("search: tests");
    await second.shows("> fix the tests");
    second.write("\x1b");
    await second.shows((rows) => !rows.some((row) => row.includes("search:")));
    second.write(" again\r");
    await second.shows("Answer 3.");
    expect(toldIn(at.mock, 2)).toContain("fix the tests again");
  },
  MINUTE,
);

test(
  "editor > files and commands are completed",
  async () => {
    await using at = await sitDown(answers(1));
    mkdirSync(join(at.scratch.work, "src/lib"), { recursive: true });
    mkdirSync(join(at.scratch.work, ".claw/commands"), { recursive: true });
    writeFileSync(join(at.scratch.work, "src/lib/read-file.ts"), "");
    writeFileSync(join(at.scratch.work, ".claw/commands/mend.md"), "---\ndescription: Mends what is broken\n---\nMend $ARGUMENTS");
    const claw = await at.open(["--trust"], { rows: 40 });
    claw.write("look at @readf");
    await claw.shows("❯ src/lib/read-file.ts");
    claw.write("\t");
    await claw.shows("> look at @src/lib/read-file.ts");
    claw.write("\x03");
    await claw.shows(idle);
    claw.write("/men");
    await claw.shows("Mends what is broken");
    claw.write("\x7f\x7f\x7fvers");
    await claw.shows("❯ /version");
    claw.write("\r");
    await claw.shows(/\nbun \d/);
  },
  MINUTE,
);

test(
  "editor > /vim at once and from now on; own keys; an image that is dropped goes along",
  async () => {
    await using at = await sitDown(answers(2));
    const home = join(at.scratch.home, ".claw");
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, "keybindings.json"), '{ "ctrl+q": "submit", "ctrl+y": "sumbit" }');
    const picture = join(at.scratch.work, "a b.png");
    const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
    writeFileSync(picture, png);
    const claw = at.start([], { rows: 40 });
    await claw.shows('Did you mean "submit"?');
    await claw.shows(idle);
    claw.write("/vim\r");
    await claw.shows("Vim's keys are on");
    await claw.shows("-- INSERT --");
    expect(JSON.parse(readFileSync(join(home, "settings.json"), "utf8"))).toMatchObject({ editorMode: "vim" });
    claw.write("one two three");
    await claw.shows("> one two three");
    claw.write("\x1b");
    await claw.shows("-- NORMAL --");
    claw.write("bbdwA!");
    await claw.shows("> one three!");
    claw.write(` \x1b[200~${picture.replace(" ", "\\ ")}\x1b[201~`);
    await claw.shows("[Image #1]");
    claw.write("\x11");
    await claw.shows("Answer 1.");
    const told = toldIn(at.mock, 0);
    expect(told).toContain("one three! [Image #1]");
    expect(told).toContain(png.toString("base64"));
  },
  MINUTE,
);

test(
  "editor > a broken picture that is dropped is said and stays a path: the model is not sent it, and the session goes on",
  async () => {
    await using at = await sitDown(answers(2));
    const picture = join(at.scratch.work, "cut.png");
    const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
    writeFileSync(picture, png.subarray(0, 50));
    const claw = await at.open();
    claw.write(`what is \x1b[200~${picture}\x1b[201~`);
    await claw.shows("cut short or broken");
    await claw.shows("/cut.png");
    claw.write("\r");
    await claw.shows("Answer 1.");
    expect(toldIn(at.mock, 0)).toContain(`what is ${picture}`);
    expect(toldIn(at.mock, 0)).not.toContain('"image"');
  },
  MINUTE,
);
