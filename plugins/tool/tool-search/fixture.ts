// For the tests: a host with few tools, plugins of other people, and what the model was sent.
import { definePlugin, defineTool, type Json, type Loadable, type ToolResult } from "claw";
import { createHarness, type Harness, type HarnessOptions } from "claw/testing";
import * as v from "valibot";

export const SELF = "@claw/tool-tool-search";
export const TOOLS = ["read-file", "notebook-edit", "sleep", "todo-write", "tool-search"].map((name) => `tool/${name}`);
export const SUPPORT = ["workspace", "shell", "permissions"].map((name) => `feature/${name}`);
/** A plugin that is not bundled, with a tool for each name; `more` is added to each description. */
export function others(names: readonly string[], more = "", activated: string[] = []): Loadable {
  const name = `others-${names[0]}`;
  const plugin = definePlugin({
    setup({ contribute }) {
      activated.push(...names);
      for (const tool of names) contribute("tool", own(tool, more));
    },
  });
  return {
    name,
    version: "1.0.0",
    source: "/elsewhere",
    manifest: { api: 1, contributes: { tool: names } },
    load: async () => ({ default: plugin }),
  };
}
export function own(name: string, more: string) {
  const run = async (): Promise<ToolResult> => ({ content: [{ type: "text", text: `ran ${name}` }] });
  const input = v.strictObject({ query: v.string() });
  return defineTool({ name, description: `Does ${name.replaceAll("_", " ")}. ${more}`, input, access: () => "none", subject: () => "", run });
}
export function harness(config: Json, given: Partial<HarnessOptions> = {}): Promise<Harness> {
  return createHarness({ ...given, plugins: [...SUPPORT, ...TOOLS, ...(given.plugins ?? [])], config: { plugins: { [SELF]: config } } });
}
export const names = (on: Harness, step = -1): readonly string[] => on.requests.at(step)?.tools.map((tool) => tool.name) ?? [];
export const system = (on: Harness, step = -1): string => on.requests.at(step)?.system.join("\n\n") ?? "";
export const said = ({ content }: ToolResult): string => content.map((block) => (block.type === "text" ? block.text : "")).join("");
export const told = (on: Harness): string => JSON.stringify(on.shell.session.messages.at(-2));
