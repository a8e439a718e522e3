// Requests to the model for a plugin that declares them: claw's own provider does them, with keys that stay with claw. Both sides are here, each in its
// own process.
import { ClawError, type Json, type Model, type Part, type PluginContext, type Provider, type Request } from "claw";
import type { Rights } from "./place.ts";
import type { Answers, Notes, Peer } from "./wire.ts";

/** The host's side. */
export interface Lender {
  readonly answers: Answers;
  readonly notes: Notes;
  /** Ends what is still running. */
  close(): void;
}

/** `tell` sends a part of the answer to the request with that id. */
export function lender(
  { models }: Pick<Rights, "models">,
  { get }: Pick<PluginContext<unknown>, "get">,
  tell: (id: number, part: Json) => void,
): Lender {
  const running = new Map<number, AbortController>();
  const provider = async (name: Json = ""): Promise<Provider> => {
    if (models.length === 0) throw new ClawError("CLAW_TOOL_FAILED", "an isolated plugin gets the model only when it declares that");
    return get("provider", String(name));
  };
  const allowed = (id: unknown): void => {
    if (models.includes("*") || models.includes(String(id))) return;
    throw new ClawError("CLAW_TOOL_FAILED", `the model ${String(id)} is not among those that the plugin declares`);
  };
  return {
    answers: {
      "model.models": async ({ provider: name }) => plainly(await (await provider(name)).models()),
      "model.resolve": async ({ provider: name, model = "" }) => plainly(await (await provider(name)).resolve(String(model))),
      async "model.stream"({ provider: name, request = null }, id) {
        const from = await provider(name);
        allowed(Object(Object(request)["model"])["id"]);
        const controller = new AbortController();
        running.set(id, controller);
        try {
          for await (const part of from.stream(request as unknown as Request, controller.signal)) tell(id, plainly(part));
          return null;
        } finally {
          running.delete(id);
        }
      },
    },
    notes: { stop: ({ id = -1 }) => running.get(Number(id))?.abort("stopped") },
    close() {
      for (const controller of running.values()) controller.abort("closed");
    },
  };
}

/** The child's side: a provider over the wire. `parts` is where the wire brings parts to, by request. */
export function borrowed(name: string, peer: Peer, parts: Map<number, (part: Json) => void>): Provider {
  return {
    name,
    models: async () => (await peer.request("model.models", { provider: name })) as unknown as readonly Model[],
    resolve: async (model) => (await peer.request("model.resolve", { provider: name, model })) as unknown as Model,
    async *stream(request, signal) {
      const queue: Part[] = [];
      const state: { over: boolean; failed?: unknown; wake: PromiseWithResolvers<void> } = { over: false, wake: Promise.withResolvers<void>() };
      let own = -1;
      const hear = (id: number): void => {
        own = id;
        parts.set(id, (part) => {
          queue.push(part as unknown as Part);
          state.wake.resolve();
        });
      };
      const end = (failed?: unknown): void => {
        Object.assign(state, { over: true, failed });
        state.wake.resolve();
      };
      const stop = (): void => peer.notify("stop", { id: own });
      peer.request("model.stream", { provider: name, request: plainly(request) }, hear).then(() => end(), end);
      signal.addEventListener("abort", stop, { once: true });
      if (signal.aborted) stop();
      try {
        for (;;) {
          for (let part = queue.shift(); part !== undefined; part = queue.shift()) yield part;
          if (state.over) break;
          await state.wake.promise;
          state.wake = Promise.withResolvers();
        }
        if (state.failed !== undefined) throw state.failed;
      } finally {
        parts.delete(own);
        signal.removeEventListener("abort", stop);
        if (!state.over) stop();
      }
    },
  };
}

// --- internal ---

const plainly = (value: unknown): Json => JSON.parse(JSON.stringify(value));
