// A server on a loopback port that speaks the Gemini API's `streamGenerateContent`. Plays replies in order.
import { geminiProblem } from "./openai-check.ts";
import { createFrameServer, type FrameServer, type Played } from "./openai-server.ts";

export interface GoogleCall {
  readonly tool: string;
  readonly input?: unknown;
  readonly id?: string;
  readonly signature?: string;
}
/** One answer. Without `status` it is a stream of what these say, or of `frames` as they are. */
export interface GoogleReply {
  readonly thought?: string;
  readonly text?: string;
  /** Comes in a part of its own after the text. */
  readonly signature?: string;
  readonly calls?: readonly GoogleCall[];
  readonly stop?: string;
  readonly usage?: object;
  /** Characters in each chunk of text. */
  readonly cut?: number;
  readonly frames?: readonly object[];
  readonly fault?: Played["fault"];
  readonly split?: number;
  readonly status?: number;
  readonly body?: unknown;
}

/** Starts the server. */
export function createGoogleMock(replies: readonly GoogleReply[]): FrameServer {
  return createFrameServer((request, position) => {
    const reply = replies[position] ?? { status: 400, body: { error: { code: 400, message: "mock: no reply left", status: "INVALID_ARGUMENT" } } };
    if (reply.status !== undefined) return { status: reply.status, body: reply.body };
    const message = geminiProblem(request.body);
    if (message !== undefined) return { status: 400, body: { error: { code: 400, message, status: "INVALID_ARGUMENT" } } };
    const frames = (reply.frames ?? chunks(reply, position)).map((chunk) => `data: ${JSON.stringify(chunk)}\r\n\r\n`);
    return { frames, split: reply.split, fault: reply.fault };
  });
}

// --- internal ---

function chunks(reply: GoogleReply, position: number): object[] {
  const about = { responseId: `resp-${position + 1}`, modelVersion: "mock" };
  const chunk = (part: object) => ({ ...about, candidates: [{ index: 0, content: { role: "model", parts: [part] } }] });
  const calls = (reply.calls ?? []).map(({ tool, input, id, signature }) =>
    chunk({ functionCall: { name: tool, args: input ?? {}, ...(id && { id }) }, ...(signature && { thoughtSignature: signature }) }),
  );
  const usage = { promptTokenCount: 10, candidatesTokenCount: 3, thoughtsTokenCount: 2, cachedContentTokenCount: 4, totalTokenCount: 15 };
  return [
    ...pieces(reply.thought ?? "", reply.cut).map((text) => chunk({ text, thought: true })),
    ...pieces(reply.text ?? "", reply.cut).map((text) => chunk({ text })),
    ...(reply.signature === undefined ? [] : [chunk({ text: "", thoughtSignature: reply.signature })]),
    ...calls,
    { ...about, candidates: [{ index: 0, content: {}, finishReason: reply.stop ?? "STOP" }], usageMetadata: reply.usage ?? usage },
  ];
}

function pieces(text: string, length = text.length): string[] {
  const found: string[] = [];
  for (let at = 0; at < text.length; at += length) found.push(text.slice(at, at + length));
  return found;
}
