// Sessions with test servers, for the tests of this plugin.
import { join } from "node:path";
import type { CommandOutcome, Json, TurnScope } from "claw";
import { createHarness, type Harness, type HarnessOptions } from "claw/testing";
import * as v from "valibot";

export const PLUGINS = ["feature/mcp", "feature/processes", "feature/workspace", "feature/shell", "feature/permissions"].concat([
  "tool/list-mcp-resources",
  "tool/read-mcp-resource",
]);
const program = join(import.meta.dir, "server.ts");
export const stdio = (...flags: readonly string[]) => ({ command: process.execPath, args: [program, ...flags] });

export function start(servers: Record<string, Json>, more: Partial<HarnessOptions> & { readonly slice?: Json } = {}): Promise<Harness> {
  const { slice = {}, config, ...rest } = more;
  const permissions = { allow: ["mcp__*"] };
  return createHarness({
    plugins: PLUGINS,
    config: { mcpServers: servers, permissions, plugins: { "@claw/feature-mcp": slice }, ...(config as object) } as Json,
    ...rest,
  });
}
/** What a call said, and whether it failed. */
export async function said(harness: Harness, tool: string, input: Json = {}): Promise<string> {
  const { content, failed } = await harness.call(tool, input);
  const text = content.map((block) => (block.type === "text" ? block.text : `<${block.type}>`)).join("\n");
  return failed === true ? `failed: ${text}` : text;
}
export const toolsOf = (harness: Harness, at = -1): readonly string[] => harness.requests.at(at)?.tools.map((tool) => tool.name) ?? [];
export const notices = ({ events }: Harness): string[] => events.flatMap((event) => (event.type === "notice.raised" ? [event.data.text] : []));
/** The scope of a command in the harness's session. */
export async function scopeOf(harness: Harness): Promise<TurnScope> {
  const given = Promise.withResolvers<TurnScope>();
  const run = async (_: unknown, scope: TurnScope): Promise<CommandOutcome> => {
    given.resolve(scope);
    return { kind: "done" };
  };
  await harness.shell.run({ name: "look", summary: "looks", args: v.unknown(), run }, []);
  return given.promise;
}

const children: Bun.Subprocess[] = [];
/** Starts a server over HTTP; gives its address. `stopServers` ends all. */
export async function serve(...flags: readonly string[]): Promise<string> {
  const child = Bun.spawn([process.execPath, program, ...flags], { stdio: ["ignore", "pipe", "ignore"] });
  children.push(child);
  let text = "";
  for await (const chunk of child.stdout) {
    text += new TextDecoder().decode(chunk);
    if (text.includes("\n")) break;
  }
  return text.trim();
}
export function stopServers(): void {
  for (const child of children.splice(0)) child.kill("SIGKILL");
}
