// A page's main content as Markdown. Runs in a thread: see worker.ts.
import { Readability } from "@mozilla/readability";
import { parseHTML } from "linkedom";
import type TurndownService from "turndown";
// @ts-expect-error The build for browsers has no types of its own. It brings no HTML parser: there is one here already.
import Turndown from "turndown/lib/turndown.browser.es.js";
import { addRules } from "./rules.ts";
import type { Converted } from "./worker.ts";

export function toMarkdown(html: string, url: string): Converted {
  const page = open(html, url);
  const reading = open(html, url);
  const title = oneLine(page.querySelector("title")?.textContent || page.querySelector("h1")?.textContent || "");
  const whole = trimmed(page).length;
  trimmed(reading);
  const article = new Readability(reading as unknown as ReadabilityDocument, { keepClasses: true, serializer: (node) => node }).parse();
  const found = article?.content as unknown as Element | undefined;
  // Lists of links, tables and references are no article: what would lose most of a page is not used.
  const content = found !== undefined && (found.textContent ?? "").trim().length > whole / 3 ? found : bodyOf(page);
  const converter = new Turndown({
    headingStyle: "atx",
    codeBlockStyle: "fenced",
    bulletListMarker: "-",
    hr: "---",
    emDelimiter: "*",
  }) as TurndownService;
  addRules(converter);
  const text = converter
    .turndown(content as unknown as TurndownService.Node)
    .replace(/[ \t]+$/gm, "")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
  return { title, text, notes: [] };
}

// --- internal ---

type ReadabilityDocument = ConstructorParameters<typeof Readability>[0];
type Document = ReturnType<typeof parseHTML>["document"];
type Element = NonNullable<ReturnType<Document["querySelector"]>>;

/** Never shown to a reader. What is hidden on purpose is most often a trap for machines. */
const UNSEEN =
  "script, style, noscript, template, iframe, object, embed, svg, canvas, link, meta, dialog, input, select, textarea, [hidden], [aria-hidden=true], " +
  "[style*='display:none'], [style*='display: none'], [style*='visibility:hidden'], [style*='visibility: hidden'], [style*='font-size:0'], [style*='font-size: 0']";
/** Around the content. */
const AROUND = "nav, footer, aside, [role=navigation], [role=banner], [role=contentinfo], body > header";

function open(html: string, url: string): Document {
  const { document } = parseHTML(/<html[\s>]/i.test(html) ? html : `<!doctype html><html><head></head><body>${html}</body></html>`);
  const base = URL.parse(document.querySelector("base[href]")?.getAttribute("href") ?? "", url)?.href ?? url;
  const title = document.querySelector("title");
  for (const node of document.querySelectorAll(UNSEEN)) if (node !== title) node.remove();
  for (const [selector, name] of [
    ["a[href]", "href"],
    ["img[src]", "src"],
  ] as const) {
    for (const node of document.querySelectorAll(selector)) {
      const target = URL.parse(node.getAttribute(name) ?? "", base);
      if (target !== null && /^(https?|mailto):$/.test(target.protocol)) node.setAttribute(name, target.href);
      else node.removeAttribute(name);
    }
  }
  return document;
}

function bodyOf(page: Document): Element {
  const body = page.querySelector("main, [role=main]") ?? page.querySelector("body") ?? page.documentElement;
  return body as Element;
}

/** The text of a page without what is around its content, which this removes. */
function trimmed(page: Document): string {
  const all = (page.querySelector("body")?.textContent ?? "").trim();
  for (const node of page.querySelectorAll(AROUND)) node.remove();
  const rest = (page.querySelector("body")?.textContent ?? "").replace(/\s+/g, " ").trim();
  return rest === "" ? all : rest;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim().slice(0, 300).toWellFormed();
}
