// For the tests of the plugin: a real kernel with tools that do nothing under the names that rules know.
import { type Access, definePlugin, defineTool, type Json, type Plugin } from "claw";
import { createHarness, type Harness, type HarnessOptions } from "claw/testing";
import * as v from "valibot";

/** Tools that say what they would do and do nothing, under the names that rules know. */
const probes: Plugin = definePlugin({
  setup({ contribute }) {
    const probe = (name: string, access: Access, key: string) => {
      const input = v.strictObject({ [key]: v.string(), dangerouslyDisableSandbox: v.optional(v.boolean()) });
      const value = (given: unknown): string => (given as Record<string, string>)[key] ?? "";
      const paths = key === "path" ? { paths: (given: unknown) => [value(given)] } : {};
      const run = async () => ({ content: [{ type: "text" as const, text: "ran" }], details: {} });
      contribute("tool", defineTool({ name, description: `A probe named ${name}`, input, access: () => access, subject: value, ...paths, run }));
    };
    probe("read_file", "read", "path");
    probe("write_file", "write", "path");
    probe("bash", "execute", "command");
    probe("WebFetch", "network", "url");
    probe("TaskCreate", "read", "agent");
  },
});
export const MODES = ["read-only", "plan", "workspace-write", "accept-edits", "danger-full-access", "prompt", "allow"].map(
  (mode) => `permission-mode/${mode}`,
);

export function harness(options: Partial<HarnessOptions> & { readonly mode?: string; readonly shell?: boolean } = {}): Promise<Harness> {
  const { mode, config, shell = true, ...rest } = options;
  const base = mode === undefined ? {} : { permissionMode: mode };
  return createHarness({
    plugins: [probes, "feature/permissions", "feature/workspace", ...(shell ? ["feature/shell"] : []), ...MODES],
    config: { permissionMode: "workspace-write", ...base, ...(config as object | undefined) },
    ...rest,
  });
}
/** What the model is told about one call. */
export async function said(kernel: Harness, tool: string, input: Json): Promise<string> {
  const { content } = await kernel.call(tool, input);
  return content.map((block) => (block.type === "text" ? block.text : "")).join("");
}
