// The little languages that programs take as a word: whether a script of `sed`, `awk` or `jq`, or a format of `printf`, only reads and prints.

/** Why a sed script is not known to only read its input and print; `undefined` when it is. */
export function faultOfSed(script: string): string | undefined {
  const at = { script, index: 0 };
  for (;;) {
    skip(at, /[\s;{}]/);
    if (at.index >= script.length) return undefined;
    if (!address(at)) return "an address of the sed script is not understood";
    skip(at, /[\s!{]/);
    const command = script[at.index++];
    if (command === undefined) return undefined;
    if (command === "#") skip(at, /[^\n]/);
    else if (/[=dDgGhHnNpPxzF}]/.test(command)) continue;
    else if (/[qQl]/.test(command)) skip(at, /[ \d]/);
    else if (/[btT:]/.test(command)) label(at);
    else if (/[aic]/.test(command)) textLine(at);
    else if (command === "y" || command === "s") {
      const delimiter = script[at.index++];
      if (delimiter === undefined || /[\\\n]/.test(delimiter) || !until(at, delimiter) || !until(at, delimiter))
        return "the sed script does not parse";
      if (command === "s") skip(at, /[gpiIM0-9m]/);
    } else return `the sed command ${command} may read, write or run something`;
    if (!/[aic#}]/.test(command) && !/^[ \t]*($|[;\n}#])/.test(script.slice(at.index))) return "the sed script may write or run something";
  }
}

/** Why an awk program is not known to only read its input and print. Comparison with `>` is one of the things that cannot be told from writing. */
export function faultOfAwk(program: string): string | undefined {
  const found = /[|>@`]|\b(system|getline|ENVIRON|ARGV|ARGC|PROCINFO|SYMTAB|FUNCTAB)\b/.exec(program);
  return found === null ? undefined : `${found[0]} in an awk program may read, write or run something`;
}

/** Why a jq filter is not known to only read its input. */
export function faultOfJq(filter: string): string | undefined {
  const found = /\$?\b(ENV|env|include|import|input_filename|modulemeta|get_search_list)\b/.exec(filter);
  return found === null ? undefined : `${found[0]} in a jq filter reads something else`;
}

/** Why a printf format does more than print: `%n` sets a variable. */
export function faultOfPrintf(format: string): string | undefined {
  return /%[-+ #0-9*.'$]*[hlqLjzt]*n/.test(format) ? "%n in a format sets a variable" : undefined;
}

// --- internal ---

interface At {
  readonly script: string;
  index: number;
}

function skip(at: At, over: RegExp): void {
  while (at.index < at.script.length && over.test(at.script[at.index] as string)) at.index++;
}

/** Past one address or two, if there are any. */
function address(at: At): boolean {
  for (let count = 0; count < 2; count++) {
    const rest = at.script.slice(at.index);
    const plain = /^(\$|\d+(~\d+)?|[+~]\d+)/.exec(rest)?.[0];
    if (plain !== undefined) at.index += plain.length;
    else if (rest.startsWith("/") || rest.startsWith("\\")) {
      at.index += rest.startsWith("/") ? 1 : 2;
      const delimiter = at.script[at.index - 1];
      if (delimiter === undefined || delimiter === "\n" || !until(at, delimiter)) return false;
      skip(at, /[IM]/);
    } else return count === 0;
    skip(at, /[ \t]/);
    if (at.script[at.index] !== ",") return true;
    at.index++;
    skip(at, /[ \t]/);
  }
  return true;
}

/** Past the next delimiter that no backslash stands before. Where brackets could hide one, sorts of sed differ. */
function until(at: At, delimiter: string): boolean {
  const start = at.index;
  for (; at.index < at.script.length; at.index++) {
    const char = at.script[at.index];
    if (char === "\\") at.index++;
    else if (char === delimiter) {
      const passed = at.script.slice(start, at.index++);
      return !/\[[^\]]*$/.test(passed.replace(/\\./gs, ""));
    }
  }
  return false;
}

/** Where a label ends is not the same in every sed: a plain one ends in all of them. */
function label(at: At): void {
  skip(at, /[ \t]/);
  skip(at, /\w/);
}

/** Past a text that goes to the end of its line, and on where a backslash ends that. */
function textLine(at: At): void {
  for (; at.index < at.script.length; at.index++) {
    if (at.script[at.index] === "\\") at.index++;
    else if (at.script[at.index] === "\n") return;
  }
}
