// A request in the words of the Gemini API, as JSON. Each message is translated once in its life, so that consecutive requests share their bytes.
import type { Block, Json, Message, Request, ToolSpec } from "claw";
import { asObject, type Member, remember, visible, wellFormedJson } from "claw/kit";

/** What a thinking block's `opaque` holds: the signature of the part that follows, which stands for the thinking before it. */
export interface SignatureData {
  readonly service: typeof SERVICE;
  readonly signature: string;
  /** The call that it belongs to; without one it is the text's. */
  readonly call?: string;
}
/** Marks our own data. */
export const SERVICE = "google";
/** Translates requests. Forgets a session's messages when the session does. */
export type Translator = (request: Pick<Request, "system" | "tools" | "messages">, fields: Readonly<Record<string, Json>>) => string;

/** A translator with its own memory. `strict`: the model refuses calls without a signature. */
export function createTranslator(strict: boolean): Translator {
  const contents = new WeakMap<Message, Content>();
  const specs = new WeakMap<ToolSpec, Member>();
  /** A result names the tool, and stands in another message than its call. */
  const tools = new Map<string, string>();
  const translate = (message: Message): Content => {
    for (const block of message.content) if (block.type === "call") tools.set(block.id, block.tool);
    const asked = message.role === "user";
    return { role: asked ? "user" : "model", parts: asked ? askedOf(message.content, tools) : answeredOf(message.content, strict) };
  };
  return (request, fields) => {
    const system = request.system.filter(visible).map(textOf);
    const all = joined(request.messages.map((message) => remember(contents, message, translate)));
    return JSON.stringify({
      ...(system.length === 0 ? {} : { systemInstruction: { parts: system } }),
      ...(request.tools.length === 0 ? {} : { tools: [{ functionDeclarations: request.tools.map((tool) => remember(specs, tool, specOf)) }] }),
      contents: all[0]?.role === "user" ? all : [OPENING, ...all],
      ...fields,
    });
  };
}

// --- internal ---

interface Content {
  readonly role: "user" | "model";
  readonly parts: readonly Member[];
}

const OPENING: Content = { role: "user", parts: [{ text: "(The start of this session is not shown.)" }] };
/** Google's own word for a call that another model made. */
const UNSIGNED = "skip_thought_signature_validator";

/** Contents in a row of one role become one. */
function joined(contents: readonly Content[]): Content[] {
  const all: Content[] = [];
  for (const content of contents) {
    const last = all.at(-1);
    if (content.parts.length === 0) continue;
    if (last?.role === content.role) all[all.length - 1] = { role: last.role, parts: [...last.parts, ...content.parts] };
    else all.push(content);
  }
  return all;
}

/** Results stand first, right after the calls they answer, and their pictures after all of them. */
function askedOf(content: readonly Block[], tools: ReadonlyMap<string, string>): Member[] {
  const results: Member[] = [];
  const others: Member[] = [];
  for (const block of content) {
    if (block.type !== "result") others.push(...partsOf(block));
    else {
      const text = block.content.flatMap((one) => (one.type === "text" ? [one.text] : [])).join("\n");
      const pictures = block.content.filter((one) => one.type === "image").flatMap(partsOf);
      const said = visible(text) ? text.toWellFormed() : pictures.length > 0 ? "(a picture, see below)" : "(no output)";
      const name = tools.get(block.id) ?? "unknown";
      results.push({ functionResponse: { id: block.id, name, response: { [block.failed ? "error" : "output"]: said } } });
      others.push(...pictures);
    }
  }
  return [...results, ...others];
}

function partsOf(block: Block): Member[] {
  if (block.type === "text") return visible(block.text) ? [textOf(block.text)] : [];
  return block.type === "image" ? [{ inlineData: { mimeType: block.mediaType, data: block.base64 } }] : [];
}

function answeredOf(content: readonly Block[], strict: boolean): Member[] {
  const parts: Member[] = [];
  const own = content
    .flatMap((block) => (block.type === "thinking" ? [block.opaque as SignatureData | undefined] : []))
    .filter((one) => one?.service === SERVICE);
  const ofCalls = new Map(own.flatMap((one) => (one?.call === undefined ? [] : [[one.call, one.signature]])));
  let signature: string | undefined;
  let calls = 0;
  for (const block of content) {
    const data = block.type === "thinking" ? (block.opaque as SignatureData | undefined) : undefined;
    if (data?.service === SERVICE && data.call === undefined) signature = data.signature;
    if (block.type === "text" && visible(block.text)) {
      parts.push({ ...textOf(block.text), ...(signature === undefined ? {} : { thoughtSignature: signature }) });
      signature = undefined;
    }
    if (block.type !== "call") continue;
    // Of several calls at once only the first has one.
    const signed = ofCalls.get(block.id) ?? (strict && calls === 0 ? UNSIGNED : undefined);
    const functionCall = { id: block.id, name: block.tool, args: wellFormedJson(asObject(block.input)) };
    parts.push({ functionCall, ...(signed === undefined ? {} : { thoughtSignature: signed }) });
    calls++;
  }
  return parts;
}

function specOf({ name, description, schema }: ToolSpec): Member {
  return { name, description: description.toWellFormed(), parametersJsonSchema: wellFormedJson(schema) };
}

function textOf(text: string): Member {
  return { text: text.toWellFormed() };
}
