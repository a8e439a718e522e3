// Logging in at a real authorization server on loopback; the test is the person's browser.
import { afterAll, describe, expect, test } from "bun:test";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Mcp } from "claw/kit";
import type { Harness } from "claw/testing";
import { serveIssuer } from "./testing/issuer.ts";
import { notices, said, scopeOf, serve, start, stopServers } from "./testing/session.ts";

afterAll(stopServers);
const env = { PATH: "" };
/** Where the person is told to go, once they are. */
async function told(harness: Harness): Promise<URL> {
  const found = Promise.withResolvers<URL>();
  const look = (text: string): void => {
    const [, url] = /^To log in to far, open (\S+)$/.exec(text) ?? [];
    if (url !== undefined) found.resolve(new URL(url));
  };
  using _ = harness.host.bus.on("notice.raised", ({ data }) => look(data.text));
  for (const text of notices(harness)) look(text);
  return await found.promise;
}
async function login(harness: Harness, browse: (url: URL) => Promise<unknown> = (url) => fetch(url)): Promise<string> {
  const service = await harness.host.use(Mcp);
  const work = service.login("far", await scopeOf(harness)).then(
    (issuer) => issuer,
    (error: Error) => `failed: ${error.message}`,
  );
  await Promise.race([work, told(harness).then(browse)]);
  return work;
}

describe("login", () => {
  test("brings a token that is kept for the user alone, sent to that server, and renewed when it is refused", async () => {
    using issuer = serveIssuer();
    const url = await serve("--http", "--issuer", issuer.url);
    await using harness = await start({ far: { url } }, { env });
    await harness.submit("hello");
    expect(notices(harness).join("\n")).toContain("or log in: claw mcp login NAME");
    writeFileSync(join(harness.home, "credentials.json"), '{"anthropic":{"apiKey":"sk"}}', { mode: 0o600 });
    expect(await login(harness)).toBe(issuer.url);
    const { searchParams } = await told(harness);
    expect(Object.fromEntries(searchParams)).toMatchObject({ code_challenge_method: "S256", resource: url, scope: "all" });
    expect(await said(harness, "mcp__far__echo", { text: "x" })).toBe("test: x");
    const path = join(harness.home, "credentials.json");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const before = JSON.parse(readFileSync(path, "utf8"));
    expect(before).toMatchObject({ anthropic: { apiKey: "sk" }, mcp: { [url]: { clientId: "claw-1", issuer: issuer.url } } });
    issuer.revoke();
    expect(await said(harness, "mcp__far__echo", { text: "y" })).toBe("test: y");
    expect(JSON.parse(readFileSync(path, "utf8")).mcp[url].access).not.toBe(before.mcp[url].access);
    expect(issuer.seen).toEqual(["register 1", `token authorization_code ${url}`, `token refresh_token ${url}`]);
    expect(JSON.stringify(harness.events)).not.toContain(before.mcp[url].access);
    const service = await harness.host.use(Mcp);
    expect(await service.logout("far", await scopeOf(harness))).toBe(true);
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({ anthropic: { apiKey: "sk" }, mcp: {} });
    expect(await service.logout("far", await scopeOf(harness))).toBe(false);
  }, 30_000);

  test("an answer with another state counts for nothing; one from another issuer or a refusal ends it", async () => {
    using issuer = serveIssuer();
    const url = await serve("--http", "--issuer", issuer.url);
    await using harness = await start({ far: { url } }, { env });
    const answer = (more: Record<string, string>) => async (at: URL) => {
      const back = new URL(at.searchParams.get("redirect_uri") ?? "");
      const forged = await fetch(`${back.href}?code=stolen&state=guessed`);
      expect(forged.status).toBe(404);
      const all = { state: at.searchParams.get("state") ?? "", ...more };
      await fetch(`${back.href}?${new URLSearchParams(all)}`);
    };
    expect(await login(harness, answer({ code: "x", iss: "https://evil.example" }))).toBe("failed: the answer came from another issuer");
    await using other = await start({ far: { url } }, { env });
    expect(await login(other, answer({ error: "access_denied" }))).toBe("failed: the login was refused: access_denied");
  }, 30_000);

  test.each([
    ["metadata about another resource", ["--resource", "https://other.example/mcp"], {}, /^failed: its metadata is about another resource/],
    ["an issuer that says it is another", [], { issuer: "https://evil.example" }, /says that it is https:\/\/evil\.example$/],
    ["no PKCE", [], { methods: ["plain"] }, /does not say that it supports PKCE with S256$/],
  ])(
    "%s is refused before anything is sent there",
    async (_, flags, options, message) => {
      using issuer = serveIssuer(options);
      const url = await serve("--http", "--issuer", issuer.url, ...flags);
      await using harness = await start({ far: { url } }, { env });
      expect(await login(harness)).toMatch(message);
      expect(issuer.seen).toEqual([]);
    },
    30_000,
  );

  test("a server that asks for none says so", async () => {
    await using harness = await start({ far: { url: await serve("--http") } }, { env });
    expect(await login(harness)).toMatch(/^failed: it asks for no login \(HTTP \d+\)$/);
  }, 30_000);
});
