// The first run without credentials on the built binary: a key to keep, a local server, the demo.
import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { idle, sitDown } from "../support/sitting.ts";

const MINUTE = 60_000;
const NONE = { ANTHROPIC_API_KEY: "", ANTHROPIC_BASE_URL: "", OLLAMA_HOST: "127.0.0.1:1" };

test(
  "first run > without credentials it offers to keep a key, which only its owner can read",
  async () => {
    await using at = await sitDown([{ text: "With the key." }]);
    mkdirSync(join(at.scratch.home, ".claw"));
    // Nobody's real keychain.
    writeFileSync(join(at.scratch.home, ".claw", "settings.json"), '{ "plugins": { "@claw/frontend-repl": { "keychain": false } } }');
    const claw = at.start([], { env: NONE });
    await claw.shows("1. Store an API key");
    claw.write("1");
    await claw.shows("It is not shown");
    claw.write("sk-ant-secret");
    await claw.shows("•••");
    claw.write("\r");
    await claw.shows("credentials.json");
    await claw.shows(idle);
    expect(claw.written).not.toContain("sk-ant-secret");
    const path = join(at.scratch.home, ".claw", "credentials.json");
    expect([existsSync(path), statSync(path).mode & 0o777]).toEqual([true, 0o600]);
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({ anthropic: { apiKey: "sk-ant-secret" } });
    claw.write("\x04");
    expect(await claw.exited).toBe(0);
    const keyed = at.start(["hello there"], { env: { ANTHROPIC_API_KEY: "" } });
    await keyed.shows("With the key.");
    expect(at.mock.requests[0]?.headers["x-api-key"]).toBe("sk-ant-secret");
  },
  MINUTE,
);

const KEYRING = ["dbus-run-session", "gnome-keyring-daemon"].every((name) => Bun.which(name) !== null);
test.skipIf(!KEYRING)(
  "first run > where the system has a keychain the key is there, in no file, and the next start finds it",
  async () => {
    await using at = await sitDown([{ text: "With the key." }]);
    const { binary, home } = at.scratch;
    const line = `echo pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; "$0"; ANTHROPIC_BASE_URL="$MOCK" "$0" "hello there"`;
    const claw = at.start([], {
      argv: ["dbus-run-session", "--", "sh", "-c", line, binary],
      env: { ...NONE, XDG_RUNTIME_DIR: home, MOCK: at.mock.url },
    });
    await claw.shows("kept in the keychain of your system");
    claw.write("1");
    await claw.shows("It is not shown");
    claw.write("sk-ant-secret\r");
    await claw.shows("The key for anthropic is in the keychain of your system.");
    await claw.shows(idle);
    expect(JSON.parse(readFileSync(join(home, ".claw", "credentials.json"), "utf8"))).toEqual({ anthropic: { keychain: true } });
    claw.write("\x04");
    await claw.shows("With the key.");
    expect(at.mock.requests[0]?.headers["x-api-key"]).toBe("sk-ant-secret");
    expect(claw.written).not.toContain("sk-ant-secret");
  },
  MINUTE,
);

test(
  "first run > a server of Ollama's that is found answers at once, and is in the settings",
  async () => {
    const frames = [
      { id: "c", choices: [{ index: 0, delta: { content: "Said locally." }, finish_reason: null }] },
      { id: "c", choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
    ];
    const events = [...frames.map((frame) => JSON.stringify(frame)), "[DONE]"].map((data) => `data: ${data}\n\n`).join("");
    const models = [{ name: "small:1b", model: "small:1b" }];
    await using server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch({ url }) {
        const { pathname } = new URL(url);
        if (pathname === "/api/tags") return Response.json({ models });
        if (pathname.endsWith("/chat/completions")) return new Response(events, { headers: { "content-type": "text/event-stream" } });
        return new Response("", { status: 404 });
      },
    });
    await using at = await sitDown([]);
    // Left to itself, claw would take a server that the environment names without asking.
    const claw = at.start(["--settings", '{"provider":"anthropic"}'], { env: { ...NONE, OLLAMA_HOST: `127.0.0.1:${server.port}` } });
    const rows = (await claw.shows("Use the local server")).join("\n");
    claw.write(/(\d)\. Use the local server/.exec(rows)?.[1] ?? "");
    await claw.shows("Using small:1b of ollama");
    await claw.shows(idle);
    claw.write("hello\r");
    await claw.shows("Said locally.");
    const settings = JSON.parse(readFileSync(join(at.scratch.home, ".claw", "settings.json"), "utf8"));
    expect(JSON.stringify(settings)).toContain("small:1b");
  },
  MINUTE,
);

test(
  "first run > later leaves the prompt, and an input then says what is missing",
  async () => {
    await using at = await sitDown([]);
    const claw = at.start([], { env: NONE });
    const rows = (await claw.shows("Later")).join("\n");
    claw.write(/(\d)\. Later/.exec(rows)?.[1] ?? "");
    await claw.shows(idle);
    claw.write("hello\r");
    await claw.shows(/error: .*credentials/);
    await claw.shows(idle);
  },
  MINUTE,
);
