// The test kit's host: the real kernel in a temporary home and workspace, with a scripted model. No network, no clock of its own.
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  type Answer,
  type AnyEvent,
  boot,
  definePlugin,
  type Host,
  type Json,
  type Loadable,
  type Options,
  type Plugin,
  type Question,
  type Request,
  type Session,
  type Shell,
  type ToolResult,
  type TurnOutcome,
} from "claw";
import { createSession, discover, prepareBoot } from "claw/kit";
import { calls, type Reply, scriptedProvider } from "./script.ts";

export interface HarnessOptions {
  /** The plugin under test and any it needs: bare, as a loadable, as a folder's path, or an official one as `kind/name`. */
  readonly plugins: readonly (Plugin | Loadable | string)[];
  readonly script?: readonly Reply[];
  /** Written as the user's settings file. */
  readonly config?: Json;
  /** Written into a fresh temporary workspace, removed on dispose. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Answers to questions, in order: a choice, or a choice with text. None left means `no`. Absent means headless. */
  readonly answers?: readonly (string | Answer)[];
  readonly options?: Options;
  readonly env?: Readonly<Record<string, string>>;
}
/** `await using harness = await createHarness({ … })`. */
export interface Harness extends AsyncDisposable {
  readonly workspace: string;
  readonly home: string;
  readonly host: Host;
  readonly shell: Shell;
  readonly events: readonly AnyEvent[];
  /** Exactly what the provider was sent, step by step. */
  readonly requests: readonly Request[];
  readonly questions: readonly Question[];
  submit(text: string): Promise<TurnOutcome>;
  /** One call through validation, hooks and permission, with no model in the loop. */
  call(tool: string, input: Json): Promise<ToolResult>;
}

/** Boots a kernel for a test. */
export async function createHarness(options: HarnessOptions): Promise<Harness> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "claw-test-")));
  return start(root, options).catch(async (error: unknown) => {
    await rm(root, { recursive: true, force: true });
    throw error;
  });
}

async function start(root: string, options: HarnessOptions): Promise<Harness> {
  const [workspace, home] = [join(root, "workspace"), join(root, "home")];
  await mkdir(workspace);
  await mkdir(home, { mode: 0o700 });
  for (const [path, content] of Object.entries(options.files ?? {})) {
    await mkdir(dirname(join(workspace, path)), { recursive: true });
    await writeFile(join(workspace, path), content);
  }
  const defaults = { provider: "script", compactor: "none", permissionMode: "ask", store: "plain", renderers: [] };
  await writeFile(join(home, "settings.json"), JSON.stringify({ ...defaults, ...(options.config as object | undefined) }));
  const script = [...(options.script ?? [])];
  const requests: Request[] = [];
  const given = options.plugins.map(loadable);
  const own: Loadable[] = [bare("test-provider", scriptedProvider(script, requests)), bare("test-basics", basics)];
  const at = await prepareBoot({
    bundled: [...given, ...own],
    cwd: workspace,
    home,
    env: options.env ?? { PATH: process.env["PATH"], HOME: home },
    managed: join(root, "managed.json"),
    modules: async () => ({}),
    parse: () => ({ options: options.options ?? {}, words: [] }),
    lost: (error) => {
      throw error;
    },
  });
  const kernel = await boot(at);
  const events: AnyEvent[] = [];
  kernel.host.bus.onAny((event) => void events.push(event));
  const questions: Question[] = [];
  const answers = options.answers === undefined ? undefined : [...options.answers];
  const choose = async (question: Question): Promise<Answer> => {
    questions.push(question);
    const answer = answers?.shift() ?? "no";
    return typeof answer === "string" ? { choice: answer } : answer;
  };
  for (const one of own) await kernel.host.activate(one.name);
  for (const one of given) if (one.manifest === undefined) await kernel.host.activate(one.name);
  const shell = await kernel.host.open(answers === undefined ? {} : { ask: { choose } });
  return {
    workspace,
    home,
    host: kernel.host,
    shell,
    events,
    requests,
    questions,
    submit: (text) => shell.submit({ text }),
    async call(tool, input) {
      const reply = calls(tool, input);
      script.unshift(reply);
      const outcome = await shell.submit({ text: `call ${tool}` });
      if (outcome.kind === "failed") throw outcome.error;
      const id = "content" in reply && reply.content[0]?.type === "call" ? reply.content[0].id : "";
      const ended = events.findLast((event) => event.type === "call.ended" && event.data.id === id);
      if (ended?.type === "call.ended") return ended.data;
      const results = shell.session.messages.flatMap((message) => message.content).filter((block) => block.type === "result");
      return results.find((block) => block.id === id) ?? { content: [], failed: true };
    },
    async [Symbol.asyncDispose]() {
      await shell.close();
      await kernel[Symbol.asyncDispose]();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** The official plugin `kind/name`, a folder, or what is one already, as the host takes it. */
export function loadable(plugin: Plugin | Loadable | string, index = 0): Loadable {
  if (typeof plugin === "string") {
    const path = /^[a-z-]+\/[a-z-]+$/.test(plugin) ? join(import.meta.dir, "..", "..", "plugins", plugin) : plugin;
    const { source: _, ...found } = discover(path, process.cwd(), process.cwd());
    return found;
  }
  return "load" in plugin ? plugin : bare(`test-plugin-${index}`, plugin);
}

// --- internal ---

function bare(name: string, plugin: Plugin): Loadable {
  return { name, version: "0.0.0", load: async () => ({ default: plugin }) };
}

/** The least a kernel needs besides a provider: keeps nothing, compacts nothing, asks for all that does not only read. */
const basics = definePlugin({
  setup({ contribute }) {
    contribute("store", {
      name: "plain",
      open: async ({ cwd, id = crypto.randomUUID() }): Promise<Session> => createSession({ id, cwd, entries: [], keep: async () => {} }),
      list: async () => [],
    });
    contribute("compactor", { name: "none", due: () => false, compact: async () => ({ summary: [], dropped: 0 }) });
    contribute("permission-mode", {
      name: "ask",
      summary: "asks for all that does not only read",
      decide: (call) => (call.access === "none" || call.access === "read" ? { verdict: "allow" } : undefined),
    });
  },
});
