// The scripted model of the test kit: a provider that plays replies, and keeps what it was sent.
import { type Block, ClawError, definePlugin, type ErrorCode, type Finish, type Json, type Part, type Plugin, type Request } from "claw";

/** One scripted answer. A `parts` reply is played as it is; a function sees the request. */
export type Reply =
  | { readonly content: readonly Block[]; readonly stop?: Finish["stop"] }
  | { readonly fails: ErrorCode }
  | { readonly parts: readonly (Part | Promise<unknown>)[] }
  | ((request: Request) => Reply);

/** A reply of text. */
export function says(text: string): Reply {
  return { content: [{ type: "text", text }] };
}
/** A reply that asks for one call. Several: `{ content: [...] }` with more call blocks. */
export function calls(tool: string, input: Json, id = `call_${tool}_${crypto.randomUUID().slice(0, 8)}`): Reply {
  return { content: [{ type: "call", id, tool, input }], stop: "calls" };
}
/** A reply that fails before its first part. */
export function fails(code: ErrorCode): Reply {
  return { fails: code };
}

/** The plugin that plays `script`, pushing each request to `requests`. With no reply left it says "done". */
export function scriptedProvider(script: Reply[], requests: Request[]): Plugin {
  const model = { id: "script", context: 200_000, maxOutput: 8_000, price: { input: 1, output: 2, cacheRead: 0.1, cacheWrite: 1.25 } };
  return definePlugin({
    setup({ contribute }) {
      contribute("provider", {
        name: "script",
        models: async () => [model],
        resolve: async (name) => ({ ...model, id: name }),
        async *stream(request, signal) {
          requests.push({ ...request, messages: structuredClone(request.messages) as Request["messages"] });
          let reply = script.shift() ?? says("done");
          while (typeof reply === "function") reply = reply(request);
          if ("fails" in reply) throw new ClawError(reply.fails, `scripted failure: ${reply.fails}`);
          if ("parts" in reply) {
            for (const part of reply.parts) {
              if (part instanceof Promise) await Promise.race([part, aborted(signal)]);
              else yield part;
            }
            return;
          }
          yield* play(reply.content, reply.stop);
        },
      });
    },
  });
}

// --- internal ---

function* play(content: readonly Block[], stop?: Finish["stop"]): Generator<Part> {
  for (const block of content) {
    if (block.type === "text") yield { type: "text", delta: block.text };
    else if (block.type === "thinking") yield { type: "thinking", delta: block.text };
    else if (block.type === "call") yield block;
  }
  const asked = content.some((block) => block.type === "call");
  yield { type: "finish", stop: stop ?? (asked ? "calls" : "done"), usage: { input: 10, output: 5, cacheRead: 0, cacheWrite: 0 }, content };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(new ClawError("CLAW_ABORTED", String(signal.reason)));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
