// A request in the words of OpenAI's Responses API, as JSON. Nothing is stored at the other side: reasoning comes and goes encrypted.
import type { Block, Message, ToolSpec } from "claw";
import { asObject, type Member, remember, visible, wellFormedJson } from "claw/kit";
import { fittingId, type Translator, UNSEEN } from "./chat.ts";

/** What a thinking block's `opaque` holds: a reasoning item of `model`, or the phase of the message that follows. */
export interface ItemData {
  readonly service: string;
  readonly model?: string;
  readonly item?: Member;
  readonly phase?: string;
}

/** A translator with its own memory, for the requests of one model. */
export function createResponsesTranslator(service: string, model: string, images: boolean): Translator {
  const items = new WeakMap<Message, readonly Member[]>();
  const specs = new WeakMap<ToolSpec, Member>();
  const translate = ({ role, content }: Message): readonly Member[] =>
    role === "user" ? askedOf(content, images) : answeredOf(content, service, model);
  return ({ system, tools, messages }, fields) => {
    const instructions = system.filter(visible).join("\n\n").toWellFormed();
    const input = messages.flatMap((message) => remember(items, message, translate));
    return JSON.stringify({
      model,
      ...(instructions === "" ? {} : { instructions }),
      input: input.length === 0 ? [OPENING] : input,
      ...(tools.length === 0 ? {} : { tools: tools.map((tool) => remember(specs, tool, specOf)) }),
      stream: true,
      store: false,
      ...fields,
    });
  };
}

// --- internal ---

const OPENING = { role: "user", content: "(The start of this session is not shown.)" };

function askedOf(content: readonly Block[], images: boolean): Member[] {
  const results: Member[] = [];
  const parts: Member[] = [];
  for (const block of content) {
    if (block.type !== "result") parts.push(...partsOf(block, images));
    else results.push({ type: "function_call_output", call_id: fittingId(block.id), output: outputOf(block, images) });
  }
  return parts.length === 0 ? results : [...results, { role: "user", content: parts }];
}

function partsOf(block: Block, images: boolean): Member[] {
  if (block.type === "text") return visible(block.text) ? [{ type: "input_text", text: block.text.toWellFormed() }] : [];
  if (block.type !== "image") return [];
  if (!images) return [{ type: "input_text", text: UNSEEN }];
  return [{ type: "input_image", image_url: `data:${block.mediaType};base64,${block.base64}`, detail: "auto" }];
}

/** The API knows no failure, so that the text says it. */
function outputOf({ content, failed }: Extract<Block, { type: "result" }>, images: boolean): string | Member[] {
  const parts = content.flatMap((block) => partsOf(block, images));
  if (parts.length === 0) return failed ? "(failed without output)" : "(no output)";
  const texts = parts.flatMap((part) => (part["type"] === "input_text" ? [part["text"] as string] : []));
  if (texts.length === parts.length) return (failed ? "Error: " : "") + texts.join("\n");
  return failed ? [{ type: "input_text", text: "Error:" }, ...parts] : parts;
}

function answeredOf(content: readonly Block[], service: string, model: string): Member[] {
  const items: Member[] = [];
  let phase: string | undefined;
  for (const block of content) {
    if (block.type === "text" && visible(block.text)) {
      const text = [{ type: "output_text", text: block.text.toWellFormed() }];
      items.push({ role: "assistant", content: text, ...(phase === undefined ? {} : { phase }) });
      phase = undefined;
    }
    if (block.type === "call") {
      const input = JSON.stringify(wellFormedJson(asObject(block.input)));
      items.push({ type: "function_call", call_id: fittingId(block.id), name: block.tool, arguments: input });
    }
    const own = block.type === "thinking" ? (block.opaque as ItemData | undefined) : undefined;
    if (own?.service !== service) continue;
    if (own.phase !== undefined) phase = own.phase;
    // Only the model that thought it can read it.
    if (own.item !== undefined && own.model === model) items.push(own.item);
  }
  // The API refuses reasoning that nothing follows.
  while (items.at(-1)?.["type"] === "reasoning") items.pop();
  return items;
}

function specOf({ name, description, schema }: ToolSpec): Member {
  return { type: "function", name, description: description.toWellFormed(), parameters: wellFormedJson(schema), strict: false };
}
