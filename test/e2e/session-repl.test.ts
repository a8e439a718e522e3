// A person leads a session elsewhere in a real terminal: /resume to another one, /rewind to an earlier message.
import { expect, test } from "bun:test";
import { idle, sitDown, toldIn } from "../support/sitting.ts";

test("Esc Esc, /rewind > the picked message goes back into the editor, and the next one branches off", async () => {
  await using sitting = await sitDown([{ text: "answer one" }, { text: "answer two" }, { text: "answer three" }]);
  const run = await sitting.open();
  for (const [text, answer] of [
    ["the first question", "answer one"],
    ["the second question", "answer two"],
  ] as const) {
    run.write(`${text}\r`);
    await run.shows(answer);
    await run.shows(idle);
  }
  run.write("\u001b");
  await run.shows("esc again to rewind");
  run.write("\u001b");
  await run.shows("Go back to before which message?");
  run.write("\r");
  await run.shows(/back to before .the second question/);
  await run.shows((rows) => rows.some((row) => row.startsWith("> the second question")));
  run.write(" instead\r");
  await run.shows("answer three");
  expect(toldIn(sitting.mock, 2)).toContain("the second question instead");
  expect(toldIn(sitting.mock, 2)).not.toContain("answer two");
}, 60_000);

test("/resume > shows the other sessions, and goes on in the picked one", async () => {
  await using sitting = await sitDown([{ text: "answer one" }, { text: "answer two" }, { text: "answer three" }]);
  const first = await sitting.open();
  first.write("remember the number 17\r");
  await first.shows("answer one");
  await first.shows(idle);
  first.write("\u0004");
  await first.exited;
  const second = await sitting.open();
  second.write("something else\r");
  await second.shows("answer two");
  await second.shows(idle);
  second.write("/resume\r");
  await second.shows("remember the number 17");
  second.write("\r");
  await second.shows("answer one");
  await second.shows(idle);
  second.write("which number?\r");
  await second.shows("answer three");
  expect(toldIn(sitting.mock, 2)).toContain("remember the number 17");
  expect(toldIn(sitting.mock, 2)).not.toContain("something else");
}, 60_000);
