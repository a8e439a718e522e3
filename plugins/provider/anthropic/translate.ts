// A request as the API wants it, as JSON. Each message is translated and written once in its life, so that consecutive requests share their bytes
// and a step costs what it adds.
import type { Block, Json, Message, Request, ToolSpec } from "claw";
import { asObject, type Member, remember, visible, wellFormedJson } from "claw/kit";

/** Marks our own data in a thinking block's `opaque`: what another provider put there is never sent. */
export const PROVIDER = "anthropic";

/** Translates requests. Forgets a session's messages when the session does. */
export type Translator = (request: Request, fields: Readonly<Record<string, Json>>) => string;

/** A translator with its own memory. */
export function createTranslator(): Translator {
  const turns = new WeakMap<Message, Turn>();
  const specs = new WeakMap<ToolSpec, Written>();
  const texts = new Map<string, Written>();
  const [toolListOf, systemListOf] = [createList(), createList()];
  const messagesOf = createTurns((message) => remember(turns, message, translate));
  const specOf = (tool: ToolSpec): Written => remember(specs, tool, (one) => written(translateTool(one)));
  const textsOf = (system: readonly string[]): readonly Written[] => {
    const parts = system.filter(visible);
    for (const text of texts.keys()) if (!parts.includes(text)) texts.delete(text);
    for (const text of parts) if (!texts.has(text)) texts.set(text, written(textOf(text)));
    return parts.map((text) => texts.get(text) as Written);
  };
  return ({ model, maxOutput, system, tools, messages }, fields) => {
    const head = JSON.stringify({ model: model.id, max_tokens: maxOutput, stream: true, ...fields });
    const toolList = toolListOf(tools.map(specOf));
    const systemList = systemListOf(textsOf(system));
    return [
      head.slice(0, -1),
      ...(toolList === "" ? [] : [`"tools":[${toolList}]`]),
      ...(systemList === "" ? [] : [`"system":[${systemList}]`]),
      `"messages":[${messagesOf(messages)}]}`,
    ].join(",");
  };
}

// --- internal ---

/** A message as the API takes it. Results stand first, as it demands right after the calls they answer; `results` is their number. */
interface Turn {
  readonly role: Message["role"];
  readonly content: readonly Member[];
  readonly results: number;
  readonly written: Written;
}

/** A member as JSON, without and with a cache breakpoint; each written when it is first needed. */
interface Written {
  plain(): string;
  marked(): string;
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
  return { role, content, results, written: createWritten({ role, content }, () => ({ role, content: withMark(content) })) };
}

function written(member: Member): Written {
  return createWritten(member, () => ({ ...member, cache_control: MARK }));
}

function createWritten(member: Member, withBreakpoint: () => Member): Written {
  let [plain, marked]: [string?, string?] = [];
  return { plain: () => (plain ??= JSON.stringify(member)), marked: () => (marked ??= JSON.stringify(withBreakpoint())) };
}

/** Members of a list, with a cache breakpoint on the last: the same text as long as they are the same. */
function createList(): (members: readonly Written[]) => string {
  let [seen, text]: [readonly Written[], string] = [[], ""];
  return (members) => {
    if (members.length !== seen.length || !begins(members, seen))
      [seen, text] = [members, members.map((one, at) => (at === members.length - 1 ? one.marked() : one.plain())).join(",")];
    return text;
  };
}

/**
 * The JSON of a session's messages. Those in a row of one role become one; the last blocks of the last two of the user are marked for the cache. What
 * the last request had is taken over as it was.
 */
function createTurns(turnOf: (message: Message) => Turn): (messages: readonly Message[]) => string {
  let seen: readonly Message[] = [];
  let turns: Turn[] = [];
  // What stands before all marks is written once.
  let [settled, text] = [0, ""];
  return (messages) => {
    const grown = begins(messages, seen);
    if (!grown) [turns, settled, text] = [[], 0, ""];
    for (let at = grown ? seen.length : 0; at < messages.length; at++) {
      const turn = turnOf(messages[at] as Message);
      if (turn.content.length === 0) continue;
      const last = turns.at(-1);
      if (last === undefined && turn.role === "assistant") turns.push(translate(OPENING));
      if (last?.role === turn.role) turns[turns.length - 1] = merged(last, turn);
      else turns.push(turn);
    }
    seen = messages.slice();
    if (turns.length === 0) return translate(OPENING).written.marked();
    const roles = turns.map(({ role }) => role);
    const last = roles.lastIndexOf("user");
    const before = roles.slice(0, Math.max(0, last)).lastIndexOf("user");
    for (const first = before < 0 ? last : before; settled < first; settled++) text += `${turns[settled]?.written.plain()},`;
    const rest = turns.slice(settled).map(({ written }, at) => ([before, last].includes(settled + at) ? written.marked() : written.plain()));
    return text + rest.join(",");
  };
}

/** Whether `list` begins with all of `earlier`. A loop, since each step asks. */
function begins<T>(list: readonly T[], earlier: readonly T[]): boolean {
  for (let at = 0; at < earlier.length; at++) if (list[at] !== earlier[at]) return false;
  return true;
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
function withMark(list: readonly Member[]): Member[] {
  return list.with(-1, { ...list.at(-1), cache_control: MARK });
}
