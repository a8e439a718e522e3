// The program `claw __plugin`: claw's own binary started anew inside the sandbox, with one plugin in a kernel of its own. Speaks with the host on stdin
// and stdout, and ends when the host is gone.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { boot, ClawError, definePlugin, type Json, type Kernel, type Loadable } from "claw";
import { createLoader, type Modules, prepareBoot } from "claw/kit";
import { answersOf, type Borrow, type Captured, capture } from "./inside.ts";
import { lockPrograms } from "./lock.ts";
import { borrowed } from "./model.ts";
import { reaching } from "./reach.ts";
import { createPeer, type Fields, type Peer } from "./wire.ts";

/** What a child is made of: what is in the binary, and what plugins import from it. */
export interface DoorOptions {
  readonly bundled: readonly Loadable[];
  readonly version: string;
  modules(): Promise<Modules>;
}

/** Does not return before the host is gone. */
export async function door(options: DoorOptions): Promise<never> {
  const out = Bun.stdout.writer();
  quieten();
  let started: Promise<Started> | undefined;
  const running = async (): Promise<Started> => {
    if (started === undefined) throw new ClawError("CLAW_BUG", "nothing is started");
    return started;
  };
  const aborts = new Map<number, AbortController>();
  const parts = new Map<number, (part: Json) => void>();
  const tell = {
    progress: (id: number, update: Json): void => peer.notify("progress", { id, update }),
    async abortable(id: number, work: (signal: AbortSignal) => Promise<Json>): Promise<Json> {
      const controller = new AbortController();
      aborts.set(id, controller);
      return work(controller.signal).finally(() => aborts.delete(id));
    },
  };
  const inside = async () => {
    const { captured, kernel, name } = await running();
    return answersOf({ captured, host: { ...kernel.host, get: captured.lent(kernel.host.get) }, plugin: name, tell });
  };
  const peer: Peer = createPeer(
    (line) => {
      out.write(line);
      Promise.resolve(out.flush()).catch(() => process.exit(1));
    },
    {
      async start(params) {
        started ??= start(params, options, peer, (name) => borrowed(name, peer, parts));
        return (await started).captured.told();
      },
      judge: async (params, id) => (await inside()).judge(params, id),
      run: async (params, id) => (await inside()).run(params, id),
      command: async (params, id) => (await inside()).command(params, id),
    },
    {
      part: ({ id = -1, part = null }) => parts.get(Number(id))?.(part),
      abort: ({ id = -1, reason = "" }) => aborts.get(Number(id))?.abort(String(reason)),
    },
  );
  for await (const chunk of Bun.stdin.stream()) peer.take(chunk);
  process.exit(0);
}

// --- internal ---

interface Started {
  readonly captured: Captured;
  readonly kernel: Kernel;
  readonly name: string;
}

/** What a plugin prints is for whoever looks after it: on stdout only messages belong. */
function quieten(): void {
  process.on("unhandledRejection", complain);
  process.on("uncaughtException", (error) => {
    complain(error);
    process.exit(1);
  });
  for (const name of ["log", "info", "debug", "table", "dir"] as const)
    console[name] = (...all: unknown[]) => void process.stderr.write(`${all.join(" ")}\n`);
  process.stdout.write = process.stderr.write.bind(process.stderr);
  try {
    // When memory runs out, it is this one that goes.
    writeFileSync("/proc/self/oom_score_adj", "1000");
  } catch {}
}

function complain(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
}

async function start(params: Fields, { bundled, version, modules }: DoorOptions, peer: Peer, borrow: Borrow): Promise<Started> {
  const { programs, hosts, unconfined } = params;
  if (programs !== true) {
    await lockPrograms().catch((thrown: unknown) => {
      if (unconfined !== true) throw thrown;
    });
  }
  if (Array.isArray(hosts) && hosts.length > 0) globalThis.fetch = reaching(peer);
  const name = String(params["name"]);
  const load = createLoader(modules);
  const captured = capture(borrow);
  const settings = Object.fromEntries(Object.entries(Object(params["settings"])).filter(([, value]) => value !== null));
  const slices = { plugins: { [name]: params["slice"] ?? {} } };
  const plugin: Loadable = {
    ...{ name, version: String(params["version"]) },
    manifest: { api: 1, settings: Object.keys(settings) },
    async load() {
      const loaded = (await load(String(params["entry"]))).default;
      if (typeof loaded?.setup !== "function") throw new Error(`plugin ${name} has no default export made by definePlugin`);
      return { default: definePlugin({ ...loaded, setup: (ctx) => loaded.setup(captured.over(ctx)) }) };
    },
  };
  const home = process.env["CLAW_CONFIG_HOME"] ?? "";
  mkdirSync(home, { recursive: true });
  const prepared = await prepareBoot({
    ...{ bundled: [...bundled, plugin], cwd: process.cwd(), home, env: { ...process.env }, managed: join(home, "none.json"), version, modules },
    parse: () => ({ options: { settings: JSON.stringify({ ...settings, ...slices }), bare: true }, words: [] }),
    lost: complain,
  });
  const kernel = boot(prepared);
  await kernel.host.activate(name);
  return { captured, kernel, name };
}
