// What only Ollama's own API tells of its models: which there are, and how much of a prompt they get to see. Loopback mostly, so answers are quick.
import type { Model } from "claw";
import type { ChatEndpoint } from "./endpoint.ts";
import { GUESS, unknownModel } from "./models.ts";

/** Asks an Ollama server about its models, each thing once as long as the server stays the same. */
export interface Ollama {
  models(at: ChatEndpoint): Promise<readonly Model[]>;
  /** The model of that name. Throws `CLAW_MODEL_UNKNOWN` when the server says that it has others only. A server that says nothing is believed in. */
  find(name: string, at: ChatEndpoint): Promise<Model>;
  /** After an answer: a warning when the model was loaded with too small a context. Once for each model. */
  warning(id: string, at: ChatEndpoint): Promise<string | undefined>;
}

/** A memory of one server. */
export function createOllama(): Ollama {
  let server: string | undefined;
  let listed: Promise<readonly string[] | undefined> | undefined;
  const contexts = new Map<string, number>();
  const warned = new Set<string>();
  const names = (at: ChatEndpoint): Promise<readonly string[] | undefined> => {
    if (server !== at.baseUrl) [server, listed] = [at.baseUrl, undefined];
    listed ??= ask(at, "/api/tags").then((body) => {
      const models = (body as { models?: unknown } | undefined)?.models;
      return Array.isArray(models) ? models.map((one) => String(Object(one).name)) : undefined;
    });
    return listed;
  };
  const describe = async (id: string, at: ChatEndpoint): Promise<Model> => {
    const context = contexts.get(id) ?? (await contextOf(id, at)) ?? GUESS.context;
    contexts.set(id, context);
    return { id, context, maxOutput: Math.min(GUESS.maxOutput, Math.max(1, Math.floor(context / 2))), price: FREE };
  };
  return {
    models: async (at) => Promise.all(((await names(at)) ?? []).map((id) => describe(id, at))),
    async find(name, at) {
      const known = await names(at);
      const id = name === "" || name === "default" ? (known?.[0] ?? "") : name;
      const there = known === undefined || known.includes(id) || known.includes(`${id}:latest`);
      if (id !== "" && there) return describe(id, at);
      throw unknownModel(name, id, known ?? [], id === "" ? "Ollama has no model yet: `ollama pull` one." : `Fetch it with \`ollama pull ${id}\`.`);
    },
    async warning(id, at) {
      if (warned.has(id)) return undefined;
      warned.add(id);
      const context = await loadedContext(id, at);
      if (context === undefined) return undefined;
      contexts.set(id, context);
      if (context >= SMALLEST) return undefined;
      return `Ollama gives ${id} a context of ${context} tokens and silently drops what does not fit, claw's tools first: start it with OLLAMA_CONTEXT_LENGTH=32768.`;
    },
  };
}

// --- internal ---

/** What claw's prompt, its tools and a few files need. */
const SMALLEST = 16_000;
const ASK_MS = 2_000;
const FREE = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };

/** The size that the model is loaded with, else its definition's, else the most it could have. */
async function contextOf(id: string, at: ChatEndpoint): Promise<number | undefined> {
  const [loaded, shown] = await Promise.all([loadedContext(id, at), ask(at, "/api/show", { model: id })]);
  if (loaded !== undefined) return loaded;
  const { parameters, model_info: info } = Object(shown) as { parameters?: unknown; model_info?: Record<string, unknown> };
  const own = Number(/^num_ctx\s+(\d+)/m.exec(String(parameters ?? ""))?.[1] ?? 0);
  const most = Object.entries(info ?? {}).find(([key]) => key.endsWith(".context_length"))?.[1];
  return own > 0 ? own : typeof most === "number" && most > 0 ? most : undefined;
}

async function loadedContext(id: string, at: ChatEndpoint): Promise<number | undefined> {
  const { models } = Object(await ask(at, "/api/ps")) as { models?: unknown };
  const loaded = (Array.isArray(models) ? models : []).find((one) => [id, `${id}:latest`].includes(String(Object(one).name))) as
    | { context_length?: unknown }
    | undefined;
  return typeof loaded?.context_length === "number" && loaded.context_length > 0 ? loaded.context_length : undefined;
}

/** The answer as JSON; `undefined` when there is none in time, whatever the reason: the request itself will tell. */
async function ask(at: ChatEndpoint, path: string, body?: object): Promise<unknown> {
  const proxy = at.proxy === undefined ? {} : { proxy: at.proxy };
  const headers: Record<string, string> = { ...(at.key === undefined ? {} : { authorization: `Bearer ${at.key}` }), ...at.headers };
  const how = {
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    headers,
    redirect: "manual",
    verbose: false,
    ...proxy,
  };
  try {
    const response = await fetch(at.baseUrl.replace(/\/v1$/, "") + path, { ...how, signal: AbortSignal.timeout(ASK_MS) } as RequestInit);
    if (!response.ok || Number(response.headers.get("content-length") ?? 0) > 8_000_000) return undefined;
    return await response.json();
  } catch {
    return undefined;
  }
}
