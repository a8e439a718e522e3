// Tools that are commands, as claw-code's manifests have them: the input on stdin and in the environment, the result on stdout.
import { join } from "node:path";
import { type Access, ClawError, type Json, type PluginContext, type Tool } from "claw";
import * as v from "valibot";
import { Processes } from "./processes.ts";

/** One of `tools` in such a manifest. What it does not say of its permission is the most. */
const ToolSchema = v.object({
  name: v.pipe(v.string(), v.regex(/^[a-zA-Z0-9_-]{1,64}$/, "must be 1-64 letters, digits, _ or -")),
  description: v.pipe(v.string(), v.minLength(1), v.maxLength(4_000)),
  inputSchema: v.looseObject({}),
  command: v.pipe(v.string(), v.minLength(1)),
  args: v.optional(v.array(v.string()), []),
  requiredPermission: v.optional(v.picklist(["read-only", "workspace-write", "danger-full-access"]), "danger-full-access"),
});
export type CommandTool = v.InferOutput<typeof ToolSchema>;

/** The tools that a manifest has. Throws `CLAW_MANIFEST_INVALID` with all that is wrong. */
export function commandTools(manifest: Readonly<Record<string, unknown>>): readonly CommandTool[] {
  const parsed = v.safeParse(v.optional(v.array(ToolSchema), []), manifest["tools"]);
  if (parsed.success) return parsed.output;
  const issues = parsed.issues.map((issue) => `tools.${v.getDotPath(issue) ?? ""}: ${issue.message}`);
  throw new ClawError("CLAW_MANIFEST_INVALID", issues.join("; "));
}

/** A command as a tool. It runs in the package's folder, with what such commands expect in their environment. */
export function commandTool(told: CommandTool, plugin: string, folder: string, { use }: Pick<PluginContext<unknown>, "use">): Tool {
  const { name, description, inputSchema, command, args, requiredPermission } = told;
  const program = /^\.{1,2}[\\/]/.test(command) ? join(folder, command) : command;
  return {
    ...{ name, description, input: Input, schema: inputSchema as Json },
    access: () => ACCESS[requiredPermission],
    subject: (input) => `${name} ${JSON.stringify(input)}`,
    async run(input, scope) {
      const text = JSON.stringify(input);
      const processes = await use(Processes);
      const own = { CLAWD_PLUGIN_ID: `${plugin}@external`, CLAWD_PLUGIN_NAME: plugin, CLAWD_PLUGIN_ROOT: folder, CLAWD_TOOL_NAME: name };
      const env = { ...processes.environment(scope), ...own, ...(text.length < MOST_ENV && { CLAWD_TOOL_INPUT: text }) };
      const options = { argv: [program, ...args], cwd: folder, env, stdin: text, timeoutMs: RUN_MS, apart: true, name };
      const end = await processes.run(options, scope);
      const failed = end.code !== 0;
      const why = end.timedOut ? `It took longer than ${RUN_MS / 1_000} s.` : (end.stderr ?? "").trim() || `It ended with ${end.code ?? end.signal}.`;
      const said = failed ? [end.output.trim(), why].filter((part) => part !== "").join("\n") : end.output.trim();
      return { content: [{ type: "text", text: said }], failed };
    },
  };
}

// --- internal ---

const RUN_MS = 120_000;
/** A longer variable would keep the command from starting. */
const MOST_ENV = 100_000;
const Input = v.record(v.string(), v.unknown());
const ACCESS: Readonly<Record<CommandTool["requiredPermission"], Access>> = {
  "read-only": "read",
  "workspace-write": "write",
  "danger-full-access": "execute",
};
