import { expect, test } from "bun:test";
import { toMarkdown } from "./markdown.ts";
import { createThreads } from "./threads.ts";

const words = "Words that are long enough to count as an article, with commas, clauses, and all that readers look for in a text.";
const markdown = (body: string, head = ""): string =>
  toMarkdown(`<!doctype html><html><head>${head}</head><body>${body}</body></html>`, "https://site.example/docs/page").text;

test("toMarkdown > keeps the article and leaves out what is around it or hidden", () => {
  const hidden = ['style="display:none"', "hidden", 'aria-hidden="true"', 'style="color:red;visibility: hidden"']
    .map((how) => `<div ${how}>TRAP</div>`)
    .join("");
  const text = markdown(
    `<header><a href=/>Logo</a></header><nav><a href=/x>Menu</a></nav><article><h1>Guide</h1><p>${words}</p>${hidden}<script>bad()</script><!-- TRAP --><p>${words}</p></article><footer>Imprint</footer>`,
    "<title> The\n guide </title>",
  );
  expect(text).toBe(`${words}\n\n${words}`);
});

test("toMarkdown > makes links whole, drops what leads nowhere, and describes images", () => {
  const links =
    '<a href="../a?x=1&amp;y=2">one</a> <a href="javascript:x()">two</a> <a href="#h">#</a> <a href="/e"> </a> <img src="i.png" alt="A chart"> <img src=/n.png>';
  expect(markdown(`<main><p>${words} ${links}</p></main>`).replace(/ +/g, " ")).toBe(
    `${words} [one](https://site.example/a?x=1&y=2) two ![A chart](https://site.example/docs/i.png)`,
  );
  expect(markdown(`<p>${words} <a href=x>y</a></p>`, '<base href="https://other.example/b/">')).toContain("[y](https://other.example/b/x)");
});

test("toMarkdown > code keeps its lines and language, lists and tables their form, nothing is escaped", () => {
  const body = `<article><p>${words} snake_case *star*</p><pre><code class="language-ts">if (a) {\n  b();\n}\n</code></pre><div class="highlight highlight-source-js"><pre>let x</pre></div><pre>a \`\`\` b</pre>
    <ul><li>one<ol><li>first</li><li>second</li></ol></li><li>two</li></ul><ol start=3><li>three</li></ol>
    <table><tr><th>Name<th>Value</tr><tr><td>a|b</td><td><code>1</code><br>2</td></tr></table><p><del>old</del> H<sub>2</sub>O</p></article>`;
  expect(markdown(body).slice(words.length)).toBe(
    " snake_case *star*\n\n```ts\nif (a) {\n  b();\n}\n```\n\n```js\nlet x\n```\n\n````\na ``` b\n````\n\n" +
      "- one\n  1. first\n  2. second\n- two\n\n3. three\n\n| Name | Value |\n| --- | --- |\n| a\\|b | `1` 2 |\n\n~~old~~ H2O",
  );
});

test("toMarkdown > a page that is no article comes whole, a fragment and nothing too", () => {
  const list = Array.from({ length: 40 }, (_, index) => `<li><a href="/n${index}">Story ${index}</a></li>`).join("");
  expect(markdown(`<nav>Menu</nav><ul>${list}</ul>`)).toStartWith("- [Story 0](https://site.example/n0)\n- [Story 1]");
  expect(toMarkdown("<p>bare", "https://site.example/")).toEqual({ title: "", text: "bare", notes: [] });
  expect(toMarkdown("", "https://site.example/").text).toBe("");
  expect(markdown('<table><tr><td><table role="none"><tr><td>left</td><td>right</td></tr></table></td></tr></table>')).toBe("left\n\nright");
});

test("threads > a page that takes for ever or breaks the parser ends its thread, not claw; an abort too", async () => {
  const threads = createThreads(4_000);
  const deep = { kind: "html", url: "https://site.example/", html: "<div>".repeat(50_000) } as const;
  await expect(threads.convert(deep, new AbortController().signal)).rejects.toMatchObject({ code: "CLAW_TOOL_FAILED" });
  const stop = new AbortController();
  const work = threads.convert(deep, stop.signal);
  stop.abort();
  await expect(work).rejects.toMatchObject({ code: "CLAW_ABORTED" });
  const many = await Promise.all(
    Array.from({ length: 5 }, (_, index) => threads.convert({ ...deep, html: `<p>page ${index}` }, new AbortController().signal)),
  );
  expect(many.map(({ text }) => text)).toEqual(["page 0", "page 1", "page 2", "page 3", "page 4"]);
  await expect(
    threads.convert({ kind: "pdf", bytes: new TextEncoder().encode("%PDF-1.4 not really") }, new AbortController().signal),
  ).rejects.toThrow(/PDF/i);
}, 30_000);
