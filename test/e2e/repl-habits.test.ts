// What a person does all day in a session, on the built binary: keys that change the view, inputs that wait, lists and commands.
import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Reply } from "../mock/mock.ts";
import { idle, sitDown, toldIn } from "../support/sitting.ts";

const MINUTE = 60_000;
const bash = (command: string): Reply => ({ blocks: [{ type: "call", tool: "bash", input: { command } }] });

test(
  "thinking > Alt-O hides it, and shows it again with what was thought meanwhile",
  async () => {
    const thought = (text: string): Reply => ({
      blocks: [
        { type: "thinking", text },
        { type: "text", text: "So be it." },
      ],
    });
    await using at = await sitDown([thought("An open thought."), thought("A secret thought.")]);
    const claw = await at.open();
    claw.write("one\r");
    await claw.shows("An open thought.");
    await claw.shows(idle);
    claw.write("\x1bo");
    await claw.shows("Thinking is hidden");
    claw.write("two\r");
    await claw.shows((rows) => rows.filter((row) => row === "So be it.").length === 2 && idle(rows));
    expect((await claw.lines()).join("\n")).not.toContain("A secret thought.");
    claw.write("\x1bo");
    await claw.shows(/Thinking is shown\.\n\n {2}A secret thought\./);
  },
  MINUTE,
);

test(
  "queue > Up on an empty prompt takes back what waits, so that it can be changed",
  async () => {
    await using at = await sitDown([bash("echo begun; exec sleep 30"), { text: "Never sent." }]);
    const claw = await at.open(["--permission-mode", "danger-full-access"]);
    claw.write("go\r");
    await claw.shows("begun");
    claw.write("first\r");
    claw.write("second\r");
    await claw.shows("⏵ second  (↑ takes it back)");
    claw.write("\x1b[A");
    await claw.shows((rows) => rows.includes("> second") && rows.includes("  ⏵ first  (↑ takes it back)"));
    claw.write("\x1b");
    await claw.shows("Interrupted.");
  },
  MINUTE,
);

test(
  "beside > a command that only shows answers while the turn runs; words that do not parse are told; one that changes waits its turn",
  async () => {
    await using at = await sitDown([bash("echo begun; exec sleep 30"), { text: "Never sent." }]);
    const claw = await at.open(["--permission-mode", "danger-full-access"]);
    claw.write("go\r");
    await claw.shows("begun");
    claw.write("/todos\r");
    await claw.shows(/\/todos\nThere are no todos\./);
    claw.write("/todos now\r");
    await claw.shows("takes no words");
    claw.write("/clear\r");
    await claw.shows("⏵ /clear  (↑ takes it back)");
    claw.write("\x1b");
    await claw.shows("Interrupted.");
    expect((await claw.lines()).join("\n").match(/There are no todos/g)).toHaveLength(1);
  },
  MINUTE,
);

test(
  "continue > without a session it says so, and greets nobody; with one it is greeted and shown",
  async () => {
    await using at = await sitDown([{ text: "An answer." }]);
    const none = at.start(["-c"]);
    expect(await none.exited).toBe(2);
    const said = (await none.lines()).join("\n");
    expect(said).toMatch(/has no session yet\nhint: `claw` begins one/);
    expect(said).not.toContain("/help lists commands");
    const first = await at.open(["say it"]);
    await first.shows("An answer.");
    await first.shows(idle);
    first.write("\x04");
    await first.exited;
    const again = at.start(["-c"]);
    await again.shows("An answer.");
    expect((await again.lines()).join("\n")).toMatch(/\/help lists commands[\s\S]*> say it\n\nAn answer\./);
  },
  MINUTE,
);

test(
  "lists > a diff has line numbers, help wraps under its columns, a menu says how many more there are, export asks where to",
  async () => {
    await using at = await sitDown([{ text: "An answer." }]);
    const { work } = at.scratch;
    const git = (...words: readonly string[]): void =>
      void Bun.spawnSync(["git", "-c", "user.name=a", "-c", "user.email=a@b", ...words], { cwd: work });
    git("init", "-q");
    writeFileSync(join(work, "a.ts"), "one old line\n");
    git("add", ".");
    git("commit", "-qm", "x");
    writeFileSync(join(work, "a.ts"), "one new line\nmore\n");
    const claw = await at.open([], { columns: 80, rows: 40 });
    claw.write("/diff\r");
    await claw.shows(/a\.ts\n1 - one old line\n1 \+ one new line\n2 \+ more\n/);
    expect(claw.written).toMatch(/\x1b\[[\d;]*m\+ one \x1b/);
    await claw.shows(idle);
    claw.write("/help\r");
    await claw.shows("in a shell lists options");
    const help = await claw.lines();
    expect(help.filter((line) => line.length > 80)).toEqual([]);
    expect(help.join("\n")).toMatch(/\n {2}\/review \[files[^\n]+\n {38}Review changes/);
    await claw.shows(idle);
    claw.write("/");
    await claw.shows(/… \d+ more/);
    claw.write("\x03");
    await claw.shows(idle);
    claw.write("hello\r");
    await claw.shows("An answer.");
    await claw.shows(idle);
    claw.write("/export\r");
    await claw.shows(/❯ 1\. Write claw-[0-9a-f]{8}\.md {4}Markdown/);
    claw.write("2");
    const [, file = ""] = /messages to (\S+\.html)/.exec((await claw.shows(/Wrote 2 messages to \S+\.html/)).join("")) ?? [];
    expect(readFileSync(file, "utf8")).toContain("An answer.");
  },
  MINUTE,
);

test(
  "start > a line that was typed before claw was there is sent",
  async () => {
    await using at = await sitDown([{ text: "Heard." }]);
    const claw = at.start([], { argv: ["sh", "-c", 'echo ready; sleep 0.3; exec "$0"', at.scratch.binary] });
    await claw.shows("ready");
    claw.write("typed early\r");
    await claw.shows("Heard.");
    expect(toldIn(at.mock, 0)).toContain("typed early");
  },
  MINUTE,
);

test(
  "start > a theme that cannot be used is told, and why",
  async () => {
    await using at = await sitDown([]);
    const { home } = at.scratch;
    mkdirSync(join(home, ".claw", "themes"), { recursive: true });
    writeFileSync(join(home, ".claw", "settings.json"), '{ "theme": "mine" }');
    writeFileSync(join(home, ".claw", "themes", "mine.json"), '{ "extends": "dark", "styles": { "acent": {} } }');
    const claw = await at.open();
    await claw.shows(/warning: [\s\S]*mine\.json[\s\S]*acent/);
    claw.write("/export\r");
    await claw.shows("nothing has been said in this session yet");
  },
  MINUTE,
);

test(
  "commands > Esc leaves a list that a command shows, and nothing is interrupted or changed",
  async () => {
    await using at = await sitDown([]);
    const claw = await at.open();
    claw.write("/theme\r");
    await claw.shows("Which theme?");
    claw.write("\x1b");
    await claw.shows(idle);
    expect((await claw.lines()).join("\n")).not.toContain("Interrupted");
    expect(existsSync(join(at.scratch.home, ".claw", "settings.json"))).toBe(false);
  },
  MINUTE,
);

test(
  "commands > /exit does not wait for the end of a turn",
  async () => {
    await using at = await sitDown([bash("echo begun; exec sleep 4344")]);
    const claw = await at.open(["--permission-mode", "danger-full-access"]);
    claw.write("go\r");
    await claw.shows("begun");
    claw.write("/exit\r");
    expect(await claw.exited).toBe(0);
    expect((await claw.lines()).join("\n")).toContain("To go on: claw -r ");
  },
  MINUTE,
);

test(
  "commands > one that would end a shell's script with a failure does not end the session",
  async () => {
    await using at = await sitDown([]);
    const claw = await at.open();
    claw.write("/teleport nothing-like-that\r");
    await claw.shows("No file or symbol here is like nothing-like-that");
    await claw.shows(idle);
    claw.write("/exit\r");
    expect(await claw.exited).toBe(0);
  },
  MINUTE,
);

test(
  "help > in a shell it lists prompts too, knows one by its name, and says how one is called",
  async () => {
    await using at = await sitDown([]);
    const all = await at.scratch.run(["help"]);
    expect(all.out).toMatch(/\nPrompts\n[\s\S]*\n {2}\/commit [\s\S]*\nSkills\n[\s\S]*`claw \/NAME` in a shell/);
    const [about, bare] = [await at.scratch.run(["help", "review"]), await at.scratch.run(["review"])];
    expect(about.out).toMatch(/^claw \/review \[.*\]\n\/review/);
    // A folder's own prompt is not unknown: it may not act.
    mkdirSync(join(at.scratch.work, ".claw", "commands"), { recursive: true });
    writeFileSync(join(at.scratch.work, ".claw", "commands", "greet.md"), "Greet $1");
    const own = await at.scratch.run(["/greet", "Bob"]);
    expect([own.code, own.err]).toEqual([7, expect.stringContaining("nobody has trusted this folder")]);
    const keys = await at.scratch.run(["help", "keys"]);
    expect(keys.out).toMatch(/keymap emacs\n {2}submit +enter +Send the input[\s\S]*\n {2}toggle-thinking +alt\+o[\s\S]*keybindings\.json/);
    expect([bare.code, bare.err]).toEqual([2, expect.stringContaining("Write claw /review.")]);
  },
  MINUTE,
);
