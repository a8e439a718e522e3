// boot(): layers → config → plugins → frontend. The one place that puts the parts together.
import { join, resolve } from "node:path";
import { toJsonSchema } from "@valibot/to-json-schema";
import { createBus } from "./bus/bus.ts";
import { effective, type Layers, problem, projectRoot, readLayers } from "./config/load.ts";
import { ConfigSchema } from "./config/schema.ts";
import type { Tool } from "./contracts/contributions.ts";
import type { Host, OpenOptions, Shell } from "./contracts/host.ts";
import type { Json } from "./contracts/message.ts";
import { Hosting, Inspecting, type Loadable } from "./contracts/plugin.ts";
import type { ForkOptions, ForkOutcome, Options, Selection, Setting, TurnScope } from "./contracts/scopes.ts";
import { wrap } from "./errors.ts";
import { createSeats, limited, type Seats } from "./hooks/seat.ts";
import { discover, folderOf, type Modules, serve } from "./host/discover.ts";
import type { Option } from "./host/manifest.ts";
import { createRegistry, type Registry } from "./host/registry.ts";
import { createShell } from "./host/shell.ts";
import { NO_USAGE } from "./loop/usage.ts";

/** What a kernel is booted from. All that is known of the machine comes in here. */
export interface BootOptions {
  readonly bundled: readonly Loadable[];
  readonly cwd: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The managed settings file. */
  readonly managed: string;
  /** Parses the command line; called once with the options of bundled plugins, and again, `strict`, with everyone's. */
  parse(known: readonly Option[], strict: boolean): { readonly options: Options; readonly words: readonly string[] };
  /** Ends a message about an unknown word: "Did you mean …?", or nothing. */
  suggest(word: string, words: readonly string[]): string;
  /** What external plugins import from claw; called when there is one. */
  modules(): Promise<Modules>;
}
/** A running kernel. */
export interface Kernel extends AsyncDisposable {
  readonly host: Host;
  /** Runs the frontend that config names. Resolves to the exit code. */
  run(): Promise<number>;
}

/** Boots a kernel. Throws `CLAW_CONFIG_*`, `CLAW_USAGE`, and `CLAW_PLUGIN_*` for a plugin named on the command line. */
export async function boot(at: BootOptions): Promise<Kernel> {
  const warned: string[] = [];
  const known = at.bundled.flatMap((one) => one.manifest?.options ?? []);
  const early = at.parse(known, false);
  const cwd = resolve(at.cwd, typeof early.options["cwd"] === "string" ? early.options["cwd"] : ".");
  const layersAt = { cwd, home: at.home, env: at.env, managed: at.managed, known };
  const first = await readLayers({ ...layersAt, options: early.options });
  const { loadables, refused } = gather(at, await effective(first), first, early.options, cwd);
  const all = loadables.flatMap((one) => one.manifest?.options ?? []);
  const { options, words } = at.parse(all, true);
  const layers = await readLayers({ ...layersAt, known: all, options });
  const config = await effective(layers);
  for (const key of Object.keys(layers)) {
    const owned = [...Object.keys(ConfigSchema.entries), ...loadables.flatMap((one) => one.manifest?.settings ?? [])];
    if (!owned.includes(key))
      warned.push((await problem(layers[key]![0]!.origin, [key], `unknown key. ${at.suggest(key, owned)}`)).message.trim());
  }
  const bus = createBus((error) => process.stderr.write(`claw: a listener failed: ${error}\n`));
  const registry: Registry = createRegistry({
    seats: () => seats,
    bus,
    activateMs: config.limits.activateMs ?? 10_000,
    base: { cwd, home: at.home, env: at.env, options, settings: (key) => layers[key] ?? [] },
    slices: (plugin) => slicesOf(layers, plugin),
    suggest: at.suggest,
    warn: (text) => void warned.push(text),
  });
  const seats: Seats = createSeats({
    hookMs: config.limits.hookMs ?? 120_000,
    activate: registry.activate,
    failed: (error) => registry.off(error.info.plugin ?? "claw", error),
  });
  if (loadables.some((one) => one.source !== undefined)) serve(await at.modules());
  for (const one of loadables) registry.add(one);
  for (const [one, why] of refused) registry.refuse(one, why);

  const schemas = new WeakMap<Tool, Json>();
  function schema(tool: Tool): Json {
    const { $schema: _, ...rest } = toJsonSchema(tool.input as Parameters<typeof toJsonSchema>[0], { errorMode: "ignore" });
    const made = schemas.get(tool) ?? (rest as Json);
    schemas.set(tool, made);
    return made;
  }
  async function open(from: OpenOptions = {}, fork?: ForkOptions, parent?: TurnScope): Promise<Shell> {
    const folder = resolve(cwd, from.cwd ?? ".");
    const own = projectRoot(folder) === projectRoot(cwd) ? layers : await readLayers({ ...layersAt, cwd: folder, known: all, options });
    const store = await host.get("store", from.store ?? config.store);
    const wanted = {
      cwd: folder,
      ...(from.resume === undefined ? {} : { ref: from.resume }),
      ...(from.id === undefined ? {} : { id: from.id }),
    };
    const session = await store.open({
      ...wanted,
      ...(from.fork === true ? { fork: true } : {}),
      ...(parent === undefined ? {} : { parent: parent.session.id }),
    });
    const asked = {
      provider: config.provider,
      model: config.model,
      compactor: config.compactor,
      "permission-mode": config.permissionMode,
      ...from.selection,
    };
    const selection: Selection = { ...asked, "permission-mode": registry.find("permission-mode", asked["permission-mode"]).name };
    const about = fork === undefined ? {} : { agent: fork.name, parent: parent!.session.id };
    bus({ source: "claw", session: session.id }).emit("session.opened", { cwd: folder, resumed: from.resume !== undefined, ...about });
    return createShell({
      registry,
      seats,
      scope: host,
      session,
      selection,
      options: from,
      settings: (key) => own[key] ?? [],
      bus,
      schema,
      fork: forkOf,
      ...(fork?.system === undefined ? {} : { system: fork.system }),
    });
  }
  async function forkOf(fork: ForkOptions, parent: TurnScope): Promise<ForkOutcome> {
    const allowed = host.names("tool").filter((name) => fork.tools?.includes(name) !== false);
    const shell = await open(
      {
        cwd: parent.cwd,
        tools: allowed,
        selection: { ...parent.selection, ...(fork.model === undefined ? {} : { model: fork.model }) },
        ...(parent.ask === undefined ? {} : { ask: named(parent.ask, fork.name) }),
      },
      fork,
      parent,
    );
    let usage = NO_USAGE;
    using _ = host.bus.on("turn.ended", (event) => {
      if (event.session === shell.session.id) usage = event.data.usage;
    });
    const stop = (): void => shell.abort(String(parent.signal.reason));
    parent.signal.addEventListener("abort", stop, { once: true });
    if (parent.signal.aborted) stop();
    try {
      const outcome = await shell.submit({ text: fork.prompt });
      const last = shell.session.messages.findLast((message) => message.role === "assistant");
      const text = (last?.content ?? []).flatMap((block) => (block.type === "text" ? [block.text] : [])).join("\n");
      return { outcome, text, usage, session: shell.session.id };
    } finally {
      parent.signal.removeEventListener("abort", stop);
      await shell.close();
    }
  }
  const host: Host = {
    ...registry.scope("claw"),
    config,
    open: (from) => open(from),
    plugins: registry.statuses,
    activate: registry.activate,
    layers: () => layers,
    warnings: () => warned,
  };
  registry.provide(Inspecting, host);
  registry.provide(Hosting, host);
  return {
    host,
    run: async () => (await host.get("frontend", config.frontend)).run(words, host),
    async [Symbol.asyncDispose]() {
      await limited(seats.hooks.shutdown.promise(host), config.limits.shutdownMs ?? 2_000, "shutdown").catch(() => {});
      registry.dispose();
    },
  };
}

// --- internal ---

/** Everything to be listed, in order: bundled by name, then what config names, then the command line. */
function gather(
  at: BootOptions,
  config: { readonly plugins: Readonly<Record<string, unknown>> },
  layers: Layers,
  options: Options,
  cwd: string,
) {
  const loadables = at.bundled.filter((one) => config.plugins[one.name] !== false);
  const refused: [Pick<Loadable, "name" | "version">, string][] = [];
  for (const [name, slice] of Object.entries(options["bare"] === true ? {} : config.plugins)) {
    if (slice === false || loadables.some((one) => one.name === name)) continue;
    const origin = slicesOf(layers, name).at(-1)?.origin ?? cwd;
    try {
      loadables.push(discover(name, folderOf(origin, cwd), join(at.home, "plugins")));
    } catch (thrown) {
      refused.push([{ name, version: "?" }, wrap(thrown, "CLAW_PLUGIN_LOAD_FAILED").message]);
    }
  }
  for (const folder of [options["plugin-dir"] ?? []].flat())
    if (typeof folder === "string") loadables.push(discover(resolve(cwd, folder), cwd, at.home));
  return { loadables, refused };
}

function slicesOf(layers: Layers, plugin: string): readonly Setting[] {
  return (layers["plugins"] ?? []).flatMap((layer) => {
    const value = (layer.value as Readonly<Record<string, unknown>>)[plugin];
    return layer.trusted && typeof value === "object" && value !== null ? [{ ...layer, value }] : [];
  });
}

function named(ask: NonNullable<TurnScope["ask"]>, agent: string): NonNullable<TurnScope["ask"]> {
  return { choose: (question, signal) => ask.choose({ agent, ...question }, signal) };
}
