// The providers that speak OpenAI's protocol: OpenAI itself, the services that copied it, Ollama, and any other server that does.
import { ClawError, definePlugin, type Model, type PluginContext, type Provider } from "claw";
import { createPreconnect, type Endpoint, endpointEntries, refuseProjects } from "claw/kit";
import * as v from "valibot";
import { type ChatEndpoint, createEndpoints, requireKey } from "./endpoint.ts";
import { bareName, findModel, modelsOf } from "./models.ts";
import type { Ollama } from "./ollama.ts";
import { PRESETS, type Preset } from "./presets.ts";
import type { Sender } from "./stream.ts";

const QuirksSchema = v.strictObject({
  api: v.optional(v.picklist(["chat", "responses"])),
  maxTokens: v.optional(v.picklist(["max_tokens", "max_completion_tokens"])),
  usage: v.optional(v.boolean()),
  parallel: v.optional(v.boolean()),
  ids: v.optional(v.literal("short")),
  replay: v.optional(v.picklist(["content", "details", "none"])),
});
const SliceSchema = v.strictObject({
  ...endpointEntries(),
  keyVariable: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/))),
  quirks: v.optional(QuirksSchema),
});

export default definePlugin({
  config: v.record(v.picklist(PRESETS.map((preset) => preset.name)), v.optional(SliceSchema)),
  setup(ctx) {
    refuseProjects(ctx, "@claw/provider-openai");
    let sender: Promise<Sender> | undefined;
    const send = (): Promise<Sender> => {
      sender ??= import("./stream.ts").then(({ createSender }) => createSender());
      return sender;
    };
    let server: Promise<Ollama> | undefined;
    const ollama = (): Promise<Ollama> => {
      server ??= import("./ollama.ts").then(({ createOllama }) => createOllama());
      return server;
    };
    const preconnect = createPreconnect(ctx.bus);
    for (const preset of PRESETS) {
      const endpoint = createEndpoints(ctx, preset, ctx.config[preset.name] ?? {});
      ctx.contribute(
        "provider",
        preset.name === "ollama" ? ollamaProvider(ctx, preset, endpoint, send, ollama) : provider(preset, endpoint, send, preconnect),
      );
    }
  },
});

// --- internal ---

type Endpoints = () => Promise<ChatEndpoint>;

function provider(preset: Preset, endpoint: Endpoints, send: () => Promise<Sender>, preconnect: (at: Endpoint) => void): Provider {
  return {
    name: preset.name,
    models: async () => modelsOf(preset.name),
    async resolve(name) {
      const at = await endpoint();
      const model = findModel(preset, nameOf(preset, name), !at.own);
      requireKey(at);
      preconnect(at);
      return model;
    },
    async *stream(request, signal) {
      yield* (await send())(request, await endpoint(), signal);
    },
  };
}

/** Ollama's models are those that the server has, as large as it loads them. */
function ollamaProvider(
  { bus }: Pick<PluginContext<unknown>, "bus">,
  preset: Preset,
  endpoint: Endpoints,
  send: () => Promise<Sender>,
  ollama: () => Promise<Ollama>,
): Provider {
  return {
    name: preset.name,
    models: async () => (await ollama()).models(await endpoint()),
    resolve: async (name): Promise<Model> => (await ollama()).find(bareName(preset.name, name), await endpoint()),
    async *stream(request, signal) {
      const at = await endpoint();
      for await (const part of (await send())(request, at, signal)) {
        const text = part.type === "finish" ? await (await ollama()).warning(request.model.id, at) : undefined;
        if (text !== undefined) bus.emit("notice.raised", { level: "warn", text });
        yield part;
      }
    },
  };
}

/** The preset's own model for `default`. */
function nameOf({ name, model }: Preset, wanted: string): string {
  if (bareName(name, wanted) !== "default") return wanted;
  if (model !== undefined) return model;
  throw new ClawError("CLAW_MODEL_UNKNOWN", `${name} has no default model`, { hint: `Name one: --model ${name}/NAME.` });
}
