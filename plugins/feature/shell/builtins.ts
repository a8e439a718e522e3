// What the shell does itself. Most of it changes the shell, and so what later commands mean: only what changes nothing, or what is followed here, is known.
import { foldersAfter, type State } from "./ground.ts";
import { type At, type Finding, NOTHING, unproven } from "./judge.ts";
import { sortWords, tableOf } from "./options.ts";
import { faultOfPrintf } from "./scripts.ts";
import { known, text, type Word } from "./words.ts";

/** What a builtin does with `words`; `undefined` when it is none. Moves `state` along. */
export function judgeBuiltin(name: string, words: readonly Word[], at: At): Finding | undefined {
  return Object.hasOwn(BUILTINS, name) ? BUILTINS[name]?.(words, at) : undefined;
}

/** Whether setting the variable changes nothing but what later words of the same line say. Names in capitals may mean something to programs. */
export function plainVariable(name: string, { machine }: At): boolean {
  return /[a-z]/.test(name) && !/^(BASH|histchars$|auto_resume$|[a-z]+_proxy$)/.test(name) && machine.env[name] === undefined;
}

// --- internal ---

type Judge = (words: readonly Word[], at: At) => Finding;

const CD = tableOf("LPe");
const UNARY = /^-[abcdefghknprstuwxzGLNOS]$/;
const BINARY = /^(=|==|!=|<|>|-eq|-ne|-lt|-le|-gt|-ge|-nt|-ot|-ef)$/;

/** Moves to `word`; what moves out of the workspace is judged as reading there. */
function move(word: Word, at: At): Finding {
  const { state } = at;
  const lost = at.machine.env["CDPATH"] !== undefined && !/^(\/|\.\.?(\/|$))/.test(known(word) ?? "");
  const found = known(word) === "-" || lost ? undefined : foldersAfter(word, state);
  state.folders = found;
  for (const folder of found ?? []) state.seen.add(folder);
  if (found === undefined) return unproven("where it goes is known only when it runs");
  return { ...NOTHING, reads: found.map((path) => ({ path })) };
}

function test(words: readonly Word[]): Finding {
  const rest = [...words];
  while (known(rest[0]) === "!" && rest.length > 1) rest.shift();
  const single = (word: Word | undefined): boolean => word !== undefined && (word.kind !== "any" || word.single) && word.kind !== "glob";
  const [first, second, third] = rest;
  if (rest.length === 1 && single(first)) return NOTHING;
  if (rest.length === 2 && UNARY.test(known(first) ?? "") && single(second)) return NOTHING;
  if (rest.length === 3 && BINARY.test(known(second) ?? "") && single(first) && single(third)) return NOTHING;
  const texts = rest.map(known);
  // `-v` and `-R` evaluate an index, which may run something.
  return texts.every((one) => one !== undefined && !/^-[vR]$/.test(one)) ? NOTHING : unproven("a test of what is known only when it runs");
}

function numbers(words: readonly Word[]): Finding {
  return words.every((word) => word.kind === "any" || /^\d*$/.test(known(word) ?? "x")) ? NOTHING : unproven("an argument that is no number");
}

const BUILTINS: Readonly<Record<string, Judge>> = {
  cd(words, at) {
    const given = sortWords(words, CD);
    if (typeof given === "string" || given.operands.length > 1) return lose(at.state, "where it goes is not known");
    const [word] = given.operands;
    return move(word ?? (at.machine.user === undefined ? { kind: "any", head: "", single: true } : text(at.machine.user)), at);
  },
  pushd(words, at) {
    const [word] = words;
    if (words.length !== 1 || word === undefined || /^[-+]/.test(known(word) ?? "-")) return lose(at.state, "where it goes is not known");
    return move(word, at);
  },
  popd(words, at) {
    if (words.length > 0 || at.state.folders === undefined) return lose(at.state, "where it goes is not known");
    at.state.folders = at.state.seen.size > 8 ? undefined : [...at.state.seen];
    return NOTHING;
  },
  test,
  "["(words) {
    return known(words.at(-1)) === "]" ? test(words.slice(0, -1)) : unproven("a test without its end");
  },
  printf(words) {
    const rest = known(words[0]) === "--" ? words.slice(1) : words;
    const format = known(rest[0]);
    if (format === undefined || format.startsWith("-")) return unproven("printf: its format is known only when it runs, or it sets a variable");
    const fault = faultOfPrintf(format);
    return fault === undefined ? NOTHING : unproven(fault);
  },
  printenv(words) {
    const names = words.map(known);
    const secret = names.some((name) => name === undefined || /^-|KEY|TOKEN|SECRET|PASS|CREDENTIAL|AUTH/i.test(name));
    return words.length === 0 || secret ? unproven("printenv shows the environment") : NOTHING;
  },
  read(words, at) {
    for (const word of words) {
      const name = known(word);
      if (name === "-r" || name === "-s") continue;
      if (name === undefined || !/^[A-Za-z_]\w*$/.test(name) || !plainVariable(name, at))
        return unproven("read sets a variable that may mean something");
      at.state.values.set(name, undefined);
    }
    return NOTHING;
  },
  set(words) {
    const texts = words.map(known);
    const plain = texts.every(
      (one, index) =>
        /^[-+][eux]*o?$/.test(one ?? "") || (/^[-+][eux]*o$/.test(texts[index - 1] ?? "") && /^(pipefail|errexit|nounset)$/.test(one ?? "")),
    );
    return words.length > 0 && plain ? NOTHING : unproven("set shows or changes variables of the shell");
  },
  type: (words) => (words.every((word) => !/^-.*[^aptPf-]/.test(known(word) ?? "")) ? NOTHING : unproven("type: an option that is not known")),
  exit: numbers,
  return: numbers,
  break: numbers,
  continue: numbers,
  shift: numbers,
  wait: numbers,
};

function lose(state: State, why: string): Finding {
  state.folders = undefined;
  return unproven(why);
}
