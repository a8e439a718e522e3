// A call as people write it, `TOOL(subject)` or a command line, as the gate gets one: with what the tool would say of itself.
import type { Access, ToolCall, TurnScope } from "claw";
import { foldedTool } from "claw/kit";

/** The call that `text` means. It has no id: nothing waits for it. */
export function callOf(text: string, scope: TurnScope): ToolCall {
  const [, name, subject = ""] = /^\s*([A-Za-z][\w.-]*)(?:\((.*)\))?\s*$/s.exec(text) ?? [];
  const folded = name === undefined ? "" : foldedTool(name);
  const tool = scope.names("tool").find((one) => foldedTool(one) === folded);
  if (name === undefined || (tool === undefined && !Object.hasOwn(ACCESS, folded) && !folded.startsWith("mcp__"))) return line(text);
  // A word alone may be a program as well as a tool: then it is a program, unless it is written as tools are.
  if (!text.includes("(") && tool !== name && !/^[A-Z]/.test(name)) return line(text);
  if (folded === "bash") return line(subject);
  const access = ACCESS[folded] ?? "execute";
  const paths = subject !== "" && (access === "read" || access === "write") ? [subject] : [];
  return { id: "", tool: tool ?? name, input: {}, access, subject, paths };
}

/** A call in words: the tool and what it is about. */
export function callText({ tool, subject }: Pick<ToolCall, "tool" | "subject">): string {
  return subject === "" ? tool : `${tool}(${subject})`;
}

// --- internal ---

/** What tools do, by their folded names. Others may do anything. */
const ACCESS: Readonly<Record<string, Access>> = {
  bash: "execute",
  readfile: "read",
  globsearch: "read",
  grepsearch: "read",
  ls: "read",
  notebookread: "read",
  lsp: "read",
  writefile: "write",
  editfile: "write",
  notebookedit: "write",
  webfetch: "network",
  websearch: "network",
  agent: "none",
  skill: "none",
  todowrite: "none",
};

function line(subject: string): ToolCall {
  return { id: "", tool: "bash", input: { command: subject }, access: "execute", subject, paths: [] };
}
