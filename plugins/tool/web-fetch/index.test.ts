import { afterAll, expect, test } from "bun:test";
import type { Request, ToolResult } from "claw";
import { createHarness, type Harness, type HarnessOptions, pluginContract, says, toolContract } from "claw/testing";

const long = Array.from({ length: 2_000 }, (_, index) => `line ${index} 😀😀`).join("\n");
const article = `<html><head><title>A page</title></head><body><nav>Menu</nav><article><p>${"Real text, with commas, and more of it. ".repeat(8)}</p></article></body></html>`;
const hits = new Map<string, number>();
const typed = (body: string | Uint8Array<ArrayBuffer>, type: string, status = 200): Response =>
  new Response(body, { status, headers: { "content-type": type } });
const pages: Readonly<Record<string, () => Response>> = {
  "/article": () => typed(article, "text/html; charset=utf-8"),
  "/long": () => typed(long, "text/plain"),
  "/json": () => typed('{"a":[1,2]}', "application/json"),
  "/image": () => typed(new Uint8Array([1, 0, 2]), "image/png"),
  "/latin": () => typed(new Uint8Array([0x63, 0x61, 0x66, 0xe9]), "text/plain; charset=iso-8859-1"),
  "/pdf": () => typed(pdf("Hello from a PDF"), "application/pdf"),
  "/empty": () => typed("<html><body><div id=app></div><script>x</script></body></html>", "text/html"),
  "/missing": () => typed(`<html><title>Gone</title><body><p>Nothing here, sorry.</p></body></html>`, "text/html", 404),
  "/hop": () => Response.redirect("/article", 302),
  "/away": () => Response.redirect("http://169.254.169.254/latest/meta-data/", 302),
  "/deep": () => typed(`<html><body>${"<div>".repeat(60_000)}the words</body></html>`, "text/html"),
};
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch(request) {
    const { pathname } = new URL(request.url);
    hits.set(pathname, (hits.get(pathname) ?? 0) + 1);
    return pages[pathname]?.() ?? new Response("?", { status: 500 });
  },
});
afterAll(() => server.stop(true));
const host = `127.0.0.1:${server.port}`;
const at = (path: string): string => `http://${host}${path}`;
const text = ({ content }: ToolResult): string => content.map((block) => (block.type === "text" ? block.text : block.type)).join("");
const harness = (config: object = {}, more: Partial<HarnessOptions> = {}): Promise<Harness> =>
  createHarness({
    plugins: ["tool/web-fetch", "feature/web"],
    answers: Array.from({ length: 50 }, () => "yes"),
    config: { web: { allowHosts: [host] }, ...config },
    ...more,
  });

pluginContract(import.meta.dir);
{
  await using on = await harness();
  toolContract(await on.host.get("tool", "WebFetch"), {
    valid: [{ url: "https://example.com" }, { url: "https://example.com", prompt: "What is it?", offset: 10 }],
    invalid: [{}, { url: "" }, { url: 1 }, { url: "https://example.com", offset: -1 }, { url: "https://example.com", method: "POST" }],
  });
}

test("WebFetch > gives the main content of a page under its title, and asks once in 15 minutes", async () => {
  await using on = await harness();
  const first = await on.call("WebFetch", { url: at("/article#part"), prompt: "What does it say?" });
  expect(text(first)).toBe(`# A page\n\n${"Real text, with commas, and more of it. ".repeat(8).trim()}`);
  expect(first.details).toMatchObject({ url: at("/article"), title: "A page", status: 200, type: "text/html", cached: false });
  const again = await on.call("WebFetch", { url: at("/article") });
  expect(text(again)).toBe(text(first));
  expect({ hits: hits.get("/article"), details: again.details }).toMatchObject({ hits: 1, details: { cached: true } });
  expect((await on.call("WebFetch", { url: at("/hop") })).details).toMatchObject({ url: at("/article") });
});

test("WebFetch > a long page is cut at a line with its offset, and the parts are the page", async () => {
  await using on = await harness({ plugins: { "@claw/tool-web-fetch": { characters: 5_001 } } });
  let whole = "";
  let offset = 0;
  for (let part = 0; part < 20; part++) {
    const said = text(await on.call("WebFetch", { url: at("/long"), offset }));
    expect(said.isWellFormed()).toBe(true);
    const note = /\n\[characters (\d+) to (\d+) of (\d+); read on with offset (\d+)\]$/.exec(said);
    whole += `${note === null ? said : said.slice(0, note.index)}\n`;
    if (note === null) break;
    expect(Number(note[3])).toBe(long.length);
    offset = Number(note[4]);
  }
  expect(whole.trimEnd()).toBe(long);
  expect(hits.get("/long")).toBe(1);
  expect(text(await on.call("WebFetch", { url: at("/long"), offset: 10_000_000 }))).toContain(`has ${long.length} characters`);
  expect(text(await on.call("WebFetch", { url: at("/long"), offset: 8 })).startsWith("😀")).toBe(true);
});

test("WebFetch > JSON, other character sets and PDF come as text; images, failures and empty pages are said", async () => {
  await using on = await harness();
  expect(text(await on.call("WebFetch", { url: at("/json") }))).toBe('{"a":[1,2]}');
  expect(text(await on.call("WebFetch", { url: at("/latin") }))).toBe("café");
  expect(text(await on.call("WebFetch", { url: at("/pdf") }))).toBe("[page 1 of 1]\nHello from a PDF");
  expect(text(await on.call("WebFetch", { url: at("/empty") }))).toContain("may need JavaScript");
  const image = await on.call("WebFetch", { url: at("/image") });
  expect({ failed: image.failed, text: text(image) }).toEqual({ failed: true, text: expect.stringContaining("image/png (3 bytes)") });
  const missing = await on.call("WebFetch", { url: at("/missing") });
  expect({ failed: missing.failed, text: text(missing) }).toEqual({
    failed: true,
    text: `HTTP 404 from ${at("/missing")}\n# Gone\n\nNothing here, sorry.`,
  });
}, 20_000);

test("WebFetch > a redirect to another host is said, not followed; private addresses are refused whatever permission says", async () => {
  await using on = await harness({ permissions: { allow: ["WebFetch"] } });
  const away = await on.call("WebFetch", { url: at("/away") });
  expect(text(away)).toStartWith(`${at("/away")} redirects to another host: http://169.254.169.254/latest/meta-data/`);
  for (const url of ["http://169.254.169.254/latest/meta-data/", `http://127.0.0.1:${server.port! + 1}/`, "http://[::1]/", "http://localhost/"]) {
    const refused = await on.call("WebFetch", { url });
    expect({ url, failed: refused.failed, text: text(refused) }).toEqual({ url, failed: true, text: expect.stringContaining("not fetched") });
  }
  expect(text(await on.call("WebFetch", { url: "file:///etc/passwd" }))).toContain("Only http and https");
});

test("WebFetch > a page no reader can make sense of comes as its words", async () => {
  await using on = await harness({ plugins: { "@claw/tool-web-fetch": { convertMs: 1_000 } } });
  expect(text(await on.call("WebFetch", { url: at("/deep") }))).toBe("the words\n[the page's structure could not be read: these are its words]");
}, 30_000);

test("WebFetch > the small model answers the prompt and keeps the page out of the session; without it, or when it fails, the page comes", async () => {
  const asked: Request[] = [];
  const small = (request: Request) => {
    asked.push(request);
    return says("It says: real text.");
  };
  await using on = await harness({ smallModel: "tiny" }, { script: [small] });
  const answered = await on.call("WebFetch", { url: at("/article"), prompt: "What does it say?" });
  expect({ text: text(answered), details: answered.details }).toMatchObject({
    text: "It says: real text.",
    details: { model: "tiny", usage: { output: 5 } },
  });
  expect(asked[0]).toMatchObject({ model: { id: "tiny" }, tools: [] });
  expect(JSON.stringify(asked[0]?.messages)).toMatch(/Real text.*The question: What does it say\?/);
  expect(text(await on.call("WebFetch", { url: at("/article") }))).toStartWith("# A page");
  await using failing = await harness({ smallModel: "tiny" }, { script: [{ fails: "CLAW_PROVIDER_UNAVAILABLE" }] });
  expect(text(await failing.call("WebFetch", { url: at("/article"), prompt: "?" }))).toMatch(
    /^# A page[\s\S]*\[the small model could not be asked \(.*\): this is the page\]$/,
  );
  const files = { ".claw/settings.json": '{ "smallModel": "theirs" }' };
  await using untrusted = await harness({}, { files });
  expect(text(await untrusted.call("WebFetch", { url: at("/article"), prompt: "?" }))).toStartWith("# A page");
});

test("WebFetch > a domain rule decides by the host that is asked", async () => {
  const permissions = { deny: ["WebFetch(domain:127.0.0.1)"] };
  await using on = await harness(
    { permissions },
    { plugins: ["tool/web-fetch", "feature/web", "feature/permissions", "feature/shell", "feature/workspace"] },
  );
  const before = hits.get("/article");
  for (const url of [at("/article"), `http://0x7f000001:${server.port}/article`]) {
    expect(text(await on.call("WebFetch", { url }))).toContain("denied by rule");
  }
  expect(hits.get("/article")).toBe(before);
});

test("WebFetch > its description and schema are small", async () => {
  await using on = await harness();
  await on.submit("hi");
  expect(Buffer.byteLength(JSON.stringify(on.requests[0]?.tools))).toBeLessThan(700);
});

/** The least PDF with one line of text. */
function pdf(line: string): Uint8Array<ArrayBuffer> {
  const stream = `BT /F1 24 Tf 72 720 Td (${line}) Tj ET`;
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ];
  let body = "%PDF-1.4\n";
  const offsets = objects.map((object, index) => {
    const at = body.length;
    body += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  return new TextEncoder().encode(
    `${body}xref\n0 6\n0000000000 65535 f \n${table}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n${body.length}\n%%EOF`,
  );
}
