// The web tools on the built binary: pages in threads of their own, PDF, search, TLS, and what is refused whatever the mode.
import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import type { Reply } from "../mock/mock.ts";
import { createScratch } from "../support/binary.ts";

const fixtures = join(import.meta.dir, "..", "mock", "fixtures");
const article = `<html><head><title>Release notes</title></head><body><nav>Menu</nav><article><p>${"Version 4 is out, with commas, and more. ".repeat(10)}</p>
<pre><code class="language-sh">claw --version</code></pre></article></body></html>`;
const hits: string[] = [];
const serve = (request: Request): Response => {
  const { pathname, search } = new URL(request.url);
  hits.push(`${request.method} ${pathname}${search}`);
  if (pathname === "/search")
    return new Response('<a class="result__a" href="https://found.example/">Found it</a><a class="result__snippet" href="#">In words</a>');
  if (pathname === "/meta") return Response.redirect("http://169.254.169.254/latest/meta-data/", 302);
  if (pathname === "/paper.pdf") return new Response(pdf("A paper on paper"), { headers: { "content-type": "application/pdf" } });
  if (pathname === "/hook") return Response.json({ queued: true });
  return new Response(article, { headers: { "content-type": "text/html" } });
};
const plain = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: serve });
const tls = { key: Bun.file(join(fixtures, "localhost.key")), cert: Bun.file(join(fixtures, "localhost.crt")) };
const secure = Bun.serve({ hostname: "127.0.0.1", port: 0, tls, fetch: serve });
const scratch = await createScratch();
scratch.settings({ web: { allowHosts: [`127.0.0.1:${plain.port}`, `localhost:${secure.port}`] } });
afterAll(async () => {
  await scratch[Symbol.asyncDispose]();
  await Promise.all([plain.stop(true), secure.stop(true)]);
});

/** One turn in which the model makes these calls; what each gave back. */
async function results(
  calls: readonly (readonly [tool: string, input: object])[],
  words: readonly string[] = [],
  env = {},
): Promise<readonly string[]> {
  const blocks = calls.map(([tool, input]) => ({ type: "call" as const, tool, input }));
  const replies: Reply[] = [{ blocks: blocks as NonNullable<Reply["blocks"]> }, { text: "fine" }];
  scratch.serve({ replies });
  const { out, err, code } = await scratch.ask(["-p", "hi", "--output-format", "json", ...words], {
    env: { ANTHROPIC_API_KEY: "sk-test-0123456789", ...env },
  });
  expect({ err, code }).toEqual({ err: "", code: 0 });
  return (JSON.parse(out) as { tool_results: { output: string }[] }).tool_results.map(({ output }) => output);
}

test("WebFetch > a page, a PDF and a page over TLS are read in the default mode", async () => {
  const read = await results(
    [
      ["WebFetch", { url: `http://127.0.0.1:${plain.port}/notes`, prompt: "What is new?" }],
      ["WebFetch", { url: `http://127.0.0.1:${plain.port}/paper.pdf` }],
      ["WebFetch", { url: `https://localhost:${secure.port}/notes` }],
    ],
    [],
    { NODE_EXTRA_CA_CERTS: join(fixtures, "localhost.crt") },
  );
  expect(read[0]).toStartWith("# Release notes\n\nVersion 4 is out");
  expect(read[0]).toEndWith("```sh\nclaw --version\n```");
  expect(read[1]).toBe("[page 1 of 1]\nA paper on paper");
  expect(read[2]).toBe(read[0]!);
}, 60_000);

test("WebFetch > a certificate nobody vouches for, metadata, loopback and other schemes are refused in the freest mode too", async () => {
  const urls = [
    `https://localhost:${secure.port}/notes`,
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/",
    `http://127.0.0.1:${secure.port}/`,
    "http://[::ffff:127.0.0.1]/",
    "file:///etc/passwd",
    `http://127.0.0.1:${plain.port}/?key=sk-test-0123456789`,
  ];
  hits.length = 0;
  const read = await results(
    urls.map((url) => ["WebFetch", { url }] as const),
    ["--permission-mode", "danger-full-access"],
  );
  const reasons = [
    "certificate is not valid",
    "metadata service",
    "metadata service",
    "this machine itself",
    "this machine itself",
    "Only http and https",
    "ANTHROPIC_API_KEY",
  ];
  for (const [index, reason] of reasons.entries()) expect(read[index]).toContain(reason);
  expect(hits).toEqual([]);
  expect((await results([["WebFetch", { url: `http://127.0.0.1:${plain.port}/meta` }]]))[0]).toContain(
    "redirects to another host: http://169.254.169.254/",
  );
}, 60_000);

test("WebSearch > asks the address of the environment; RemoteTrigger > wants to be allowed", async () => {
  hits.length = 0;
  const url = `http://127.0.0.1:${plain.port}/hook`;
  const env = { CLAWD_WEB_SEARCH_BASE_URL: `http://127.0.0.1:${plain.port}/search` };
  const calls = [
    ["WebSearch", { query: "find it" }],
    ["RemoteTrigger", { url, method: "POST", body: "{}" }],
  ] as const;
  const read = await results(calls, ["--allowedTools", "RemoteTrigger"], env);
  expect(read[0]).toBe("1. Found it\n   https://found.example/\n   In words");
  expect(read[1]).toContain('HTTP 200 OK\ncontent-type: application/json;charset=utf-8\n\n{"queued":true}');
  expect(hits.sort()).toEqual(["GET /search?q=find+it", "POST /hook"]);
  expect((await results([calls[1]]))[0]).toContain("RemoteTrigger");
  expect(hits).toHaveLength(2);
}, 60_000);

/** The least PDF with one line of text. */
function pdf(line: string): string {
  const stream = `BT /F1 24 Tf 72 720 Td (${line}) Tj ET`;
  const font = "<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>";
  return `%PDF-1.4
1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj
2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj
3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources ${font} >> endobj
4 0 obj << /Length ${stream.length} >>
stream
${stream}
endstream endobj
trailer << /Size 5 /Root 1 0 R >>
%%EOF`;
}
