// Session files of claw-code: JSON lines that begin with `session_meta`, or one object with `messages`. From the format's public descriptions.
import type { Block, Json, Message } from "claw";
import { type Fields, type Foreign, fieldsOf, type Heard, joinResults, textOf, usageFrom, wordsIn } from "./records.ts";

/** `undefined` when these are no such records. */
export function readClawCode(records: readonly Fields[]): Foreign | undefined {
  const legacy = records.length === 1 && Array.isArray(records[0]?.["messages"]) ? records[0] : undefined;
  const meta = legacy ?? records.find(({ type }) => type === "session_meta");
  if (meta === undefined) return undefined;
  const lines = legacy === undefined ? records : (legacy["messages"] as unknown[]).map((message) => ({ type: "message", message }));
  const began = typeof meta["created_at_ms"] === "number" ? meta["created_at_ms"] : 0;
  const heard: Heard[] = [];
  let skipped = 0;
  for (const record of lines) {
    // A compaction's summary also stands among the messages, as the first one: the file holds only what was left after it.
    if (["session_meta", "prompt_history", "compaction"].includes(textOf(record["type"]))) continue;
    const one = record["type"] === "message" ? messageOf(fieldsOf(record["message"]), began) : undefined;
    if (one === undefined) skipped += 1;
    else heard.push(...one);
  }
  const model = textOf(meta["model"]);
  const id = textOf(meta["session_id"]) || new Bun.CryptoHasher("sha256").update(JSON.stringify(records)).digest("hex").slice(0, 16);
  return {
    tool: "claw-code",
    id,
    heard: joinResults(heard).map((one) => (model !== "" && one.kind === "message" && one.message.role === "assistant" ? { ...one, model } : one)),
    skipped,
  };
}

// --- internal ---

function messageOf(message: Fields, at: number): readonly Heard[] | undefined {
  const { role, blocks, usage } = message;
  const content = (Array.isArray(blocks) ? blocks : []).flatMap(blockOf);
  if (role !== "user" && role !== "assistant" && role !== "tool" && role !== "system") return undefined;
  if (content.length === 0) return [];
  const said: Message = { role: role === "assistant" ? "assistant" : "user", content };
  const tokens = usageFrom(usage);
  return [{ kind: "message", message: said, at, ...(tokens && { usage: tokens }) }];
}

function blockOf(value: unknown): readonly Block[] {
  const block = fieldsOf(value);
  switch (block["type"]) {
    case "tool_use":
      return [{ type: "call", id: textOf(block["id"]), tool: textOf(block["name"]), input: inputOf(block["input"]) }];
    case "tool_result": {
      const output = textOf(block["output"]);
      const content: Block[] = output === "" ? [] : [{ type: "text", text: output }];
      return [{ type: "result", id: textOf(block["tool_use_id"]), content, failed: block["is_error"] === true }];
    }
    default:
      return wordsIn(block) ?? [];
  }
}

/** JSON in a string, which was cut when it was long. */
function inputOf(input: unknown): Json {
  if (typeof input !== "string") return (input ?? {}) as Json;
  try {
    const parsed = JSON.parse(input) as Json;
    return typeof parsed === "object" && parsed !== null ? parsed : { raw: input };
  } catch {
    return { raw: input };
  }
}
