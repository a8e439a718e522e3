// Session files of Claude Code: JSON lines that hang together by `uuid` and `parentUuid`. From the format's public descriptions.
import type { Block, Message, Usage } from "claw";
import { type Fields, type Foreign, fieldsOf, type Heard, joinResults, jsonOf, textOf, usageFrom, wordsIn } from "./records.ts";

/** `undefined` when these are no such records. */
export function readClaude(records: readonly Fields[]): Foreign | undefined {
  const spoken = records.filter(
    ({ type, message, isSidechain }) => (type === "user" || type === "assistant") && fieldsOf(message)["role"] !== undefined && isSidechain !== true,
  );
  if (spoken.length === 0) return undefined;
  const branch = branchOf(records, spoken);
  const titles = records.flatMap(({ type, customTitle, summary }) =>
    type === "custom-title" ? [textOf(customTitle)] : type === "summary" ? [textOf(summary)] : [],
  );
  const title = titles.findLast((one) => one !== "");
  const id = textOf(spoken.find(({ sessionId }) => textOf(sessionId) !== "")?.["sessionId"]) || "without an id";
  const strange = records.filter(({ type }) => typeof type !== "string").length;
  return { tool: "Claude Code", id, ...(title === undefined ? {} : { title }), heard: heardOf(branch), skipped: strange };
}

// --- internal ---

/** From the last thing said back to the first. A compaction cuts the chain; what was before it is named by another field. */
function branchOf(records: readonly Fields[], spoken: readonly Fields[]): readonly Fields[] {
  const byId = new Map(records.flatMap((record) => (textOf(record["uuid"]) === "" ? [] : [[textOf(record["uuid"]), record] as const])));
  const branch: Fields[] = [];
  const seen = new Set<string>();
  for (let record = spoken.at(-1); record !== undefined; ) {
    const id = textOf(record["uuid"]);
    if (id !== "" && seen.has(id)) break;
    seen.add(id);
    branch.push(record);
    record = byId.get(textOf(record["parentUuid"]) || textOf(record["logicalParentUuid"]));
  }
  // Without ids, or with a chain that is broken, the order of the lines is what there is.
  return branch.length < 2 && spoken.length > 1 ? spoken : branch.reverse();
}

function heardOf(branch: readonly Fields[]): Heard[] {
  const heard: Heard[] = [];
  /** One answer comes in several lines, one a block. */
  let answer = "";
  for (const record of branch) {
    const { type, message, isMeta, isCompactSummary, timestamp } = record;
    if ((type !== "user" && type !== "assistant") || isMeta === true) continue;
    const { role, content, id, model, usage } = fieldsOf(message);
    const at = Date.parse(textOf(timestamp)) || 0;
    const said: Message = { role: role === "assistant" ? "assistant" : "user", content: blocksOf(content) };
    if (isCompactSummary === true) {
      heard.push({ kind: "fold", summary: [said], at });
      answer = "";
      continue;
    }
    const last = heard.at(-1);
    const same = said.role === "assistant" && textOf(id) !== "" && textOf(id) === answer;
    const about = { ...named(textOf(model)), ...counted(usageFrom(usage)) };
    if (same && last?.kind === "message")
      heard[heard.length - 1] = { ...last, ...about, message: { ...last.message, content: [...last.message.content, ...said.content] } };
    else if (said.content.length > 0) heard.push({ kind: "message", message: joined(said), at, ...about });
    answer = said.role === "assistant" ? textOf(id) : "";
  }
  return joinResults(heard);
}

/** Results stand first in a message. */
function joined({ role, content }: Message): Message {
  return { role, content: [...content.filter(({ type }) => type === "result"), ...content.filter(({ type }) => type !== "result")] };
}

function named(model: string): { readonly model?: string } {
  return model === "" || model.startsWith("<") ? {} : { model };
}

function counted(usage: Usage | undefined): { readonly usage?: Usage } {
  return usage === undefined ? {} : { usage };
}

function blocksOf(content: unknown): readonly Block[] {
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", text: content }];
  return Array.isArray(content) ? content.flatMap(blockOf) : [];
}

function blockOf(value: unknown): readonly Block[] {
  const block = fieldsOf(value);
  switch (block["type"]) {
    case "image": {
      const { media_type: mediaType, data } = fieldsOf(block["source"]);
      return textOf(data) === "" ? [] : [{ type: "image", mediaType: textOf(mediaType) || "image/png", base64: textOf(data) }];
    }
    case "tool_use":
      return [{ type: "call", id: textOf(block["id"]), tool: textOf(block["name"]), input: jsonOf(block["input"]) }];
    case "tool_result": {
      const content = blocksOf(block["content"]).filter(({ type }) => type === "text" || type === "image");
      return [{ type: "result", id: textOf(block["tool_use_id"]), content, failed: block["is_error"] === true }];
    }
    default:
      return wordsIn(block) ?? [];
  }
}
