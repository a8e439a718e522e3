// A plugin for tests of isolation, whose tool runs whatever code it is given, and the built binary with it.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createScratch, type Scratch } from "./binary.ts";

export interface Result {
  readonly output: string;
  readonly is_error: boolean;
}
/** What one run came to. `told` is what the model was told, call by call. */
export interface Tried {
  readonly results: readonly Result[];
  readonly told: readonly string[];
  readonly out: string;
  readonly err: string;
  readonly code: number;
}
export interface Cage extends AsyncDisposable {
  readonly scratch: Scratch;
  /** A folder that no plugin has been given. */
  readonly outside: string;
  /** Whether a sandbox holds on this machine. Without one an isolated plugin must not run. */
  readonly held: boolean;
  /** Has the model call `try_it` with each code, one step each, in one run of claw; `texts` are replies to the plugin's own requests in the last. */
  calls(
    name: string,
    codes: readonly string[],
    more?: Readonly<{ claw?: object; env?: Record<string, string>; slice?: object; texts?: readonly string[] }>,
  ): Promise<Tried>;
  /** Writes the plugin: its tool does what it is told, as one would whose author is up to something. */
  write(name: string, claw?: object, source?: string): string;
  readonly settings: Scratch["settings"];
  /** Processes of claw that are children with a plugin. */
  children(): readonly string[];
}

export async function createCage(): Promise<Cage> {
  const scratch = await createScratch();
  const outside = mkdtempSync(join(tmpdir(), "claw-outside-"));
  const held = /bubblewrap|namespaces|seatbelt/.test((await scratch.run(["sandbox", "--output-format", "json"])).out);
  const write: Cage["write"] = (name, claw = {}, source = SOURCE) => {
    const manifest = { api: 1, contributes: { tool: ["try_it"], command: [{ name: "tried", summary: "x", shell: true }] }, isolate: true, ...claw };
    scratch.put(join(name, "package.json"), { name, version: "1.0.0", type: "module", exports: "./index.ts", claw: manifest });
    return dirname(scratch.put(join(name, "index.ts"), source));
  };
  return {
    scratch,
    outside,
    held,
    settings: scratch.settings,
    write,
    async calls(name, codes, more = {}) {
      const folder = write(name, more.claw);
      scratch.settings({ plugins: { "@claw/feature-isolate": { callMs: 4_000 }, ...more.slice } });
      const replies = codes.map((code) => ({ blocks: [{ type: "call" as const, tool: "try_it", input: { code } }] }));
      scratch.serve({ replies: [...replies, ...(more.texts ?? []).map((text) => ({ text })), { text: "done" }] });
      const words = ["-p", "go", "--output-format", "json", "--permission-mode", "danger-full-access", "--plugin-dir", folder];
      const { out, err, code } = await scratch.ask(words, { env: { ANTHROPIC_API_KEY: "sk-ant-canary", ...more.env } });
      const { tool_results: results = [] } = JSON.parse(out) as { tool_results?: Result[] };
      return { results, out, err, code, told: results.map(({ output }) => output) };
    },
    children: () =>
      readdirSync("/proc").filter((pid) => {
        try {
          const [words, env] = ["cmdline", "environ"].map((file) => readFileSync(`/proc/${pid}/${file}`, "utf8"));
          return /^\d+$/.test(pid) && words?.includes("\0__plugin\0") === true && env?.includes(scratch.home) === true;
        } catch {
          return false;
        }
      }),
    async [Symbol.asyncDispose]() {
      await scratch[Symbol.asyncDispose]();
      rmSync(outside, { recursive: true, force: true });
    },
  };
}

export const SOURCE = `import { defineCommand, definePlugin, defineTool } from "claw";
import * as v from "valibot";
const globals = globalThis as Record<string, unknown>;
globals["calls"] = 0;
export default definePlugin({
  config: v.strictObject({ word: v.optional(v.string(), "none") }),
  setup({ contribute, config }) {
    contribute("tool", defineTool({
      name: "try_it", description: "x", input: v.object({ code: v.pipe(v.string(), v.minLength(1)) }),
      access: () => "read", subject: ({ code }) => code,
      async run({ code }, scope) {
        globals["calls"] = Number(globals["calls"]) + 1;
        const body = new (Object.getPrototypeOf(async function () {}).constructor)("scope", "config", "load", code);
        const said = await body(scope, config, (name: string) => import(name));
        return { content: [{ type: "text", text: String(said) }] };
      },
    }));
    contribute("command", defineCommand({ name: "tried", summary: "x", args: v.array(v.string()), run: async (words, scope) => ({ kind: "done", notice: words.join("+") + " in " + scope.cwd }) }));
  },
});
`;
