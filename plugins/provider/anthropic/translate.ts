// A request as the API wants it, as JSON text. Each message is translated once in its life, so that consecutive requests share their bytes.
import type { Block, Json, Message, Request, ToolSpec } from "claw";

/** Marks our own data in a thinking block's `opaque`: what another provider put there is never sent. */
export const PROVIDER = "anthropic";

/** Translates requests. Forgets a message when its session does. */
export type Translator = (request: Request, fields: Readonly<Record<string, Json>>) => string;

/** A translator with its own memory. */
export function createTranslator(): Translator {
  const pieces = new WeakMap<Message, Piece>();
  const specs = new WeakMap<ToolSpec, string>();
  const pieceOf = (message: Message): Piece => kept(pieces, message, () => translate(message));
  return ({ model, maxOutput, system, tools, messages }, fields) => {
    const members = [`"model":${JSON.stringify(model.id)}`, `"max_tokens":${maxOutput}`, '"stream":true'];
    for (const [name, value] of Object.entries(fields)) members.push(`${JSON.stringify(name)}:${jsonOf(value)}`);
    const toolTexts = tools.map((tool) => kept(specs, tool, () => toolOf(tool)));
    if (toolTexts.length > 0) members.push(`"tools":${listOf(toolTexts, true)}`);
    const systemTexts = system.filter((text) => !blank(text)).map(textOf);
    if (systemTexts.length > 0) members.push(`"system":${listOf(systemTexts, true)}`);
    members.push(`"messages":[${messagesOf(messages.map(pieceOf)).join(",")}]`);
    return `{${members.join(",")}}`;
  };
}

// --- internal ---

/** A message's blocks as JSON. Results stand first, as the API demands right after the calls they answer. */
interface Piece {
  readonly role: Message["role"];
  readonly results: readonly string[];
  readonly others: readonly string[];
}

const MARK = ',"cache_control":{"type":"ephemeral"}}';
const OPENING = textOf("(The start of this session is not shown.)");

function translate({ role, content }: Message): Piece {
  const results = role === "user" ? content.flatMap((block) => (block.type === "result" ? [resultOf(block)] : [])) : [];
  const others = content.flatMap((block) => (role === "user" ? askedOf(block) : answeredOf(block)));
  return { role, results, others };
}

/** Messages in a row of one role become one. The last blocks of the last two of the user are marked for the cache. */
function messagesOf(pieces: readonly Piece[]): string[] {
  const groups: { readonly role: Message["role"]; readonly pieces: Piece[] }[] = [];
  for (const piece of pieces) {
    if (piece.results.length + piece.others.length === 0) continue;
    const last = groups.at(-1);
    if (last?.role === piece.role) last.pieces.push(piece);
    else groups.push({ role: piece.role, pieces: [piece] });
  }
  if (groups[0]?.role !== "user") groups.unshift({ role: "user", pieces: [{ role: "user", results: [], others: [OPENING] }] });
  const marked = new Set(groups.filter((group) => group.role === "user").slice(-2));
  return groups.map((group) => {
    const blocks = [...group.pieces.flatMap((piece) => piece.results), ...group.pieces.flatMap((piece) => piece.others)];
    return `{"role":"${group.role}","content":${listOf(blocks, marked.has(group))}}`;
  });
}

function askedOf(block: Block): string[] {
  if (block.type === "text") return blank(block.text) ? [] : [textOf(block.text)];
  return block.type === "image" ? [imageOf(block)] : [];
}

function answeredOf(block: Block): string[] {
  if (block.type === "text") return blank(block.text) ? [] : [textOf(block.text)];
  if (block.type === "call") {
    const input =
      typeof block.input === "object" && block.input !== null && !Array.isArray(block.input) ? block.input : { value: block.input };
    return [jsonOf({ type: "tool_use", id: block.id, name: block.tool, input })];
  }
  if (block.type !== "thinking") return [];
  const own = block.opaque as { provider?: string; signature?: string; raw?: Json } | undefined;
  if (own?.provider !== PROVIDER) return [];
  // As it came, to the byte: the API checks the signature against it.
  if (own.raw !== undefined) return [jsonOf(own.raw)];
  return own.signature === undefined ? [] : [jsonOf({ type: "thinking", thinking: block.text, signature: own.signature })];
}

function resultOf({ id, content, failed }: Extract<Block, { type: "result" }>): string {
  const blocks = content.flatMap(askedOf);
  if (blocks.length === 0) blocks.push(textOf(failed ? "(failed without output)" : "(no output)"));
  return `{"type":"tool_result","tool_use_id":${jsonOf(id)},"content":${listOf(blocks, false)}${failed ? ',"is_error":true' : ""}}`;
}

function imageOf({ mediaType, base64 }: Extract<Block, { type: "image" }>): string {
  return `{"type":"image","source":{"type":"base64","media_type":${jsonOf(mediaType)},"data":${jsonOf(base64)}}}`;
}

function toolOf({ name, description, schema }: ToolSpec): string {
  return jsonOf({ name, description, input_schema: schema });
}

function textOf(text: string): string {
  return `{"type":"text","text":${JSON.stringify(text.toWellFormed())}}`;
}

/** A JSON list of texts that are JSON objects; `marked`: a cache breakpoint on the last. */
function listOf(texts: readonly string[], marked: boolean): string {
  const joined = texts.join(",");
  return marked ? `[${joined.slice(0, -1)}${MARK}]` : `[${joined}]`;
}

/** JSON without lone surrogates, which `JSON.stringify` writes as escapes that the API refuses. */
function jsonOf(value: Json): string {
  const text = JSON.stringify(value);
  return /\\ud[89a-f]/.test(text) ? JSON.stringify(repaired(value)) : text;
}

function repaired(value: Json): Json {
  if (typeof value === "string") return value.toWellFormed();
  if (Array.isArray(value)) return value.map(repaired);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key.toWellFormed(), repaired(member)]));
}

/** The API refuses text without a visible character. */
function blank(text: string): boolean {
  return !/\S/.test(text);
}

function kept<K extends object, V>(memory: WeakMap<K, V>, key: K, make: () => V): V {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const made = make();
  memory.set(key, made);
  return made;
}
