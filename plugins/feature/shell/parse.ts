// The parser behind one door: what it does not take whole is no tree at all. Nothing else here names `unbash`.
import { type ParsedScript, parse as parseBash } from "unbash";

export type {
  Assignment,
  Command,
  CommandNode,
  CompoundList,
  ParsedScript,
  PipelineNode,
  Redirection,
  Statement,
  TestExpression,
  Word as WordNode,
  WordPart,
} from "unbash";

/** The tree of `source`, or why there is none. */
export function parse(source: string): ParsedScript | string {
  if (source.length > LONGEST) return `it is longer than ${LONGEST} characters`;
  if (HIDDEN.test(source)) return "it holds characters that cannot be seen";
  try {
    const script = parseBash(source);
    return script.errors?.length ? `it does not parse: ${script.errors[0]?.message}` : script;
  } catch (thrown) {
    return `it does not parse: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  }
}

// --- internal ---

const LONGEST = 20_000;
/** Control and format characters but tab and line feed, and blanks that a person takes for a blank and the shell does not. */
const HIDDEN = /(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|(?! )\p{Zs}|[\u115f\u1160\u3164\uffa0]/u;
