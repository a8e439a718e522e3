// A provider with a small window that refuses what does not fit, and tools with large results, for this compactor's tests.
import { type Block, ClawError, definePlugin, defineTool, type Finish, type Json, type Message, type Request } from "claw";
import { bytesOf } from "claw/kit";
import { createHarness, type Harness, type HarnessOptions } from "claw/testing";
import * as v from "valibot";

/** What a step of the script does: says text, or asks for calls of `read` with these sizes. */
export type Step = string | readonly number[];
export interface Small {
  readonly requests: Request[];
  readonly notes: Request[];
}
/** Answers with `steps` in order; whatever takes more than `window` tokens (four bytes each) is refused. Notes are written when asked for, unless `silent`; `hanging`, that never ends by itself. */
export function small(window: number, steps: Step[], { silent = false, hanging = false, seen = { requests: [], notes: [] } as Small } = {}) {
  const model = { id: "small", context: window, maxOutput: 500, price: { input: 1, output: 2, cacheRead: 0.1, cacheWrite: 1 } };
  const tiny = { ...model, id: "tiny" };
  let id = 0;
  const plugin = definePlugin({
    setup({ contribute }) {
      contribute("provider", {
        name: "small",
        models: async () => [model, tiny],
        resolve: async (name) => {
          if (name === "unknown") throw new ClawError("CLAW_MODEL_UNKNOWN", "no such model");
          return name === "tiny" ? tiny : model;
        },
        async *stream(request, signal) {
          const size = Math.ceil((bytesOf(request.messages) + request.system.join("").length) / 4);
          const writing = request.tools.length === 0 && request.system[0]?.startsWith("You write the notes") === true;
          seen[writing ? "notes" : "requests"].push({ ...request, messages: structuredClone(request.messages) as Message[] });
          if (size > window) throw new ClawError("CLAW_PROVIDER_OVERFLOW", `${size} tokens are more than ${window}`);
          if (writing && hanging) {
            await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
            throw new ClawError("CLAW_ABORTED", "aborted");
          }
          if (writing && silent) throw new ClawError("CLAW_PROVIDER_UNAVAILABLE", "out of order");
          const step = writing ? `Notes ${seen.notes.length}: the goal is to read all of it, and much was read already.` : (steps.shift() ?? "done");
          const content: Block[] =
            typeof step === "string"
              ? [{ type: "text", text: step }]
              : step.map((bytes) => ({ type: "call", id: `c${++id}`, tool: "read", input: { bytes } as Json }));
          for (const block of content)
            if (block.type === "call") yield block;
            else if (block.type === "text") yield { type: "text", delta: block.text };
          const finish: Finish = {
            ...{ type: "finish", stop: typeof step === "string" ? "done" : "calls", content },
            usage: { input: size, output: Math.ceil(bytesOf([{ role: "assistant", content }]) / 4), cacheRead: 0, cacheWrite: 0 },
          };
          yield finish;
        },
      });
      contribute(
        "tool",
        defineTool({
          name: "read",
          description: "gives so many bytes",
          input: v.strictObject({ bytes: v.number() }),
          access: () => "read",
          subject: ({ bytes }) => String(bytes),
          run: async ({ bytes }) => ({ content: [{ type: "text", text: "line of text\n".repeat(Math.ceil(bytes / 13)).slice(0, bytes) }] }),
        }),
      );
    },
  });
  return { plugin, seen };
}

export const PLUGINS = ["compactor/summary", "compactor/extract", "feature/ledger", "tool/todo-write"];
export interface Rig extends AsyncDisposable {
  readonly on: Harness;
  readonly seen: Small;
}
export async function rig(
  window: number,
  steps: Step[],
  { silent = false, config = {}, ...more }: Partial<Omit<HarnessOptions, "config">> & { silent?: boolean; config?: object } = {},
): Promise<Rig> {
  const { plugin, seen } = small(window, steps, { silent });
  const on = await createHarness({ plugins: [...PLUGINS, plugin], ...more, config: { provider: "small", compactor: "summary", ...config } as Json });
  return { on, seen, [Symbol.asyncDispose]: () => on[Symbol.asyncDispose]() };
}
export const textsOf = (messages: readonly Message[]): string =>
  messages.flatMap(({ content }) => content.map((block) => (block.type === "text" ? block.text : ""))).join("\n");
export const said = (text: string): Message => ({ role: "user", content: [{ type: "text", text }] });
export const answered = (text: string): Message => ({ role: "assistant", content: [{ type: "text", text }] });
export const exchange = (id: string, tool: string, input: Json, result: string): Message[] => [
  { role: "assistant", content: [{ type: "call", id, tool, input }] },
  { role: "user", content: [{ type: "result", id, content: [{ type: "text", text: result }], failed: false }] },
];
export const folds = (on: Harness): number => on.events.filter(({ type }) => type === "session.compacted").length;
export const warnings = (on: Harness): string[] =>
  on.events.flatMap((event) => (event.type === "notice.raised" && event.data.level === "warn" ? [event.data.text] : []));
/** Throws unless each call is answered right after it. */
export function sound(messages: readonly Message[]): void {
  const open = new Set<string>();
  for (const { role, content } of messages) {
    if (role === "assistant" && open.size > 0) throw new Error(`no result of ${[...open]}`);
    for (const block of content) {
      if (block.type === "call") open.add(block.id);
      if (block.type === "result" && !open.delete(block.id)) throw new Error(`no call of ${block.id}`);
    }
  }
  if (open.size > 0) throw new Error(`no result of ${[...open]}`);
}
export async function scopeOf(on: Harness) {
  return {
    ...on.host,
    session: on.shell.session,
    selection: on.shell.selection,
    turn: 1,
    signal: new AbortController().signal,
    select: () => {},
    draft: async () => ({ system: [], messages: [], tools: [] }),
  };
}
