// The lines of a stream, in the public shape that scripts read: messages and blocks as the Messages API has them.
import type { Block, EventMap, Json, Usage } from "claw";
import { usageOf } from "claw/kit";

export type Line = { readonly [key: string]: Json };

/** What the first line says of the process. */
export interface Start {
  readonly cwd: string;
  /** Asked when the line is written: servers bring tools later. */
  tools(): readonly string[];
  readonly model: string;
  readonly permissionMode: string;
  readonly commands: readonly string[];
  readonly keySource: string;
  readonly outputStyle: string;
}
/** What is known of an MCP server, by its name. */
export type ServerStates = ReadonlyMap<string, string>;
/** What is known of the message under way. */
export interface Step {
  readonly id: string;
  readonly stop: string | null;
  readonly usage: Usage;
}

export function initLine(start: Start, model: string | undefined, servers: ServerStates): Line {
  return {
    type: "system",
    subtype: "init",
    cwd: start.cwd,
    tools: start.tools(),
    mcp_servers: [...servers].map(([name, state]) => ({ name, status: SERVER_STATUS[state] ?? state })),
    model: model ?? start.model,
    permissionMode: start.permissionMode,
    slash_commands: start.commands,
    apiKeySource: start.keySource,
    output_style: start.outputStyle,
  };
}

export function assistantLine(content: readonly Block[], model: string, { id, stop, usage }: Step): Line {
  const blocks = content.map(blockOf);
  const ending = { stop_reason: stop, stop_sequence: null, usage: usageOf(usage) };
  return {
    type: "assistant",
    message: { id, type: "message", role: "assistant", model, content: blocks, ...ending },
    parent_tool_use_id: null,
  };
}

export function userLine(content: readonly Block[]): Line {
  return { type: "user", message: { role: "user", content: content.map(blockOf) }, parent_tool_use_id: null };
}

export function retryLine({ code, message, afterMs }: EventMap["step.failed"]): Line {
  return { type: "system", subtype: "api_retry", error: code, message, retry_delay_ms: afterMs ?? 0 };
}

export function compactLine(removed: number): Line {
  return { type: "system", subtype: "compact_boundary", compact_metadata: { trigger: "auto", removed_messages: removed } };
}

// --- internal ---

/** The words of the field for how a server stands. */
const SERVER_STATUS: Readonly<Record<string, string>> = { ready: "connected", idle: "pending", connecting: "pending", off: "disabled" };

/** `opaque` stays inside: it is the provider's, and helps no script. */
function blockOf(block: Block): Line {
  switch (block.type) {
    case "text":
      return { type: "text", text: block.text };
    case "thinking":
      return { type: "thinking", thinking: block.text, signature: "" };
    case "image":
      return { type: "image", source: { type: "base64", media_type: block.mediaType, data: block.base64 } };
    case "call":
      return { type: "tool_use", id: block.id, name: block.tool, input: block.input };
    case "result":
      return { type: "tool_result", tool_use_id: block.id, content: contentOf(block.content), is_error: block.failed };
  }
}

/** Text alone is a string, as scripts mostly expect it. */
function contentOf(content: readonly Block[]): Json {
  const [only, ...more] = content;
  if (only === undefined) return "";
  return more.length === 0 && only.type === "text" ? only.text : content.map(blockOf);
}
