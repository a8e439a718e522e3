// A request in the words of Chat Completions, as JSON. Each message is translated once in its life, so that consecutive requests share their bytes.
import type { Block, Json, Message, Request, ToolSpec } from "claw";
import { asObject, type Member, remember, visible, wellFormedJson } from "claw/kit";
import { REASONING_FIELDS, type ReasoningData } from "./reasoning.ts";

/** How a server wants to be spoken to. `service` marks thinking of its own; `replay` says in which field reasoning goes back. */
export interface ChatStyle {
  readonly service: string;
  readonly replay: "content" | "details" | "none";
  readonly ids: "short" | "any";
  readonly images: boolean;
}
/** Translates the messages and tools of a request, and puts `fields` beside them. Forgets a session's messages when the session does. */
export type Translator = (request: Pick<Request, "model" | "system" | "tools" | "messages">, fields: Readonly<Record<string, Json>>) => string;

/** A translator with its own memory. */
export function createChatTranslator(style: ChatStyle): Translator {
  const turns = new WeakMap<Message, readonly Member[]>();
  const specs = new WeakMap<ToolSpec, Member>();
  const idOf = style.ids === "short" ? shortId : fittingId;
  const translate = (message: Message): readonly Member[] =>
    message.role === "user" ? askedOf(message.content, style, idOf) : answeredOf(message.content, style, idOf);
  return ({ model, system, tools, messages }, fields) => {
    const text = system.filter(visible).join("\n\n").toWellFormed();
    const turn = messages.flatMap((message) => remember(turns, message, translate));
    return JSON.stringify({
      model: model.id,
      messages: [...(text === "" ? [] : [{ role: "system", content: text }]), ...(turn.length === 0 ? [OPENING] : turn)],
      ...(tools.length === 0 ? {} : { tools: tools.map((tool) => remember(specs, tool, specOf)) }),
      stream: true,
      ...fields,
    });
  };
}

/** What stands for a picture that the model cannot see. */
export const UNSEEN = "[a picture, which this model cannot see]";

/** The text of a result. Chat Completions knows no failure, so that the text says it. */
export function resultText({ content, failed }: Extract<Block, { type: "result" }>): string {
  const text = content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("\n");
  if (visible(text)) return (failed ? `Error: ${text}` : text).toWellFormed();
  if (content.some((block) => block.type === "image")) return "(a picture, see below)";
  return failed ? "(failed without output)" : "(no output)";
}

/** An id that every server takes: the APIs differ in which characters, and OpenAI's own takes 40 of them. */
export function fittingId(id: string): string {
  return /^[A-Za-z0-9_-]{1,40}$/.test(id) ? id : `call_${Bun.hash(id).toString(36)}`;
}

// --- internal ---

type IdOf = (id: string) => string;

const OPENING = { role: "user", content: "(The start of this session is not shown.)" };

function shortId(id: string): string {
  return /^[A-Za-z0-9]{9}$/.test(id) ? id : Bun.hash(id).toString(36).padStart(9, "0").slice(-9);
}

/** Results stand first, right after the calls they answer; a tool message holds text only, so their pictures follow as the user's. */
function askedOf(content: readonly Block[], style: ChatStyle, idOf: IdOf): Member[] {
  const results: Member[] = [];
  const parts: Member[] = [];
  for (const block of content) {
    if (block.type !== "result") parts.push(...partsOf(block, style));
    else {
      results.push({ role: "tool", tool_call_id: idOf(block.id), content: resultText(block) });
      const pictures = block.content.filter((one) => one.type === "image").flatMap((one) => partsOf(one, style));
      if (pictures.length > 0) parts.push({ type: "text", text: `Pictures in the result of call ${idOf(block.id)}:` }, ...pictures);
    }
  }
  if (parts.length === 0) return results;
  const [first] = parts;
  const plain = parts.length === 1 && first?.["type"] === "text" ? (first["text"] as string) : parts;
  return [...results, { role: "user", content: plain }];
}

function partsOf(block: Block, { images }: ChatStyle): Member[] {
  if (block.type === "text") return visible(block.text) ? [{ type: "text", text: block.text.toWellFormed() }] : [];
  if (block.type !== "image") return [];
  if (!images) return [{ type: "text", text: UNSEEN }];
  return [{ type: "image_url", image_url: { url: `data:${block.mediaType};base64,${block.base64}` } }];
}

function answeredOf(content: readonly Block[], { service, replay }: ChatStyle, idOf: IdOf): Member[] {
  const texts: string[] = [];
  const calls: Member[] = [];
  const thoughts: string[] = [];
  const details: Json[] = [];
  for (const block of content) {
    if (block.type === "text" && visible(block.text)) texts.push(block.text.toWellFormed());
    if (block.type === "call") {
      const input = JSON.stringify(wellFormedJson(asObject(block.input)));
      calls.push({ id: idOf(block.id), type: "function", function: { name: block.tool, arguments: input } });
    }
    const own = block.type === "thinking" ? (block.opaque as ReasoningData | undefined) : undefined;
    if (block.type !== "thinking" || own?.service !== service) continue;
    thoughts.push(block.text);
    details.push(...(own.details ?? []));
  }
  if (texts.length === 0 && calls.length === 0) return [];
  // A server that wants its reasoning back wants the field beside every call, empty or not.
  const reasoning = replay === "content" && (calls.length > 0 || thoughts.length > 0) ? { [REASONING_FIELDS[0]]: thoughts.join("") } : {};
  const detailed = replay === "details" && details.length > 0 ? { reasoning_details: details } : {};
  return [
    {
      role: "assistant",
      content: texts.length === 0 ? null : texts.join(""),
      ...reasoning,
      ...detailed,
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    },
  ];
}

function specOf({ name, description, schema }: ToolSpec): Member {
  return { type: "function", function: { name, description: description.toWellFormed(), parameters: wellFormedJson(schema) } };
}
