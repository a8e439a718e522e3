// A transcript as Markdown. What a model or a tool said stays what it is: inside fences that are longer than any in it.
import type { Block } from "claw";
import { resultsOf, subjectOf, type Transcript } from "./transcript.ts";

export function markdownOf(transcript: Transcript): string {
  const { id, title, cwd, at, models, items } = transcript;
  const results = resultsOf(transcript);
  const lines = [`# ${line(title) || "A session"}`, ""];
  lines.push(`- Session: \`${id}\``, `- Folder: \`${line(cwd)}\``, `- Began: ${new Date(at).toISOString()}`);
  if (models.length > 0) lines.push(`- Model: ${models.map(line).join(", ")}`);
  let speaker = "";
  for (const item of items) {
    if (item.kind === "fold") {
      const said = item.summary.flatMap(({ content }) => content.flatMap((block) => (block.type === "text" ? [block.text] : []))).join("\n\n");
      lines.push(
        "",
        "---",
        "",
        `_Compacted by ${line(item.by)}: ${item.dropped} messages up to here were replaced for the model by this summary._`,
        "",
        quoted(said),
      );
      speaker = "";
      continue;
    }
    const { role, content } = item.message;
    const shown = content.filter(({ type }) => type !== "result" || role !== "user" || content.some((block) => block.type !== "result"));
    if (role === "user" && shown.every(({ type }) => type === "result")) continue;
    if (speaker !== role) lines.push("", role === "user" ? "## User" : "## Assistant");
    speaker = role;
    for (const block of content) lines.push(...blockLines(block, results));
  }
  return `${lines.join("\n").trimEnd().toWellFormed()}\n`;
}

// --- internal ---

type Results = ReturnType<typeof resultsOf>;

function blockLines(block: Block, results: Results): readonly string[] {
  switch (block.type) {
    case "text":
      return ["", block.text];
    case "thinking":
      return block.text.trim() === "" ? [] : ["", "<details><summary>Thinking</summary>", "", fenced(block.text), "", "</details>"];
    case "image":
      return ["", `_[a picture, ${line(block.mediaType)}]_`];
    case "result":
      return [];
    case "call": {
      const result = results.get(block.id);
      const said = result === undefined ? "" : textOf(result.content);
      const about = subjectOf(block.input);
      const head = `**${line(block.tool)}**${about === "" ? "" : ` ${code(about)}`}${result?.failed ? " — failed" : ""}`;
      const input = about !== "" && Object.keys(Object(block.input)).length === 1 ? [] : ["", fenced(JSON.stringify(block.input, null, 2), "json")];
      return ["", head, ...input, ...(said === "" ? [] : ["", fenced(said)])];
    }
  }
}

function textOf(content: readonly Block[]): string {
  return content.map((block) => (block.type === "text" ? block.text : block.type === "image" ? `[a picture, ${block.mediaType}]` : "")).join("\n");
}

function fenced(text: string, language = ""): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const ticks = "`".repeat(longest + 1);
  return longest === 0 ? `${ticks}${text}${ticks}` : `${ticks} ${text} ${ticks}`;
}

function quoted(text: string): string {
  return text
    .split("\n")
    .map((one) => `> ${one}`.trimEnd())
    .join("\n");
}

function line(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, " ").trim();
}
