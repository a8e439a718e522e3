// How Markdown for a model differs from Markdown for a person: nothing escaped, tables as tables, images by their description.
import type Turndown from "turndown";

export function addRules(converter: Turndown): void {
  // A model reads text; a backslash before each underscore only costs.
  converter.escape = (text) => text;
  converter.addRule("image", { filter: "img", replacement: (_, node) => image(node as unknown as Node) });
  converter.addRule("link", { filter: "a", replacement: (content, node) => link(content, node as unknown as Node) });
  converter.addRule("struck", { filter: ["del", "s"], replacement: (content) => (content.trim() === "" ? "" : `~~${content}~~`) });
  converter.addRule("pre", { filter: "pre", replacement: (_, node) => code(node as unknown as Node) });
  converter.addRule("item", { filter: "li", replacement: (content, node) => item(content, node as unknown as Node) });
  converter.addRule("cell", { filter: ["td", "th"], replacement: (content, node) => cell(content, node as unknown as Node) });
  converter.addRule("row", { filter: "tr", replacement: (content, node) => row(content, node as unknown as Node) });
  converter.addRule("part", { filter: ["thead", "tbody", "tfoot"], replacement: (content) => content });
  converter.addRule("table", { filter: "table", replacement: (content) => `\n\n${content.trim()}\n\n` });
}

// --- internal ---

/** What is used of an element; the library's own types want a browser's. */
interface Node {
  readonly nodeName: string;
  readonly textContent: string | null;
  readonly parentNode: Node | null;
  readonly children: ArrayLike<Node>;
  getAttribute(name: string): string | null;
  querySelector(selector: string): Node | null;
  closest(selector: string): Node | null;
}

function image(node: Node): string {
  const alt = oneLine(node.getAttribute("alt") ?? "");
  const source = node.getAttribute("src") ?? "";
  return alt === "" || source === "" ? alt : `![${alt}](${source})`;
}

/** Without its text a link says nothing, and a mark beside a heading leads only there. */
function link(content: string, node: Node): string {
  const text = content.trim();
  const target = node.getAttribute("href");
  if (text === "" || /^[#¶§🔗]$/u.test(text)) return "";
  return target === null ? content : `[${oneLine(text)}](${target})`;
}

function code(node: Node): string {
  const text = (node.textContent ?? "").replace(/^\n+|\s+$/g, "");
  const names = [node.querySelector("code"), node, node.parentNode].map((one) => one?.getAttribute?.("class") ?? "").join(" ");
  const language = /(?:^|\s)(?:language|lang|highlight-source|highlight)-([\w+#-]+)/.exec(names)?.[1] ?? "";
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `\n\n${fence}${language}\n${text}\n${fence}\n\n`;
}

function item(content: string, node: Node): string {
  const list = node.parentNode;
  const index = Array.from(list?.children ?? []).indexOf(node);
  const mark = list?.nodeName === "OL" ? `${Number(list.getAttribute("start") ?? 1) + index}. ` : "- ";
  const text = content.trim().replace(/\n{2,}(?=[ \t]*(?:- |\d+\. ))/g, "\n");
  return `${mark}${text.replaceAll("\n", `\n${" ".repeat(mark.length)}`)}\n`;
}

/** A table that only places other things on the page. */
function forLayout(node: Node): boolean {
  const table = node.closest("table");
  return table?.querySelector("table") != null || /^(presentation|none)$/.test(table?.getAttribute("role") ?? "");
}

function cell(content: string, node: Node): string {
  return forLayout(node) ? `\n\n${content.trim()}\n\n` : ` ${oneLine(content).replaceAll("|", "\\|")} |`;
}

/** The first row of a table is its head, marked as such or not. */
function row(content: string, node: Node): string {
  const cells = node.children.length;
  if (cells === 0) return "";
  if (forLayout(node)) return content;
  const line = `|${content.trimEnd()}\n`;
  const first = node.closest("table")?.querySelector("tr");
  return first === node ? `${line}|${" --- |".repeat(cells)}\n` : line;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
