// Skills and Markdown commands through the built binary: made in a shell, listed, called by the user and by the model, live, and only where trusted.
import { afterAll, expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { skillsSources } from "../../scripts/bundle.ts";
import type { MockRequest } from "../mock/mock.ts";
import { call, type Reply } from "../mock/reply.ts";
import { createScratch, type Ran } from "../support/binary.ts";
import { read } from "../support/sources.ts";

const scratch = await createScratch();
afterAll(() => scratch[Symbol.asyncDispose]());
mkdirSync(join(scratch.work, ".git"));

function turn(words: readonly string[], ...replies: readonly Reply[]): Promise<Ran> {
  scratch.serve({ replies, cached: true });
  return scratch.ask(words);
}
interface Body {
  readonly system: readonly { readonly text: string }[];
  readonly messages: readonly { readonly content: unknown }[];
}
const bodyOf = (request: MockRequest | undefined): Body =>
  JSON.parse(request?.text ?? "{}", (key, value) => (key === "cache_control" ? undefined : value)) as Body;
const systemOf = (request: MockRequest | undefined): string => JSON.stringify(bodyOf(request).system);
const messagesOf = (request: MockRequest | undefined): string => JSON.stringify(bodyOf(request).messages);
const skill = (name: string, body: string, more = "") => `---\nname: ${name}\ndescription: Does ${name}\n${more}---\n${body}\n`;

test("bundled.gen.ts > is what skills/ has", async () => {
  const { list, bodies } = await skillsSources();
  expect(read("plugins/feature/skills/bundled.gen.ts")).toBe(list);
  expect(read("plugins/feature/skills/bodies.gen.ts")).toBe(bodies);
});

test("skills > made and checked in a shell, listed, told to the model, called by the user", async () => {
  expect(await scratch.run(["skills", "new", "greet", "Greets people"])).toMatchObject({ code: 0, err: "" });
  const path = join(scratch.home, ".claw/skills/greet/SKILL.md");
  writeFileSync(path, readFileSync(path, "utf8").replace("$ARGUMENTS", "a greeting for $1"));
  expect(await scratch.run(["skill", "check", "greet"])).toEqual({ code: 0, out: "1 checked, 0 errors, 0 warnings\n", err: "" });
  const listed = JSON.parse((await scratch.run(["skills", "--output-format", "json"])).out);
  expect(listed).toMatchObject({
    kind: "skills",
    count: 6,
    skills: [{ name: "greet", source: "user", active: true }, { source: "bundled" }, {}, {}, {}, {}],
  });

  expect(await turn(["-p", "/greet Ann"], { text: "hello" })).toEqual({ code: 0, out: "hello\n", err: "" });
  expect(systemOf(scratch.mock.requests[0])).toContain("- greet: Greets people\\n- authoring-a-plugin: ");
  expect(messagesOf(scratch.mock.requests[0])).toContain("a greeting for Ann");
  expect(await turn(["skills", "greet", "Bob"], { text: "hello" })).toMatchObject({ code: 0, out: "hello\n" });
  expect(messagesOf(scratch.mock.requests[0])).toContain("a greeting for Bob");
}, 60_000);

test("Skill > the model loads one; its allowed-tools pass for that turn", async () => {
  scratch.put(join(scratch.home, ".claw/skills/count/SKILL.md"), skill("count", "Run wc.", "allowed-tools: Bash(touch *)\n"));
  const words = ["-p", "count", "--output-format", "json", "--permission-mode", "prompt"];
  const { out, code } = await turn(
    words,
    call("bash", { command: "touch before" }),
    call("Skill", { skill: "count" }),
    call("bash", { command: "touch after" }),
    { text: "done" },
  );
  expect(code).toBe(0);
  const results = JSON.parse(out).tool_results as readonly { readonly is_error: boolean; readonly output: string }[];
  expect(results.map((one) => one.is_error)).toEqual([true, false, false]);
  expect(results[1]?.output).toStartWith("Follow the skill `count`. Its relative paths start from ");
}, 60_000);

test("a session > writes itself a skill and uses it in the next turn, on the same prefix", async () => {
  const id = "11111111-1111-4111-8111-111111111111";
  const lines = [{ text: "one" }, { text: "two" }].map(
    ({ text }) => `${JSON.stringify({ type: "user", message: { role: "user", content: text } })}\n`,
  );
  const made = call("bash", {
    command: `mkdir -p ~/.claw/skills/fresh && printf '%s' '${skill("fresh", "Fresh text.")}' > ~/.claw/skills/fresh/SKILL.md`,
  });
  scratch.serve({ replies: [made, { text: "made" }, call("Skill", { skill: "fresh" }), { text: "used" }], cached: true });
  const words = [
    "-p",
    "--session-id",
    id,
    "--input-format",
    "stream-json",
    "--output-format",
    "stream-json",
    "--verbose",
    "--permission-mode",
    "danger-full-access",
  ];
  const { code, err } = await scratch.ask(words, { stdin: lines.join("") });
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const bodies = scratch.mock.requests.map(bodyOf);
  expect(bodies).toHaveLength(4);
  for (const [index, body] of bodies.slice(1).entries()) {
    expect(body.system).toEqual(bodies[index]!.system);
    expect(body.messages.slice(0, bodies[index]!.messages.length)).toEqual([...bodies[index]!.messages]);
  }
  expect(JSON.stringify(bodies[2]?.messages)).toContain("New skills, which the Skill tool can load from now on:\\n- fresh: Does fresh");
  expect(JSON.stringify(bodies[3]?.messages.at(-1))).toContain("Fresh text.");
}, 60_000);

test("a project's > listed but without effect until the folder is trusted", async () => {
  scratch.put(".claude/skills/local/SKILL.md", skill("local", "Local text."));
  scratch.put(
    ".claude/commands/ops/deploy.md",
    "---\nargument-hint: [where]\nallowed-tools: Bash(echo *)\n---\nDeploy to $1 at !`echo $1-today`, see @notes.md.\n",
  );
  scratch.put("notes.md", "Remember this.\n");
  expect((await scratch.run(["skills"])).out).toContain("not used: nobody has trusted this folder");
  const refused = await turn(["-p", "/ops:deploy prod"], { text: "no" });
  expect({ code: refused.code, requests: scratch.mock.requests.length }).toEqual({ code: 7, requests: 0 });
  expect(refused.err).toContain("nobody has trusted this folder");
  expect(await turn(["-p", "/ops:deploy prod", "--trust"], { text: "yes" })).toEqual({ code: 0, out: "yes\n", err: "" });
  expect(messagesOf(scratch.mock.requests[0])).toContain(
    'Deploy to prod at prod-today, see @notes.md.\\n\\n<file path=\\"notes.md\\">\\nRemember this.\\n</file>',
  );
  expect(systemOf(scratch.mock.requests[0])).toContain("- local: Does local");
  await turn(["-p", "hi", "--trust", "--bare"], { text: "yes" });
  expect(systemOf(scratch.mock.requests[0])).not.toContain("- local: ");
  expect(systemOf(scratch.mock.requests[0])).toContain("- authoring-a-skill: ");
}, 60_000);
