// One request to a service and its stream, in whichever of the two protocols the server is spoken to. Import this file only to send something.
import type { Part, Request } from "claw";
import { exchange, post, type Refusal } from "claw/kit";
import { type ChatStyle, createChatTranslator, type Translator } from "./chat.ts";
import { createChatAnswer } from "./chat-answer.ts";
import { type ChatEndpoint, requireKey } from "./endpoint.ts";
import { traitsOf } from "./models.ts";
import { createResponsesTranslator } from "./responses.ts";
import { createResponsesAnswer } from "./responses-answer.ts";
import { tune } from "./tuning.ts";

/** Sends a request and yields its parts. */
export type Sender = (request: Request, endpoint: ChatEndpoint, signal: AbortSignal) => AsyncGenerator<Part>;

/** A sender with its own memory of messages translated. */
export function createSender(): Sender {
  const translators = new Map<string, Translator>();
  const known = (key: string, make: () => Translator): Translator => {
    // One session speaks to few models; more than that are not worth their memory.
    if (!translators.has(key) && translators.size >= MOST_TRANSLATORS) translators.clear();
    return translators.get(key) ?? translators.set(key, make()).get(key)!;
  };
  return async function* (request, endpoint, signal) {
    requireKey(endpoint);
    const { preset, quirks } = endpoint;
    const { id } = request.model;
    const traits = traitsOf(preset.name, id);
    const fields = tune(request, quirks, traits);
    const spoken = quirks.api === "responses";
    const style: ChatStyle = {
      service: preset.name,
      replay: quirks.replay ?? (REPLAYED.test(id) ? "content" : "none"),
      ids: quirks.ids ?? "any",
      images: traits.images,
    };
    const translate = spoken
      ? known(`${preset.name} ${id}`, () => createResponsesTranslator(preset.name, id, traits.images))
      : known(JSON.stringify(style), () => createChatTranslator(style));
    const answer = spoken ? createResponsesAnswer(preset.name, id) : createChatAnswer(preset.name);
    const headers: Record<string, string> = endpoint.key === undefined ? {} : { authorization: `Bearer ${endpoint.key}` };
    const open = (control: AbortController): Promise<Response> =>
      post(endpoint, spoken ? "/responses" : "/chat/completions", translate(request, fields), headers, control);
    const hint = (refusal: Refusal): string | undefined => hintFor(refusal, endpoint, id);
    yield* exchange({ endpoint, answer, maxOutput: request.maxOutput, open, hint }, signal);
  };
}

// --- internal ---

const MOST_TRANSLATORS = 8;
/** Models that want their reasoning back beside the calls they made. */
const REPLAYED = /(^|\/)(deepseek|kimi|glm|minimax|mimo)/i;

function hintFor({ status, message, type = "" }: Refusal, { preset, names }: ChatEndpoint, model: string): string | undefined {
  const missing =
    (status === 404 || status === 400) &&
    /model/i.test(`${message} ${type}`) &&
    /not (found|exist)|does not exist|unknown|invalid model/i.test(message);
  if (missing && preset.name === "ollama") return `Fetch it with \`ollama pull ${model}\`, or see \`claw model\` for those that are there.`;
  if (status === 404 && !missing) return `Check ${names.baseUrl}: it usually ends in /v1.`;
  if (status === 400 && /stream_options/.test(message))
    return `Set quirks.usage to false for ${preset.name} in the settings of @claw/provider-openai.`;
  if (/does not support tools/i.test(message)) return "claw works through tools: choose a model that supports them.";
  return undefined;
}
