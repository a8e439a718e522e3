// Commands that belong to a sitting, on the built binary: leaving, beginning anew, copying, colours.
import { expect, test } from "bun:test";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { idle, sitDown, toldIn } from "../support/sitting.ts";

const MINUTE = 60_000;

test(
  "clear > a new session without what was said; the old one is named, and can be gone on with; exit leaves",
  async () => {
    await using at = await sitDown([{ text: "A first answer." }, { text: "A second answer." }, { text: "A third answer." }]);
    const claw = await at.open();
    claw.write("remember plums\r");
    await claw.shows("A first answer.");
    await claw.shows(idle);
    claw.write("/clear \r");
    const old = /\/resume (\S+)/.exec((await claw.shows("A new session.")).join("\n"))?.[1] ?? "";
    await claw.shows(idle);
    expect((await claw.screen()).join("\n")).not.toContain("A first answer.");
    claw.write("and now?\r");
    await claw.shows("A second answer.");
    expect(toldIn(at.mock, 1)).not.toContain("plums");
    await claw.shows(idle);
    claw.write("/exit \r");
    expect(await claw.exited).toBe(0);
    expect((await claw.lines()).filter((line) => line.includes("A first answer."))).toHaveLength(1);
    const again = at.start(["-r", old, "what was it?"]);
    await again.shows("A third answer.");
    expect(toldIn(at.mock, 2)).toContain("plums");
  },
  MINUTE,
);

test(
  "copy > the last answer goes to the clipboard's program; without one the terminal is asked",
  async () => {
    await using at = await sitDown([{ text: "Copy *me*." }]);
    const bin = join(at.scratch.home, "bin");
    mkdirSync(bin);
    for (const name of ["wl-copy", "pbcopy"]) {
      writeFileSync(join(bin, name), `#!/bin/sh\ncat > "$HOME/copied"\n`);
      chmodSync(join(bin, name), 0o755);
    }
    const claw = at.start(["say something"], { env: { PATH: `${bin}:${process.env["PATH"]}` } });
    await claw.shows("Copy me.");
    await claw.shows(idle);
    claw.write("/copy \r");
    await claw.shows("Copied 1 line.");
    expect(readFileSync(join(at.scratch.home, "copied"), "utf8")).toBe("Copy *me*.");
    await claw.shows(idle);
    claw.write("\x04");
    expect(await claw.exited).toBe(0);
    const away = at.start(["-c"], { env: { SSH_TTY: "/dev/pts/9" } });
    await away.shows("Copy me.");
    away.write("/copy \r");
    await away.shows("Asked the terminal");
    expect(away.written).toContain(`\x1b]52;c;${btoa("Copy *me*.")}\x07`);
    await away.shows(idle);
  },
  MINUTE,
);

test(
  "theme > picked from a list, used at once and kept; effort goes along with the next request",
  async () => {
    await using at = await sitDown([{ text: "Thought hard." }]);
    const claw = await at.open();
    claw.write("/theme \r");
    await claw.shows("Which theme?");
    await claw.shows(/2\. light/);
    claw.write("2");
    await claw.shows("The theme is light from now on.");
    expect(JSON.parse(readFileSync(join(at.scratch.home, ".claw", "settings.json"), "utf8"))).toEqual({ theme: "light" });
    await claw.shows(idle);
    claw.write("/effort high\r");
    await claw.shows("Effort is high");
    await claw.shows(idle);
    claw.write("think\r");
    await claw.shows("Thought hard.");
    expect(JSON.stringify(at.mock.requests[0]?.body)).toContain('"effort":"high"');
  },
  MINUTE,
);

test(
  "model > picked from a list by a few letters, and used for the next request",
  async () => {
    await using at = await sitDown([{ text: "Answered." }]);
    const claw = await at.open();
    claw.write("/model \r");
    await claw.shows("Which model?");
    claw.write("haiku-4-5");
    await claw.shows((rows) => rows.some((row) => row.includes("❯") && row.includes("claude-haiku-4-5")));
    claw.write("\r");
    await claw.shows("Model: claude-haiku-4-5");
    await claw.shows(idle);
    claw.write("hello\r");
    await claw.shows("Answered.");
    expect(at.mock.requests[0]?.body).toMatchObject({ model: expect.stringMatching(/^claude-haiku-4-5/) });
  },
  MINUTE,
);
