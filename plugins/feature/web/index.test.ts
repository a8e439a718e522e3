import { expect, test } from "bun:test";
import { defineTool } from "claw";
import { plainAddress, Web } from "claw/kit";
import { createHarness, pluginContract } from "claw/testing";
import * as v from "valibot";
import { proxyFor } from "./proxy.ts";

pluginContract(import.meta.dir);

/** A tool that fetches what it is told to, as any other may. */
const fetcher = {
  setup({ contribute }: { contribute(kind: "tool", tool: ReturnType<typeof defineTool>): unknown }) {
    contribute(
      "tool",
      defineTool({
        name: "fetch",
        description: "Fetches an address.",
        input: v.strictObject({ url: v.string() }),
        access: () => "none",
        subject: ({ url }) => url,
        run: async ({ url }, scope) => {
          const { status, bytes } = await (await scope.use(Web)).fetch({ url }, scope);
          return { content: [{ type: "text", text: `${status} ${new TextDecoder().decode(bytes)}` }] };
        },
      }),
    );
  },
};

test("web > the user's settings name exceptions, a project's do not", async () => {
  await using server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("here") });
  const web = { allowHosts: [`127.0.0.1:${server.port}`] };
  const url = `http://127.0.0.1:${server.port}/`;
  await using named = await createHarness({ plugins: ["feature/web", fetcher], config: { web } });
  expect((await named.call("fetch", { url })).content).toEqual([{ type: "text", text: "200 here" }]);
  const files = { ".claw/settings.json": JSON.stringify({ web }) };
  await using unnamed = await createHarness({ plugins: ["feature/web", fetcher], files });
  const refused = await unnamed.call("fetch", { url });
  expect({ failed: refused.failed, text: JSON.stringify(refused.content) }).toEqual({
    failed: true,
    text: expect.stringContaining("this machine itself"),
  });
  await using trusted = await createHarness({ plugins: ["feature/web", fetcher], files, options: { trust: true } });
  expect((await trusted.call("fetch", { url })).failed ?? false).toBe(false);
});

test("web > a setting of the wrong form is an error that names file, line and key", async () => {
  await using harness = await createHarness({ plugins: ["feature/web", fetcher], config: { web: { allowHost: ["x"] } } });
  const result = await harness.call("fetch", { url: "https://example.com" });
  expect(JSON.stringify(result.content)).toMatch(/settings\.json:\d+: web\.allowHost/);
});

test("plainAddress > gives an address the one form it is asked in", () => {
  expect(plainAddress(" HTTPS://Example.COM/%7ea#frag ")).toBe("https://example.com/%7ea");
  expect(plainAddress("https://аpple.com")).toBe("https://xn--pple-43d.com/");
  expect(plainAddress("nothing")).toBeUndefined();
});

test("proxyFor > takes what curl takes", () => {
  const url = new URL("https://api.example.com/x");
  expect(proxyFor(url, { HTTPS_PROXY: "http://p:1" })).toBe("http://p:1");
  expect(proxyFor(url, { HTTPS_PROXY: "p:1", https_proxy: "q:2" })).toBe("http://q:2");
  expect(proxyFor(url, { ALL_PROXY: "http://p:1" })).toBe("http://p:1");
  for (const env of [{}, { HTTP_PROXY: "http://p:1" }, { ALL_PROXY: "socks5://p:1" }]) expect(proxyFor(url, env)).toBeUndefined();
  for (const NO_PROXY of ["*", "example.com", ".example.com", "*.example.com", "x, api.example.com:443"]) {
    expect(proxyFor(url, { HTTPS_PROXY: "p:1", NO_PROXY })).toBeUndefined();
  }
  for (const NO_PROXY of ["ple.com", "api.example.com:80", "", "other"]) expect(proxyFor(url, { HTTPS_PROXY: "p:1", NO_PROXY })).toBe("http://p:1");
});
