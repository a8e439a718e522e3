// A transcript as one page for a browser: no script, nothing loaded from elsewhere, and nothing that was said is ever markup.
import type { Block, Json } from "claw";
import { linesOfChange, proseOf, safe } from "./prose.ts";
import { STYLE } from "./style.ts";
import { type Item, resultsOf, subjectOf, type Transcript } from "./transcript.ts";

export function pageOf(transcript: Transcript): string {
  const title = transcript.title || "A session";
  const results = resultsOf(transcript);
  const body = transcript.items.map((item, index) => itemOf(item, index, results)).join("\n");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="generator" content="claw">
<title>${safe(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${safe(title)}</h1>
<p class="facts">${factsOf(transcript)}</p>
</header>
${contentsOf(transcript)}
<main>
${body}
</main>
<footer>Written by claw from session <code>${safe(transcript.id)}</code></footer>
</body>
</html>
`.toWellFormed();
}

// --- internal ---

type Results = ReturnType<typeof resultsOf>;
/** Longer results are folded. */
const SHORT = 12;
/** Below so many inputs a table of contents is more in the way than of use. */
const WORTH_CONTENTS = 4;

function factsOf({ at, cwd, models, usage, items }: Transcript): string {
  const minutes = Math.round(((items.at(-1)?.at ?? at) - (items[0]?.at ?? at)) / 60_000);
  const tokens = usage.input + usage.cacheRead + usage.cacheWrite;
  const facts = [
    timeOf(at),
    ...(minutes > 0 ? [minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`] : []),
    ...models,
    ...(tokens > 0 ? [`${count(tokens)} tokens read, ${count(usage.output)} written`] : []),
    cwd,
  ];
  return facts.map((fact) => `<span>${safe(fact)}</span>`).join(" ");
}

function contentsOf({ items }: Transcript): string {
  const asked = items.flatMap((item, index) => {
    if (item.kind !== "message" || item.message.role !== "user") return [];
    const text = item.message.content
      .flatMap((block) => (block.type === "text" ? [block.text] : []))
      .join(" ")
      .replace(/\s+/g, " ")
      .trim();
    return text === "" ? [] : [{ index, text: text.length > 90 ? `${text.slice(0, 89).toWellFormed()}…` : text }];
  });
  if (asked.length < WORTH_CONTENTS) return "";
  return `<nav><details><summary>${asked.length} inputs</summary><ol>${asked.map(({ index, text }) => `<li><a href="#m${index}">${safe(text)}</a></li>`).join("")}</ol></details></nav>`;
}

function itemOf(item: Item, index: number, results: Results): string {
  if (item.kind === "fold") {
    const said = item.summary.flatMap(({ content }) => content.flatMap((block) => (block.type === "text" ? [block.text] : []))).join("\n\n");
    const head = `Compacted by ${safe(item.by)}: for the model, ${item.dropped} messages up to here became a summary`;
    return `<section class="fold"><details><summary>${head}</summary><div class="prose">${proseOf(said)}</div></details></section>`;
  }
  const { role, content } = item.message;
  if (role === "user" && content.every(({ type }) => type === "result")) return "";
  const blocks = content.map((block) => blockOf(block, role, results)).join("\n");
  const who = role === "user" ? "You" : (item.model ?? "Assistant");
  const time = `<time datetime="${new Date(item.at).toISOString()}">${timeOf(item.at)}</time>`;
  return `<section class="${role}" id="m${index}"><p class="who"><b>${safe(who)}</b> ${time}</p>\n${blocks}</section>`;
}

function blockOf(block: Block, role: string, results: Results): string {
  switch (block.type) {
    case "text":
      return role === "user" ? `<div class="said">${safe(block.text)}</div>` : `<div class="prose">${proseOf(block.text)}</div>`;
    case "thinking":
      return block.text.trim() === ""
        ? ""
        : `<details class="thinking"><summary>Thinking</summary><div class="said">${safe(block.text)}</div></details>`;
    case "image":
      return picture(block);
    case "result":
      return "";
    case "call":
      return callOf(block, results.get(block.id));
  }
}

function callOf({ tool, input }: Extract<Block, { type: "call" }>, result: Extract<Block, { type: "result" }> | undefined): string {
  const state = result === undefined ? "open" : result.failed ? "failed" : "ok";
  const mark = { open: "no result", failed: "failed", ok: "" }[state];
  const head = `<b>${safe(tool)}</b> <code>${safe(subjectOf(input))}</code>${mark === "" ? "" : ` <em>${mark}</em>`}`;
  const said = (result?.content ?? [])
    .map((block) => (block.type === "text" ? `<pre>${linesOfChange(block.text)}</pre>` : block.type === "image" ? picture(block) : ""))
    .join("");
  const long = (result?.content ?? []).some((block) => block.type === "text" && block.text.split("\n").length > SHORT);
  const shown = result?.failed && !long ? " open" : "";
  return `<details class="call ${state}"${shown}><summary>${head}</summary>${inputOf(input)}${said}</details>`;
}

/** Each field by its name; text as it is, so that a script or a file can be read. */
function inputOf(input: Json): string {
  if (typeof input !== "object" || input === null || Array.isArray(input)) return `<pre>${safe(JSON.stringify(input, null, 2))}</pre>`;
  const rows = Object.entries(input).map(([name, value]) => {
    const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
    return `<dt>${safe(name)}</dt><dd>${text.includes("\n") ? `<pre>${safe(text)}</pre>` : `<code>${safe(text)}</code>`}</dd>`;
  });
  return rows.length === 0 ? "" : `<dl>${rows.join("")}</dl>`;
}

/** Only what a browser shows as a picture and nothing else: an SVG could hold a script. */
function picture({ mediaType, base64 }: Extract<Block, { type: "image" }>): string {
  const shown = /^image\/(png|jpeg|gif|webp)$/.test(mediaType) && /^[A-Za-z0-9+/=\s]*$/.test(base64);
  return shown ? `<img alt="a picture" src="data:${mediaType};base64,${base64}">` : `<p class="note">[a picture, ${safe(mediaType)}]</p>`;
}

function timeOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function count(tokens: number): string {
  return tokens < 1000 ? String(tokens) : tokens < 1_000_000 ? `${Math.round(tokens / 1000)}k` : `${(tokens / 1_000_000).toFixed(1)}M`;
}
