// The rules in `allowed-tools` of a skill or a Markdown command: what they let pass without asking. Narrower than the user's own rules, never wider.

/** Folded names of tools in other families → the folded name here. */
export const SHORT_TOOL_NAMES: Readonly<Record<string, string>> = {
  read: "readfile",
  write: "writefile",
  edit: "editfile",
  multiedit: "editfile",
  glob: "globsearch",
  grep: "grepsearch",
  task: "agent",
};

/** One rule, read. `tool` is folded as `foldedTool` does. No `pattern`: every call of the tool that is not far-reaching in itself. */
export interface ToolRule {
  readonly tool: string;
  readonly pattern?: string;
}

/** Whether `text` matches a pattern in which `*` is any text. Linear, whatever the pattern. */
export function matchesWild(pattern: string, text: string): boolean {
  const [head = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return text === head;
  const tail = rest.pop() ?? "";
  if (!text.startsWith(head) || text.length < head.length + tail.length || !text.endsWith(tail)) return false;
  let at = head.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found === -1 || found + piece.length > text.length - tail.length) return false;
    at = found + piece.length;
  }
  return true;
}
