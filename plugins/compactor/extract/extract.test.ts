import { expect, test } from "bun:test";
import type { Block, Message } from "claw";
import { boundary, bytesOf } from "claw/kit";
import { createHarness } from "claw/testing";
import { extract } from "./extract.ts";
import plugin from "./index.ts";
import { after, answered, asked, inTurn, result, said, sound, texts, tools, work } from "./rig.ts";

const boot = () => createHarness({ plugins: [plugin, tools] });

test("extract > one message of lists takes the place of the older ones", async () => {
  await inTurn(boot(), async (scope) => {
    const messages = [said("Build the parser."), ...work(6), asked("b", "bash", { command: "bun test" }), result("b", "no", true), ...work(30, 100)];
    const fold = await extract(messages, scope);
    expect(fold.summary).toHaveLength(1);
    const summary = texts(fold.summary);
    for (const part of [
      "- Build the parser.",

      "## Files changed\n- src/file-0.ts\n- src/file-3.ts",
      "## Files read\n- src/file-1.ts\n- src/file-2.ts",
      "- bun test (failed)",
      "- bash: 1, 1 failed",
    ])
      expect(summary).toContain(part);
    // A call that failed changed and read nothing.
    expect(summary).not.toContain("src/file-4.ts");
    const left = after(messages, fold);
    sound(left);
    expect(bytesOf(left)).toBeLessThan(bytesOf(messages) / 2);
    expect(left.slice(1)).toEqual(messages.slice(fold.dropped));
  });
});

test("extract > is deterministic, and its summary has a cap", async () => {
  await inTurn(boot(), async (scope) => {
    const messages = Array.from({ length: 900 }, (_, index) => [
      said(`${index} ${"words ".repeat(500)}`),
      asked(`c${index}`, "write_file", { path: `${index}/${"deep/".repeat(100)}` }),
      result(`c${index}`, "ok"),
      answered(`${index} ${"more ".repeat(500)}`),
    ]).flat();
    const fold = await extract(messages, scope);
    expect(await extract(messages, scope)).toEqual(fold);
    expect(texts(fold.summary).length).toBeLessThan(24_000);
  });
});

test("extract > the current request stays in the user's own words, with its images", async () => {
  await inTurn(boot(), async (scope) => {
    const image: Block = { type: "image", mediaType: "image/png", base64: "AA==" };
    const request: Message = { role: "user", content: [image, { type: "text", text: `Do this:\n  exactly ${"so ".repeat(400)}` }] };
    const steps = Array.from({ length: 60 }, (_, index) => [
      asked(`s${index}`, "read_file", { path: `p${index}` }),
      result(`s${index}`, "z".repeat(900)),
    ]).flat();
    let messages = [...work(3), request, ...steps];
    for (let round = 0; round < 3; round++) {
      const fold = await extract(messages, scope);
      messages = after(messages, fold);
      expect(messages[0]?.content.slice(1)).toEqual(request.content as Block[]);
      sound(messages);
      messages = [...messages, ...steps.map((message) => JSON.parse(JSON.stringify(message).replaceAll('"s', `"r${round}s`)) as Message)];
    }
  });
});

test("extract > a fold of a fold is one summary that still knows the first request and the counts", async () => {
  await inTurn(boot(), async (scope) => {
    let messages: Message[] = [said("The very first request.")];
    for (let round = 0; round < 4; round++) {
      messages.push(...work(20, round * 20));
      messages = after(messages, await extract(messages, scope));
    }
    const summary = texts(messages.slice(0, 1));
    expect(summary.match(/shortened to what follows/g)).toHaveLength(1);
    expect(summary).toContain("- The very first request.");
    const count = (tool: string): number => Number(new RegExp(`- ${tool}: (\\d+)`).exec(summary)?.[1]);
    const left = messages.flatMap((message) => message.content).filter((block) => block.type === "call").length;
    expect(count("read_file") + count("write_file") + left).toBe(80);
  });
});

test("extract > results too large for what may stay are cut, and calls keep theirs", async () => {
  await inTurn(boot(), async (scope) => {
    const messages = [said("go"), asked("1", "read_file", { path: "big" }), result("1", `start ${"x".repeat(500_000)} end`)];
    const fold = await extract(messages, scope);
    const left = after(messages, fold);
    sound(left);
    expect(bytesOf(left)).toBeLessThan(140_000);
    expect(JSON.stringify(left)).toMatch(/start x+.*characters cut; run the call again.*x+ end/);
    expect(left).toContainEqual(said("go").content[0] === undefined ? said("") : expect.objectContaining({ role: "user" }));
    expect(texts(left)).toContain("go");
    const again = after(left, await extract(left, scope));
    sound(again);
    expect(bytesOf(again)).toBeLessThan(bytesOf(left));
  });
});

test.each([[[]], [[said("hi")]], [[said("x".repeat(100_000))]], [[said("hi"), answered("ho")]]])(
  "extract > nothing to gain is no fold (%#)",
  async (messages) => {
    await inTurn(boot(), async (scope) => expect(await extract(messages, scope)).toEqual({ summary: [], dropped: 0 }));
  },
);

test("boundary > never parts a call from its result, whatever the budget", () => {
  const messages = [
    ...work(3),
    said("two"),
    { role: "assistant", content: [...asked("x", "a", { path: "" }).content, ...asked("y", "a", { path: "" }).content] } as Message,
    { role: "user", content: [...result("x", "1").content, ...result("y", "2").content] } as Message,
    said("steer"),
    answered("end"),
  ];
  for (let budget = 0; budget <= bytesOf(messages) + 100; budget += 7) sound(messages.slice(boundary(messages, budget)));
  expect(boundary(messages, Number.POSITIVE_INFINITY)).toBe(0);
});
