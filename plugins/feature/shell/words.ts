// Words of a command as its program gets them: quotes taken off, what is known put in, and what is not known said to be so.
import type { ParsedScript, WordNode, WordPart } from "./parse.ts";

/** Stands in a glob's text for whatever its wildcard may match. No line that is judged holds it. */
export const WILD = "\x01";

/**
 * One word. `text`: these very characters. `glob`: names that are there, with `WILD` for any characters; `written` when there are none. `below`: the path of a file in that
 * folder, as `find` gives it. `any`: known only when it runs, but that it begins with `head`; it may be no word or several unless it is `single`.
 */
export type Word =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "glob"; readonly text: string; readonly written: string }
  | { readonly kind: "below"; readonly text: string }
  | { readonly kind: "any"; readonly head: string; readonly single: boolean };

/** What is known where a word stands. `inner` is told of every command that runs to make the word, `odd` of everything else that does more than make it, or `shows` what should not be seen. */
export interface Surroundings {
  readonly user: string | undefined;
  readonly shell: "bash" | "sh";
  value(name: string): Word | undefined;
  inner(script: ParsedScript): void;
  odd(why: string, shows?: boolean): void;
}

/** The words that one word of the source becomes. */
export function wordsOf(node: WordNode, at: Surroundings): readonly Word[] {
  // What only bash reads so.
  if (at.shell === "sh" && /\$['"]|^[<>]\(|\{.*[,.].*\}/.test(node.text)) at.odd("sh may read this otherwise");
  if (/^[A-Za-z_]\w*\+?=(.*:)?~/.test(node.text)) return [{ kind: "any", head: "", single: true }];
  const braces = node.parts?.some((part) => part.type === "BraceExpansion") === true;
  return braces ? expanded(node, at) : [joined(piecesOf(node, at))];
}

/** Tells of all that happens while `parts` of a text are made, as in a document that stands in the line. */
export function scan(parts: readonly WordPart[], at: Surroundings): void {
  for (const part of parts) pieceOf(part, at, true);
}

/** A word known to be these characters. */
export function text(value: string): Word {
  return { kind: "text", text: value };
}

/** The characters of a word, when they are known. */
export function known(word: Word | undefined): string | undefined {
  return word?.kind === "text" ? word.text : undefined;
}

// --- internal ---

const MOST_BRACES = 64;

function piecesOf(node: WordNode, at: Surroundings): readonly Word[] {
  const tilde = tildeOf(node, at);
  if (node.parts === undefined) return tilde === undefined ? [text(node.value)] : [tilde.word, text(node.value.slice(tilde.length))];
  const pieces = node.parts.map((part) => pieceOf(part, at, false));
  const first = pieces[0];
  if (tilde === undefined) return pieces;
  return [tilde.word, ...(first?.kind === "text" ? [text(first.text.slice(tilde.length))] : []), ...pieces.slice(1)];
}

/** `~` and `~/` are the user's folder; `~name` is for the system to say. */
function tildeOf(node: WordNode, { user }: Surroundings): { readonly word: Word; readonly length: number } | undefined {
  if (!node.text.startsWith("~")) return undefined;
  if (node.text === "~" || node.text.startsWith("~/")) return { word: user === undefined ? unknown(true) : text(user), length: 1 };
  return { word: unknown(true), length: node.value.length };
}

function pieceOf(part: WordPart, at: Surroundings, quoted: boolean): Word {
  switch (part.type) {
    case "Literal":
    case "SingleQuoted":
    case "AnsiCQuoted":
      return text(part.value);
    case "Glob":
      if (part.kind === "bracket" && part.parts.some((inner) => inner.type !== "Literal")) at.odd("a pattern with an expansion in it");
      return { kind: "glob", text: WILD, written: part.text };
    case "DoubleQuoted":
      return joined(part.parts.map((inner) => pieceOf(inner, at, true)));
    case "SimpleExpansion":
      return variable(part.text.slice(1), at, quoted);
    case "ParameterExpansion":
      return parameter(part, at, quoted);
    case "CommandExpansion":
      if (part.script === undefined) at.odd("a substitution that does not parse");
      else at.inner(part.script);
      return unknown(quoted);
    case "ProcessSubstitution":
      if (part.script === undefined) at.odd("a substitution that does not parse");
      else at.inner(part.script);
      return text("/dev/fd/63");
    case "ArithmeticExpansion":
      // A variable's text is evaluated in turn, and may hold a command.
      if (!/^\$[([]{1,2}[\d\s+\-*/%()<>=!&|^~?:,]*[)\]]{1,2}$/.test(part.text)) at.odd("arithmetic with variables");
      return unknown(true);
    case "LocaleString":
      for (const inner of part.parts) pieceOf(inner, at, true);
      return unknown(true);
    default:
      at.odd(`a word with ${part.type}`);
      return unknown(false);
  }
}

function variable(name: string, at: Surroundings, quoted: boolean): Word {
  if (/KEY|TOKEN|SECRET|PASS|CREDENTIAL|AUTH/i.test(name)) at.odd(`it shows the variable ${name}`, true);
  const value = at.value(name);
  if (value === undefined) return unknown(quoted || /^[?#$!-]$/.test(name));
  if (quoted || value.kind !== "text") return value.kind === "any" ? unknown(quoted) : value;
  // Unquoted text is split and matched against names once more.
  return /^[\w./:@%+=,-]+$/.test(value.text) ? value : unknown(false);
}

function parameter(part: Extract<WordPart, { type: "ParameterExpansion" }>, at: Surroundings, quoted: boolean): Word {
  const { operation, prefix, index, parameter: name } = part;
  if (prefix === "!") at.odd("an indirect expansion");
  if (index !== undefined && !/^(\d+|[@*])$/.test(index.text)) at.odd("an index that is computed");
  if (operation === undefined && prefix === undefined && index === undefined) return variable(name, at, quoted);
  variable(name, at, quoted);
  if (operation === undefined) return unknown(quoted);
  const operands: (WordNode | undefined)[] = [];
  if (operation.type === "Default" || operation.type === "Remove") operands.push(operation.operand);
  else if (operation.type === "Replace") operands.push(operation.pattern, operation.replacement);
  else if (operation.type === "CaseModification") operands.push(operation.operand);
  else if (operation.type === "Slice" && /^ ?-?\d+$/.test(operation.offset.text) && /^(-?\d+)?$/.test(operation.length?.text ?? ""))
    operands.length = 0;
  else if (operation.type !== "Transform" || !/^[QULuE]$/.test(operation.operand.text)) at.odd("an expansion that may run something");
  if (operation.type === "Default" && operation.operator.endsWith("=")) at.odd("an expansion that sets a variable");
  for (const operand of operands) if (operand !== undefined) wordsOf(operand, at);
  return unknown(quoted);
}

function unknown(single: boolean): Word {
  return { kind: "any", head: "", single };
}

function joined(pieces: readonly Word[]): Word {
  if (pieces.length === 1 && pieces[0] !== undefined) return pieces[0];
  let head = "";
  let written = "";
  let wild = false;
  for (const piece of pieces) {
    if (piece.kind === "any" || piece.kind === "below") {
      const single = pieces.every((one) => one.kind !== "any" || one.single);
      return { kind: "any", head: wild ? head.slice(0, head.indexOf(WILD)) : head, single };
    }
    wild ||= piece.kind === "glob";
    head += piece.text;
    written += piece.kind === "glob" ? piece.written : piece.text;
  }
  return wild ? { kind: "glob", text: head, written } : text(head);
}

/** `a{b,c}` is `ab ac`. Only plain lists: what is nested, a range or mixed with anything else but text is not known. */
function expanded(node: WordNode, at: Surroundings): readonly Word[] {
  let found: string[] = [tildeOf(node, at) === undefined ? "" : WILD];
  for (const part of node.parts ?? []) {
    const list = part.type === "BraceExpansion" ? /^\{([\w.\-/+@:]*(?:,[\w.\-/+@:]*)+)\}$/.exec(part.text)?.[1]?.split(",") : undefined;
    const piece = part.type === "BraceExpansion" ? undefined : pieceOf(part, at, false);
    const next = list ?? (piece?.kind === "text" ? [piece.text] : undefined);
    if (part.type === "BraceExpansion" && /[$`<>(]/.test(part.text)) at.odd("a list with an expansion in it");
    found = next === undefined ? [WILD] : found.flatMap((head) => next.map((tail) => head + tail)).slice(0, MOST_BRACES + 1);
  }
  if (found.length > MOST_BRACES || found.some((one) => one.includes(WILD) || one === "")) return [unknown(false)];
  return found.map(text);
}
