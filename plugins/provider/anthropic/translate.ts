// A request as the API wants it, as bytes of JSON. Each message is translated once in its life, so that consecutive requests share their bytes.
import type { Block, Json, Message, Request, ToolSpec } from "claw";

/** Marks our own data in a thinking block's `opaque`: what another provider put there is never sent. */
export const PROVIDER = "anthropic";

/** Translates requests. Forgets a session's messages when the session does. */
export type Translator = (request: Request, fields: Readonly<Record<string, Json>>) => Uint8Array<ArrayBuffer>;

/** A translator with its own memory. */
export function createTranslator(): Translator {
  const histories = new WeakMap<Message, History>();
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
    const [first] = messages;
    const known = first === undefined ? undefined : histories.get(first);
    let history = known !== undefined && begins(messages, known.messages) ? known : NOTHING;
    let groups = groupsOf(messages, history.messages.length, pieceOf);
    // After a step back in a session, what follows may not fit to what was settled: both marks have to lie behind it.
    if (history !== NOTHING && (groups[0]?.role !== "user" || groups.filter((group) => group.role === "user").length < 2)) {
      history = NOTHING;
      groups = groupsOf(messages, 0, pieceOf);
    }
    const settled = settledOf(groups, history);
    if (first !== undefined && settled.length > 0) {
      const from = history.messages.length;
      history = grown(history, settled, messages);
      histories.set(first, history);
      for (const message of history.messages.slice(from)) pieces.delete(message);
    }
    const start = `{${members.join(",")},"messages":[`;
    return bytesOf(start, history, `${restOf(groups.slice(settled.length), history)}]}`);
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

/**
 * The beginning of a session that no mark will move over any more, kept as bytes, so that a step does not cost more for every step before it.
 * `bytes` has room to grow; `size` of them are in use, each message's text ending with a comma.
 */
interface History {
  readonly messages: readonly Message[];
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly size: number;
}
/** Messages in a row of one role, which the API wants as one; `span` counts those without anything to send, too. */
interface Group {
  readonly role: Message["role"];
  readonly pieces: readonly Piece[];
  readonly span: number;
}
const NOTHING: History = { messages: [], bytes: new Uint8Array(0), size: 0 };

function begins(messages: readonly Message[], start: readonly Message[]): boolean {
  return messages.length >= start.length && start.every((message, at) => message === messages[at]);
}

function groupsOf(messages: readonly Message[], from: number, pieceOf: (message: Message) => Piece): Group[] {
  const groups: Group[] = [];
  let skipped = 0;
  for (const message of messages.slice(from)) {
    const piece = pieceOf(message);
    const last = groups.at(-1);
    if (piece.results.length + piece.others.length === 0) skipped++;
    else if (last?.role === piece.role) groups[groups.length - 1] = { ...last, pieces: [...last.pieces, piece], span: last.span + skipped + 1 };
    else groups.push({ role: piece.role, pieces: [piece], span: skipped + 1 });
    if (piece.results.length + piece.others.length > 0) skipped = 0;
  }
  return groups;
}

/** The groups before the last two of the user, which are the marked ones. */
function settledOf(groups: readonly Group[], { size }: History): readonly Group[] {
  if (size === 0 && groups[0]?.role !== "user") return [];
  const asked = groups.filter((group) => group.role === "user");
  return groups.slice(0, Math.max(0, groups.indexOf(asked.at(-2) as Group)));
}

function grown({ messages, bytes, size }: History, settled: readonly Group[], all: readonly Message[]): History {
  const more = new TextEncoder().encode(settled.map((group) => `${groupText(group, false)},`).join(""));
  const count = settled.reduce((sum, group) => sum + group.span, messages.length);
  const needed = size + more.length;
  const room = needed <= bytes.length ? bytes : new Uint8Array(Math.max(needed, 2 * bytes.length, 4_096));
  if (room !== bytes) room.set(bytes.subarray(0, size));
  room.set(more, size);
  return { messages: all.slice(0, count), bytes: room, size: needed };
}

/** What follows the settled beginning, the last blocks of the last two messages of the user marked for the cache. */
function restOf(groups: readonly Group[], { size }: History): string {
  const opened = size === 0 && groups[0]?.role !== "user";
  const whole = opened
    ? [{ role: "user" as const, pieces: [{ role: "user" as const, results: [], others: [OPENING] }], span: 0 }, ...groups]
    : groups;
  const asked = whole.filter((group) => group.role === "user").slice(-2);
  return whole.map((group) => groupText(group, asked.includes(group))).join(",");
}

function bytesOf(start: string, { bytes, size }: History, rest: string): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const [before, after] = [encoder.encode(start), encoder.encode(rest)];
  const body = new Uint8Array(before.length + size + after.length);
  body.set(before);
  body.set(bytes.subarray(0, size), before.length);
  body.set(after, before.length + size);
  return body;
}

function groupText({ role, pieces }: Group, marked: boolean): string {
  const blocks = [...pieces.flatMap((piece) => piece.results), ...pieces.flatMap((piece) => piece.others)];
  return `{"role":"${role}","content":${listOf(blocks, marked)}}`;
}

function askedOf(block: Block): string[] {
  if (block.type === "text") return blank(block.text) ? [] : [textOf(block.text)];
  return block.type === "image" ? [imageOf(block)] : [];
}

function answeredOf(block: Block): string[] {
  if (block.type === "text") return blank(block.text) ? [] : [textOf(block.text)];
  if (block.type === "call") {
    const input = typeof block.input === "object" && block.input !== null && !Array.isArray(block.input) ? block.input : { value: block.input };
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
