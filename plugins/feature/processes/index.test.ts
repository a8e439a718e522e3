import { expect, test } from "bun:test";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { pluginContract } from "claw/testing";
import { marked } from "./group.ts";
import { bash, facts, inCall } from "./testing/call.ts";

pluginContract(import.meta.dir);

test("run > gives stdout and stderr in the order they were written, also through /dev/stdout and /dev/stderr", async () => {
  await inCall(async (processes, scope) => {
    const end = await processes.run(bash("echo a; echo b >&2; echo c > /dev/stderr; echo d | tee /dev/stdout; exit 3", scope), scope);
    expect(facts(end)).toEqual({ code: 3, signal: null, timedOut: false, aborted: false, output: "a\nb\nc\nd\nd\n", bytes: 10 });
  });
});

test("run > stdin is empty unless given, and stderr is kept apart when asked", async () => {
  await inCall(async (processes, scope) => {
    expect((await processes.run(bash("cat; echo end", scope), scope)).output).toBe("end\n");
    const end = await processes.run(bash("cat; echo no >&2", scope, { stdin: "in", apart: true }), scope);
    expect([end.output, end.stderr]).toEqual(["in", "no\n"]);
  });
});

test("run > a time limit ends grandchildren too, whatever they ignore, and keeps what was written", async () => {
  await inCall(async (processes, scope) => {
    const stubborn = "bash -c 'trap \"\" TERM; echo deep; while :; do sleep 100; done' & sleep 100";
    const end = await processes.run(bash(`echo before; ${stubborn}`, scope, { timeoutMs: 500 }), scope);
    expect(facts(end)).toEqual({ code: null, signal: "SIGTERM", timedOut: true, aborted: false, output: "before\ndeep\n", bytes: 12 });
    expect(await marked("CLAW_RUN", processes.environment(scope)["CLAW_RUN"] ?? "")).toEqual([]);
  });
}, 20_000);

test("run > 500 sleeping children are gone after the limit", async () => {
  await inCall(async (processes, scope) => {
    const options = bash("for i in $(seq 500); do sleep 300 & done; echo all; wait", scope, { timeoutMs: 5_000 });
    const end = await processes.run(options, scope);
    expect([end.timedOut, end.output]).toEqual([true, "all\n"]);
    expect(await marked("CLAW_RUN", processes.environment(scope)["CLAW_RUN"] ?? "")).toEqual([]);
  });
}, 30_000);

test("run > a background child that holds stdout neither hangs the call nor survives it", async () => {
  await inCall(async (processes, scope) => {
    const end = await processes.run(bash("sleep 300 & echo started", scope), scope);
    expect([end.code, end.output]).toEqual([0, "started\n"]);
    expect(end.ms).toBeLessThan(10_000);
    expect(await marked("CLAW_RUN", processes.environment(scope)["CLAW_RUN"] ?? "")).toEqual([]);
  });
}, 20_000);

test("run > waits for what is just finishing, as tee in a process substitution", async () => {
  await inCall(async (processes, scope) => {
    expect((await processes.run(bash("exec > >(sleep 0.1; cat); echo late", scope), scope)).output).toBe("late\n");
  });
});

test("run > abort ends it at once, and nothing runs under an aborted signal", async () => {
  await inCall(async (processes, scope, harness) => {
    // It would take five minutes.
    const end = await processes.run(bash("echo up; sleep 300", scope, { onOutput: () => harness.shell.abort("test") }), scope);
    expect(facts(end)).toEqual({ code: null, signal: "SIGTERM", timedOut: false, aborted: true, output: "up\n", bytes: 3 });
    const never = await processes.run(bash("echo no", scope), scope);
    expect(facts(never)).toEqual({ code: null, signal: null, timedOut: false, aborted: true, output: "", bytes: 0 });
  });
}, 20_000);

test("run > 200 MB go by with flat memory, head and tail kept, the whole in a private file", async () => {
  await inCall(async (processes, scope) => {
    await processes.run(bash("yes | head -c 20000000", scope), scope);
    const before = process.memoryUsage.rss();
    let peak = 0;
    const tails: string[] = [];
    const onTail = (tail: string): void => {
      tails.push(tail);
      peak = Math.max(peak, process.memoryUsage.rss());
    };
    const end = await processes.run(bash("yes | head -c 200000000; echo the end", scope, { onTail }), scope);
    expect(Math.max(peak, process.memoryUsage.rss()) - before).toBeLessThan(100_000_000);
    expect(end.bytes).toBe(200_000_008);
    expect(statSync(end.spill ?? "").size).toBe(200_000_008);
    expect(statSync(end.spill ?? "").mode & 0o777).toBe(0o600);
    expect(end.output.startsWith("y\ny\n")).toBe(true);
    expect(end.output.endsWith("y\nthe end\n")).toBe(true);
    expect(end.output).toContain(`bytes left out here; the whole is in ${end.spill}`);
    expect(Buffer.byteLength(end.output)).toBeLessThan(30_200);
    expect(tails.length).toBeLessThanOrEqual(end.ms / 100 + 1);
  });
}, 60_000);

test("run > bytes 00 to FF become well-formed text without NUL, and stay what they are in the file", async () => {
  await inCall(async (processes, scope) => {
    const line = `printf "$(printf '\\\\x%02x' {0..255})"`;
    let live = "";
    const end = await processes.run(
      bash(line, scope, {
        keep: 100,
        onOutput: (text) => {
          live += text;
        },
      }),
      scope,
    );
    expect([end.bytes, end.output.isWellFormed(), live.isWellFormed()]).toEqual([256, true, true]);
    expect(`${end.output}${live}`).not.toContain("\0");
    expect([...readFileSync(end.spill ?? "")]).toEqual(Array.from({ length: 256 }, (_, index) => index));
  });
});

test("run > the file stops at its limit, and says so", async () => {
  const config = { plugins: { "@claw/feature-processes": { spillBytes: 50_000 } } };
  await inCall(
    async (processes, scope) => {
      const end = await processes.run(bash("seq 100000", scope), scope);
      expect(statSync(end.spill ?? "").size).toBe(50_000);
      expect(end.output).toContain(`the first 50,000 bytes are in ${end.spill}`);
      expect(end.output.endsWith("99999\n100000\n")).toBe(true);
    },
    { config },
  );
});

test("run > what cannot be started is an error that says why", async () => {
  await inCall(async (processes, scope) => {
    const cwd = join(scope.session.cwd, "gone");
    const code = "CLAW_TOOL_FAILED";
    await expect(processes.run({ argv: ["true"], cwd }, scope)).rejects.toMatchObject({
      code,
      message: `The folder ${cwd} does not exist.`,
    });
    const missing = processes.run({ argv: ["no-such-program"], cwd: scope.session.cwd }, scope);
    await expect(missing).rejects.toMatchObject({ code, message: expect.stringContaining("no-such-program") });
  });
});

test("environment > keeps claw's own secrets from children and leaves the user's alone", async () => {
  const own = {
    ANTHROPIC_API_KEY: "1", ANTHROPIC_AUTH_TOKEN: "1", ANTHROPIC_CUSTOM_HEADERS: "1", OPENAI_API_KEY: "1", GEMINI_API_KEY: "1", GOOGLE_API_KEY: "1",
    XAI_API_KEY: "1", DASHSCOPE_API_KEY: "1", OPENROUTER_API_KEY: "1", DEEPSEEK_API_KEY: "1", GROQ_API_KEY: "1", MISTRAL_API_KEY: "1",
  }; // biome-ignore format: rows
  const users = {
    PATH: process.env["PATH"] ?? "",
    HOME: "/somewhere",
    GH_TOKEN: "2",
    NPM_TOKEN: "2",
    SSH_AUTH_SOCK: "2",
    GIT_ASKPASS: "2",
    GOOGLE_APPLICATION_CREDENTIALS: "2",
    ANTHROPIC_MODEL: "2",
  };
  await inCall(
    async (processes, scope) => {
      const seen = processes.environment(scope);
      expect(seen).toEqual({ ...users, CLAW_RUN: seen["CLAW_RUN"] ?? "" });
      expect(seen["CLAW_RUN"]).toMatch(/^[0-9a-f]{16}\./);
      const { output } = await processes.run({ argv: ["env", "-0"], cwd: scope.session.cwd }, scope);
      const inChild = Object.fromEntries(
        output
          .split("\ufffd")
          .filter(Boolean)
          .map((line) => line.split(/=(.*)/s).slice(0, 2)),
      );
      expect(inChild).toEqual(seen);
    },
    { env: { ...own, ...users } },
  );
});
