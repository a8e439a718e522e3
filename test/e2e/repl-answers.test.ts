// Questions that nobody answers by accident, on the built binary: words that are typed at them, and lines in place of keys.
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Reply } from "../mock/mock.ts";
import { idle, sitDown, toldIn } from "../support/sitting.ts";

const MINUTE = 60_000;
const bash = (command: string): Reply => ({ blocks: [{ type: "call", tool: "bash", input: { command } }] });
const lines = { env: { TERM: "dumb" }, rows: 60 };

test(
  "questions > one stands there without the spinner: nothing goes on until it is answered",
  async () => {
    await using at = await sitDown([bash("ls"), bash("touch asked"), { text: "Done." }]);
    const claw = await at.open(["--permission-mode", "prompt"], { rows: 40 });
    claw.write("go\r");
    const asked = await claw.shows("Yes, this once");
    expect(asked.join("\n")).not.toContain("Working…");
    // What was done before can be looked at again.
    expect(asked.join("\n")).not.toContain('"command": "ls"');
    claw.write("\x0f");
    await claw.shows((rows) => rows.some((row) => row.includes('"command": "ls"')) && rows.some((row) => row.includes("Yes, this once")));
    claw.write("n");
    await claw.shows("Done.");
    await claw.shows(idle);
    expect(existsSync(join(at.scratch.work, "asked"))).toBe(false);
  },
  MINUTE,
);

test(
  "questions > a word that is typed at one answers nothing, whatever its letters; one key does",
  async () => {
    await using at = await sitDown([bash("touch made"), { text: "Done." }]);
    const claw = await at.open(["--permission-mode", "prompt"]);
    claw.write("go\r");
    await claw.shows("No, and say why (r)");
    for (const letter of "always yes\ry") claw.write(letter);
    // Only what is pressed after a pause counts again.
    await expect(claw.shows("Done.", 600)).rejects.toThrow("No, and say why (r)");
    expect(existsSync(join(at.scratch.work, "made"))).toBe(false);
    claw.write("y");
    await claw.shows("Done.");
    expect(existsSync(join(at.scratch.work, "made"))).toBe(true);
    expect(existsSync(join(at.scratch.home, ".claw", "settings.json"))).toBe(false);
  },
  MINUTE,
);

test(
  "questions > where the terminal hands over lines, a line answers: no word is a yes by its letters, a reason may stand in it",
  async () => {
    await using at = await sitDown([bash("touch made"), { text: "As you wish." }]);
    const claw = at.start(["--permission-mode", "prompt"], lines);
    await claw.shows("ctrl-c stops, twice quits");
    claw.write("go\r");
    await claw.shows("Answer with a number or letter");
    for (const word of ["wait", "always ask me", ""]) {
      const before = (await claw.lines()).filter((line) => line.includes("Answer with a number or letter")).length;
      claw.write(`${word}\r`);
      await claw.shows((rows) => rows.filter((row) => row.includes("Answer with a number or letter")).length > before);
    }
    claw.write("no, not that file\r");
    await claw.shows("As you wish.");
    expect(toldIn(at.mock, 1)).toContain("not that file");
    expect(existsSync(join(at.scratch.work, "made"))).toBe(false);
    claw.write("/theme\r");
    await claw.shows("Answer with a number or a name");
    claw.write("light\r");
    await claw.shows("The theme is light");
  },
  MINUTE,
);
