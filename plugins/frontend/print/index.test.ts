import { describe, expect, test } from "bun:test";
import { frontendContract, pluginContract } from "claw/testing";
import { claw, lines, place, sessions, shell, spawn } from "./drive.ts";
import { run } from "./run.ts";

pluginContract(import.meta.dir);
frontendContract({ name: "print", run });

describe("print", () => {
  test.each([[["-p", "hi there"]], [["prompt", "hi there"]], [["-p", "--verbose", "hi", "there"]], [["hi there"]], [["--", "hi there"]]])(
    "run > %j prints the answer and nothing else",
    async (args) => {
      await using at = await place([{ when: "hi there", text: "The answer." }]);
      expect(await claw(at, args)).toEqual({ code: 0, out: "The answer.\n", err: "" });
    },
  );

  test.each<[string, string[], string | Uint8Array, string]>([
    ["is the prompt when there is no text", ["-p"], "from stdin\n", "from stdin"],
    ["is the prompt without -p", [], "from stdin\n", "from stdin"],
    ["comes after a blank line", ["-p", "explain"], "  code\n", "explain\\n\\n  code"],
    ["makes a bare word a prompt", ["summarize"], "text", "summarize\\n\\ntext"],
    ["that is empty changes nothing", ["-p", "explain"], "\n", "explain"],
    ["that is no UTF-8 is mended", ["-p"], new Uint8Array([104, 105, 0xff, 33]), "hi\ufffd!"],
  ])("run > stdin %s", async (_name, args, stdin, expected) => {
    await using at = await place([{ text: "ok" }]);
    expect(await claw(at, args, stdin)).toEqual({ code: 0, out: "ok\n", err: "" });
    expect(await sessions(at)).toEqual([expect.stringContaining(`"text":"${expected}"`)]);
  });

  test("run > a prompt of 1 MB arrives whole", async () => {
    await using at = await place([{ text: "ok" }]);
    const text = "0123456789abcdef".repeat(65_536);
    expect(await claw(at, ["-p", "count"], text)).toMatchObject({ code: 0, out: "ok\n" });
    expect((await sessions(at))[0]).toContain(`count\\n\\n${text}"`);
  });

  test("run > a stdin that stays silent is given up after 3 s, and said so", async () => {
    await using at = await place([{ text: "ok" }]);
    const child = spawn(at, ["-p", "hi"]);
    expect({ code: await child.exited, out: await child.stdout.text(), err: await child.stderr.text() }).toEqual({
      code: 0,
      out: "ok\n",
      err: "note: nothing came on stdin for 3 s; going on without it\n",
    });
    await child.stdin.end();
  });

  test("run > no prompt is a usage error, in words and as an object", async () => {
    await using at = await place([]);
    expect(await claw(at, ["-p"], " \n")).toMatchObject({
      code: 2,
      out: "",
      err: expect.stringMatching(/^error: there is no prompt\nhint: /),
    });
    const { code, out, err } = await claw(at, ["-p", "--output-format", "json"], "");
    expect({ code, err }).toEqual({ code: 2, err: "" });
    expect(lines(out)).toMatchObject([{ type: "result", is_error: true, error: { code: "CLAW_USAGE", kind: "cli_parse" } }]);
    expect(await sessions(at)).toEqual([]);
  });

  test("run > an unknown output format names the nearest", async () => {
    await using at = await place([]);
    expect(await claw(at, ["-p", "hi", "--output-format", "jsn"])).toEqual({
      code: 2,
      out: "",
      err: 'error: unknown output format: jsn\nhint: Did you mean "json"?\n',
    });
  });

  test("run > the environment picks the format, the option wins", async () => {
    await using at = await place([{ text: "one" }, { text: "two" }]);
    expect(lines((await claw(at, ["-p", "hi"], undefined, { CLAW_OUTPUT_FORMAT: "JSON" })).out)).toMatchObject([{ type: "result" }]);
    expect((await claw(at, ["-p", "hi", "--output-format", "text"], undefined, { CLAW_OUTPUT_FORMAT: "json" })).out).toMatch(/^(one|two)\n$/);
  });

  test("run > a provider that fails is exit 1, with the reason", async () => {
    await using at = await place([{ fault: { after: 0, code: "CLAW_PROVIDER_REJECTED" } }]);
    const { code, out, err } = await claw(at, ["-p", "hi"]);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(/^error: /);
  });

  test("run > 5 MB reach a slow reader whole", async () => {
    await using at = await place([{ text: "0123456789abcde\n".repeat(327_680) }]);
    expect((await shell(at, "$CLAW -p hi | (sleep 0.5; wc -c)")).out.trim()).toBe("5242880");
  });

  test("run > a reader that leaves ends the run quietly, and the session is kept", async () => {
    await using at = await place([{ text: "0123456789abcde\n".repeat(327_680) }]);
    expect(await shell(at, "$CLAW -p hi | head -c 4; echo :$" + "{PIPESTATUS[0]}")).toEqual({ code: 0, out: "0123:0\n", err: "" });
    expect(await sessions(at)).toEqual([expect.stringContaining("0123456789abcde")]);
  });

  test.skipIf(process.platform !== "linux")("run > a full disk behind stdout is said, and is exit 1", async () => {
    await using at = await place([{ text: "lost" }]);
    expect(await shell(at, "$CLAW -p hi > /dev/full")).toMatchObject({
      code: 1,
      err: expect.stringContaining("error: stdout cannot be written: ENOSPC\n"),
    });
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("run > %s ends the turn, keeps the session, and is exit %d", async (signal, expected) => {
    await using at = await place([{ fault: { after: 0, hang: true } }]);
    const child = spawn(at, ["-p", "hi", "--output-format", "stream-json"]);
    await child.stdin.end();
    const reader = child.stdout.getReader();
    // `init` comes when the request goes out.
    expect(new TextDecoder().decode((await reader.read()).value)).toContain('"init"');
    child.kill(signal);
    expect(await child.exited).toBe(expected);
    expect(await sessions(at)).toEqual([expect.stringContaining('"hi"')]);
  });

  test("run > a session goes on with -c, by its id, and in a copy; --no-session keeps nothing", async () => {
    await using at = await place([{ text: "one" }, { text: "two" }, { text: "three" }, { text: "four" }]);
    const id = "11111111-2222-4333-8444-555555555555";
    const result = async (...args: string[]) => lines((await claw(at, ["-p", ...args, "--output-format", "json"])).out)[0];
    expect(await result("hi", "--session-id", id)).toMatchObject({ session_id: id, is_error: false });
    expect(await result("-c", "more")).toMatchObject({ session_id: id, is_error: false });
    expect(await result("-r", id.slice(0, 8), "more")).toMatchObject({ session_id: id, is_error: false });
    const copy = await result("-r", "latest", "--fork", "more");
    expect(copy).toMatchObject({ is_error: false });
    expect(copy?.["session_id"]).not.toBe(id);
    expect(await sessions(at)).toHaveLength(2);
    await result("hi", "--no-session");
    expect(await sessions(at)).toHaveLength(2);
    expect(await result("-r", "99999999", "more")).toMatchObject({ is_error: true, error: { code: "CLAW_SESSION_MISSING" } });
  }, 20_000);
});
