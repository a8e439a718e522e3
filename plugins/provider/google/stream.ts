// One request to the Gemini API and its stream. Import this file only to send something.
import type { Part, Request } from "claw";
import { exchange, post } from "claw/kit";
import { createAnswer } from "./answer.ts";
import { type GeminiEndpoint, requireKey } from "./endpoint.ts";
import { wantsSignatures } from "./models.ts";
import { createTranslator, type Translator } from "./translate.ts";
import { tune } from "./tuning.ts";

/** Sends a request and yields its parts. */
export type Sender = (request: Request, endpoint: GeminiEndpoint, signal: AbortSignal) => AsyncGenerator<Part>;

/** A sender with its own memory of messages translated. */
export function createSender(): Sender {
  const translators = new Map<boolean, Translator>();
  return async function* (request, endpoint, signal) {
    requireKey(endpoint);
    const strict = wantsSignatures(request.model.id);
    const translate = translators.get(strict) ?? translators.set(strict, createTranslator(strict)).get(strict)!;
    const headers: Record<string, string> = endpoint.key === undefined ? {} : { "x-goog-api-key": endpoint.key };
    const path = `/models/${encodeURIComponent(request.model.id)}:streamGenerateContent?alt=sse`;
    const open = (control: AbortController): Promise<Response> => post(endpoint, path, translate(request, tune(request)), headers, control);
    yield* exchange({ endpoint, answer: createAnswer(), maxOutput: request.maxOutput, open }, signal);
  };
}
