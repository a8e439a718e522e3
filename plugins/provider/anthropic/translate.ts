// A request as the API wants it, as JSON. Each message is translated once in its life, so that consecutive requests share their bytes.
import type { Block, Json, Message, Request, ToolSpec } from "claw";
import { asObject, type Member, remember, visible, wellFormedJson } from "claw/kit";

/** Marks our own data in a thinking block's `opaque`: what another provider put there is never sent. */
export const PROVIDER = "anthropic";

/** Translates requests. Forgets a session's messages when the session does. */
export type Translator = (request: Request, fields: Readonly<Record<string, Json>>) => string;

/** A translator with its own memory. */
export function createTranslator(): Translator {
  const turns = new WeakMap<Message, Turn>();
  const specs = new WeakMap<ToolSpec, Member>();
  const turnsOf = createTurns((message) => remember(turns, message, translate));
  const specOf = (tool: ToolSpec): Member => remember(specs, tool, translateTool);
  return ({ model, maxOutput, system, tools, messages }, fields) => {
    const parts = system.filter(visible).map(textOf);
    return JSON.stringify({
      model: model.id,
      max_tokens: maxOutput,
      stream: true,
      ...fields,
      ...(tools.length === 0 ? {} : { tools: marked(tools.map(specOf)) }),
      ...(parts.length === 0 ? {} : { system: marked(parts) }),
      messages: messagesOf(turnsOf(messages)),
    });
  };
}

// --- internal ---

/** A message as the API takes it. Results stand first, as it demands right after the calls they answer; `results` is their number. */
interface Turn {
  readonly role: Message["role"];
  readonly content: readonly Member[];
  readonly results: number;
  readonly member: Member;
}

const MARK = { type: "ephemeral" };

function translate({ role, content }: Message): Turn {
  const results: Member[] = [];
  const others: Member[] = [];
  for (const block of content) {
    if (role === "user" && block.type === "result") results.push(resultOf(block));
    else others.push(...(role === "user" ? askedOf(block) : answeredOf(block)));
  }
  return turned(role, [...results, ...others], results.length);
}

function turned(role: Message["role"], content: readonly Member[], results: number): Turn {
  return { role, content, results, member: { role, content } };
}

/** Messages in a row of one role become one. What the last request had is taken over as it was, so that a step costs what it adds. */
function createTurns(turnOf: (message: Message) => Turn): (messages: readonly Message[]) => readonly Turn[] {
  let seen: readonly Message[] = [];
  let turns: readonly Turn[] = [];
  return (messages) => {
    const grown = seen.length <= messages.length && seen.every((message, at) => message === messages[at]);
    const all = grown ? turns.slice() : [];
    for (let at = grown ? seen.length : 0; at < messages.length; at++) {
      const turn = turnOf(messages[at] as Message);
      if (turn.content.length === 0) continue;
      const last = all.at(-1);
      if (last === undefined && turn.role === "assistant") all.push(translate(OPENING));
      if (last?.role === turn.role) all[all.length - 1] = merged(last, turn);
      else all.push(turn);
    }
    [seen, turns] = [messages.slice(), all];
    return all;
  };
}

/** The last blocks of the last two messages of the user are marked for the cache. */
function messagesOf(turns: readonly Turn[]): Member[] {
  const sent = (turns.length === 0 ? [translate(OPENING)] : turns).map((turn) => turn.member);
  let marks = 2;
  for (let at = sent.length - 1; at >= 0 && marks > 0; at--) {
    const { role, content } = sent[at] as { role: string; content: readonly Member[] };
    if (role !== "user") continue;
    sent[at] = { role, content: marked(content) };
    marks--;
  }
  return sent;
}

const OPENING: Message = { role: "user", content: [{ type: "text", text: "(The start of this session is not shown.)" }] };

function merged(a: Turn, b: Turn): Turn {
  const results = [...a.content.slice(0, a.results), ...b.content.slice(0, b.results)];
  return turned(a.role, [...results, ...a.content.slice(a.results), ...b.content.slice(b.results)], results.length);
}

function askedOf(block: Block): Member[] {
  if (block.type === "text") return visible(block.text) ? [textOf(block.text)] : [];
  if (block.type !== "image") return [];
  return [{ type: "image", source: { type: "base64", media_type: block.mediaType, data: block.base64 } }];
}

function answeredOf(block: Block): Member[] {
  if (block.type === "text") return visible(block.text) ? [textOf(block.text)] : [];
  if (block.type === "call") {
    return [{ type: "tool_use", id: block.id, name: block.tool, input: wellFormedJson(asObject(block.input)) }];
  }
  if (block.type !== "thinking") return [];
  const own = block.opaque as { provider?: string; signature?: string; raw?: Member } | undefined;
  if (own?.provider !== PROVIDER) return [];
  // As it came, to the byte: the API checks the signature against it.
  if (own.raw !== undefined) return [own.raw];
  return own.signature === undefined ? [] : [{ type: "thinking", thinking: block.text, signature: own.signature }];
}

function resultOf({ id, content, failed }: Extract<Block, { type: "result" }>): Member {
  const blocks = content.flatMap(askedOf);
  if (blocks.length === 0) blocks.push(textOf(failed ? "(failed without output)" : "(no output)"));
  return { type: "tool_result", tool_use_id: id, content: blocks, ...(failed ? { is_error: true } : {}) };
}

function translateTool({ name, description, schema }: ToolSpec): Member {
  return { name, description: description.toWellFormed(), input_schema: wellFormedJson(schema) };
}

function textOf(text: string): Member {
  return { type: "text", text: text.toWellFormed() };
}

/** The list with a cache breakpoint on its last member. */
function marked(list: readonly Member[]): Member[] {
  return list.with(-1, { ...list.at(-1), cache_control: MARK });
}
