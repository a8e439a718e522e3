// For the tests: the tool through the whole host, once with the ripgrep on PATH and once with the embedded one.
import { dirname } from "node:path";
import type { Json, ToolResult } from "claw";
import { createHarness, type Harness } from "claw/testing";

export type Files = Readonly<Record<string, string | Uint8Array>>;

const rg = Bun.which("rg");
/** The engines there are on this machine, with the PATH that leads to each. */
export const ENGINES: readonly (readonly [string, string])[] = [["embedded", "/nowhere"], ...(rg === null ? [] : [["native", dirname(rg)] as const])];

export function harnessOf(files: Files, path: string): Promise<Harness> {
  const plugins = ["tool/grep-search", "feature/tree", "feature/workspace", "feature/processes"];
  return createHarness({ plugins, files, env: { PATH: path, HOME: "/nowhere" } });
}

export function grep(harness: Harness, input: { readonly [key: string]: Json }): Promise<ToolResult> {
  return harness.call("grep_search", input);
}

/** The text of a result that did not fail. */
export async function text(harness: Harness, input: { readonly [key: string]: Json }): Promise<string> {
  const { content, failed } = await grep(harness, input);
  const [block] = content;
  if (failed || block?.type !== "text") throw new Error(JSON.stringify(content));
  return block.text;
}

/** The same as lines. */
export async function lines(harness: Harness, input: { readonly [key: string]: Json }): Promise<string[]> {
  return (await text(harness, input)).split("\n");
}
