import { describe, expect, test } from "bun:test";
import type { Json } from "claw";
import { claw, lines, place, sessions, spawn } from "./drive.ts";

const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");

describe("converse", () => {
  const STREAMED = ["-p", "--input-format", "stream-json", "--output-format", "stream-json"];
  const user = (content: Json): string => `${JSON.stringify({ type: "user", message: { role: "user", content } })}\n`;
  const control = (id: string, request: Json): string => `${JSON.stringify({ type: "control_request", request_id: id, request })}\n`;

  test("converse > every message is a turn with a result; the session is one", async () => {
    await using at = await place([
      { when: "first", text: "one" },
      { when: "second", text: "two" },
    ]);
    const { code, out, err } = await claw(at, STREAMED, user("first") + user([{ type: "text", text: "second" }]));
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const shown = lines(out);
    expect(shown.map((line) => line["type"])).toEqual(["system", "assistant", "result", "assistant", "result"]);
    expect(shown.filter((line) => line["type"] === "result").map((line) => line["result"])).toEqual(["one", "two"]);
    expect(new Set(shown.map((line) => line["session_id"])).size).toBe(1);
  });

  test("converse > control requests are answered, also those that cannot be done", async () => {
    await using at = await place([{ text: "ok" }]);
    const asked = [
      control("1", { subtype: "initialize" }),
      control("2", { subtype: "set_permission_mode", mode: "read-only" }),
      control("3", { subtype: "set_permission_mode", mode: "nonsense" }),
      control("4", { subtype: "set_model", model: "scripted" }),
      control("5", { subtype: "dance" }),
      control("6", { subtype: "set_model", model: "hiaku" }),
      user("go"),
    ];
    const shown = lines((await claw(at, STREAMED, asked.join(""))).out);
    const responses = shown.filter((line) => line["type"] === "control_response").map((line) => line["response"]);
    expect(responses).toEqual([
      { subtype: "success", request_id: "1", response: { commands: expect.any(Array) as unknown as Json, output_style: "default" } },
      { subtype: "success", request_id: "2", response: { mode: "read-only" } },
      { subtype: "error", request_id: "3", error: expect.stringContaining("nonsense") as unknown as string },
      { subtype: "success", request_id: "4", response: {} },
      { subtype: "error", request_id: "5", error: "unknown control request: dance" },
      { subtype: "error", request_id: "6", error: expect.stringContaining("hiaku") as unknown as string },
    ]);
    expect(shown.find((line) => line["subtype"] === "init")).toMatchObject({ permissionMode: "read-only", model: "scripted" });
  });

  test("converse > an interrupt ends the turn under way, and the next message is answered", async () => {
    await using at = await place([
      { when: "wait", fault: { after: 0, hang: true } },
      { when: "again", text: "still here" },
    ]);
    const child = spawn(at, STREAMED);
    const reader = child.stdout.getReader();
    child.stdin.write(user("wait"));
    let shown = "";
    const until = async (word: string): Promise<void> => {
      while (!shown.includes(word)) {
        const { value, done } = await reader.read();
        if (done) throw new Error(`ended before ${word}: ${shown}`);
        shown += new TextDecoder().decode(value);
      }
    };
    await until('"init"');
    child.stdin.write(control("i", { subtype: "interrupt" }));
    await until('"result"');
    child.stdin.write(user("again"));
    await until("still here");
    await child.stdin.end();
    expect(await child.exited).toBe(0);
  });

  test("converse > permission is asked for over stdin and stdout, and an answer that changes the input is no yes", async () => {
    const call = (path: string): Json => ({ calls: [{ tool: "write_file", input: { path, content: "x" } }] });
    await using at = await place([call("a.txt"), call("b.txt"), call("c.txt"), { text: "done" }]);
    const child = spawn(at, [...STREAMED, "--permission-prompt-tool", "stdio", "--permission-mode", "prompt"]);
    child.stdin.write(user("go"));
    const answers: ((input: Json) => Json)[] = [
      () => ({ behavior: "allow" }),
      () => ({ behavior: "deny", message: "not that one" }),
      (input) => ({ behavior: "allow", updatedInput: { ...(input as object), path: "/etc/passwd" } }),
    ];
    let shown = "";
    for await (const bytes of child.stdout) {
      const fresh = new TextDecoder().decode(bytes);
      shown += fresh;
      for (const line of fresh.split("\n").filter((one) => one.includes('"can_use_tool"'))) {
        const { request_id, request } = JSON.parse(line) as { request_id: string; request: { input: Json } };
        const response = answers.shift()?.(request.input) ?? {};
        child.stdin.write(`${JSON.stringify({ type: "control_response", response: { subtype: "success", request_id, response } })}\n`);
      }
      if (fresh.includes('"type":"result"')) await child.stdin.end();
    }
    expect(await child.exited).toBe(0);
    expect([...new Bun.Glob("*.txt").scanSync(at.cwd)]).toEqual(["a.txt"]);
    const results = lines(shown).filter((line) => line["type"] === "user");
    expect(JSON.stringify(results)).toContain("not that one");
    expect(JSON.stringify(results)).toContain("cannot change the input");
  });

  test("converse > a question of which several may be taken says so, and is answered with a list", async () => {
    const options = [{ label: "red", description: "the warm one" }, { label: "blue" }, { label: "green" }];
    const input: Json = { questions: [{ question: "Which?", options, multiSelect: true }] };
    await using at = await place([{ calls: [{ tool: "AskUserQuestion", input }] }, { text: "done" }]);
    const child = spawn(at, [...STREAMED, "--permission-prompt-tool", "stdio"]);
    child.stdin.write(user("go"));
    let shown = "";
    for await (const bytes of child.stdout) {
      const fresh = new TextDecoder().decode(bytes);
      shown += fresh;
      for (const line of fresh.split("\n").filter((one) => one.includes('"ask_user"'))) {
        const { request_id, request } = JSON.parse(line) as { request_id: string; request: Json };
        expect(request).toEqual({
          ...{ subtype: "ask_user", question: "Which?\nred: the warm one", choices: ["red", "blue", "green"], multi_select: true },
        });
        const response = { subtype: "success", request_id, response: { choices: ["green", "red"] } };
        child.stdin.write(`${JSON.stringify({ type: "control_response", response })}\n`);
      }
      if (fresh.includes('"type":"result"')) await child.stdin.end();
    }
    expect(await child.exited).toBe(0);
    expect(shown).toContain("Which?\\n→ green, red");
  });

  test.each([
    ["not json\n", "line 1 of stdin is no JSON object"],
    [user(" \n"), "a user message is empty"],
    [user([{ type: "text", text: "" }]), "a user message is empty"],
    [
      user([{ type: "document", source: { type: "base64", media_type: "application/pdf", data: "AA==" } }]),
      "a user message has content that is neither text nor an image in base64",
    ],
    ["", "stdin had no message"],
  ])("converse > %j is a usage error", async (stdin, message) => {
    await using at = await place([]);
    const { code, out } = await claw(at, STREAMED, stdin);
    expect(code).toBe(2);
    expect(lines(out)).toMatchObject([{ type: "result", is_error: true, error: { code: "CLAW_USAGE", message } }]);
  });

  test("converse > an image that no model takes is an error of its message alone; any other is sent as what it is", async () => {
    await using at = await place([{ text: "one" }, { text: "two" }]);
    const image = (bytes: Uint8Array, mediaType: string): Json => ({
      type: "image",
      source: { type: "base64", media_type: mediaType, data: Buffer.from(bytes).toString("base64") },
    });
    const cut = PNG.subarray(0, 50);
    const asked = [user("first"), user([image(PNG, "image/png"), image(cut, "image/png")]), user([image(PNG, "image/jpeg")])];
    const { code, out } = await claw(at, STREAMED, asked.join(""));
    const results = lines(out).filter((line) => line["type"] === "result");
    const message = "image 2 of a user message begins as image/png does, but is no whole image: it is cut short or broken";
    expect(results).toMatchObject([
      { is_error: false, result: "one", num_turns: 1 },
      { is_error: true, subtype: "error_during_execution", result: "", num_turns: 0, error: { code: "CLAW_USAGE", message } },
      { is_error: false, result: "two" },
    ]);
    expect(code).toBe(0);
    const [kept = ""] = await sessions(at);
    expect(kept).toContain(`"mediaType":"image/png","base64":"${PNG.toString("base64")}"`);
    expect(kept).not.toContain(cut.toString("base64"));
    const { code: bad } = await claw(at, STREAMED, user([{ type: "image", source: { type: "base64", media_type: "image/png", data: "-" } }]));
    expect(bad).toBe(2);
  });

  test("converse > wants its output streamed too", async () => {
    await using at = await place([]);
    const { code, err } = await claw(at, ["-p", "--input-format", "stream-json"], "");
    expect({ code, err: err.split("\n")[0] }).toEqual({
      code: 2,
      err: "error: --input-format stream-json needs --output-format stream-json",
    });
  });
});
