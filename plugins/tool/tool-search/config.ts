// What may be deferred, and when: the one list of tools that are rarely used.
import * as v from "valibot";

/** Names with `*` for any text. Tools of MCP servers, and those that few sessions need: naming them is enough until one is wanted. */
export const RARE: readonly string[] = [
  "mcp__*",
  "Config",
  "EnterPlanMode",
  "ListMcpResources",
  "LSP",
  "NotebookEdit",
  // On Windows it is the shell of the system.
  ...(process.platform === "win32" ? [] : ["PowerShell"]),
  "ReadMcpResource",
  "RemoteTrigger",
  "REPL",
  "SendUserMessage",
  "Sleep",
  "TaskCreate",
  "TaskGet",
  "TaskList",
  "TaskOutput",
  "TaskStop",
];

const Names = v.array(v.pipe(v.string(), v.minLength(1)));
const Bytes = v.pipe(v.number(), v.integer(), v.minValue(0));
export const Config = v.strictObject({
  /** Bytes of tool specs up to which all tools are sent. */
  budget: v.optional(Bytes, 9_000),
  /** Bytes that tools of other people's plugins may add to a request once tools are deferred. */
  plugins: v.optional(Bytes, 2_000),
  defer: v.optional(Names, [...RARE]),
  /** Never deferred, whatever `defer` says. */
  keep: v.optional(Names, []),
});
export type Config = v.InferOutput<typeof Config>;
