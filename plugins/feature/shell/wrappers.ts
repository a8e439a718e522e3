// Programs that run another: looked through when all they add is known, otherwise named with what they may run.
import { touchedBy } from "./ground.ts";
import { type At, type Finding, NOTHING, unproven } from "./judge.ts";
import { sortWords, tableOf } from "./options.ts";
import { known, text, type Word } from "./words.ts";

/** What a program that runs others does with `words`; `undefined` when it is none of them. */
export function judgeWrapper(name: string, words: readonly Word[], at: At): Finding | undefined {
  if (Object.hasOwn(PLAIN, name)) return plain(name, words);
  if (Object.hasOwn(OPAQUE, name)) return opaque(name, words);
  return Object.hasOwn(OWN, name) ? OWN[name]?.(words, at) : undefined;
}

/** Assignments that change how text is sorted and shown, and nothing else. */
export function harmlessSetting(name: string, value: Word | undefined): boolean {
  const set = known(value);
  if (set === undefined || !/^[\w.@,:+-]*$/.test(set) || set.startsWith(":")) return false;
  return /^(LC_[A-Z]+|LANG|LANGUAGE|TZ|NO_COLOR|FORCE_COLOR|CLICOLOR|CLICOLOR_FORCE|COLUMNS|LINES|CI)$/.test(name);
}

// --- internal ---

/** Programs that run the rest of their words as they are: options, and how many words come before the command. */
const PLAIN: Readonly<Record<string, readonly [options: string, before: number]>> = {
  timeout: ["v -k: -s: --foreground --preserve-status --verbose --kill-after= --signal=", 1],
  nice: ["-# -n: --adjustment=", 0],
  nohup: ["", 0],
  stdbuf: ["-i: -o: -e: --input= --output= --error=", 0],
  ionice: ["t -c: -n: --class= --classdata= --ignore", 0],
  time: ["pv --portability --verbose", 0],
  command: ["p", 0],
  builtin: ["", 0],
};
/** Programs that run the rest of their words as somebody else, elsewhere, or beyond the end of the call: options with values. */
const OPAQUE: Readonly<Record<string, string>> = {
  sudo: "gpuCDhRTU",
  doas: "uC",
  su: "cgsw",
  pkexec: "",
  setsid: "",
  exec: "a",
  watch: "nd",
  parallel: "jNn",
  chroot: "",
  unshare: "",
  nsenter: "t",
  strace: "oeps",
  script: "c",
  entr: "",
  flock: "wE",
  busybox: "",
  systemd_run: "",
};

function plain(name: string, words: readonly Word[]): Finding {
  const [options, before] = PLAIN[name] as readonly [string, number];
  if (name === "command" && /^-[vV]$/.test(known(words[0]) ?? "")) return NOTHING;
  const given = sortWords(words, tableOf(options, false, true));
  if (typeof given === "string") return unproven(`${name}: ${given}`, { also: [words] });
  const runs = given.operands.slice(before);
  if (runs.length === 0 || given.operands.slice(0, before).some((word) => word.kind !== "text"))
    return unproven(`${name}: what it runs is not known`);
  return { ...NOTHING, runs: [runs], here: name === "command" || name === "builtin" };
}

function opaque(name: string, words: readonly Word[]): Finding {
  const values = OPAQUE[name] ?? "";
  let at = 0;
  for (; at < words.length; at++) {
    const word = known(words[at]);
    if (word === undefined || !/^-|^[A-Za-z_]\w*=/.test(word)) break;
    if (/^-[A-Za-z]$/.test(word) && values.includes(word[1] as string)) at++;
  }
  return unproven(`${name} runs something in another way than it was judged`, { also: [words.slice(at)] });
}

const FIND_ALONE = new Set(
  "-print -print0 -ls -prune -depth -d -xdev -mount -daystart -noleaf -true -false -empty -readable -writable -executable -not ! ( ) -o -or -a -and , -nouser -nogroup -quit -H -P".split(
    " ",
  ),
);
const FIND_VALUE = new Set(
  "-name -iname -path -ipath -wholename -iwholename -regex -iregex -regextype -type -xtype -size -mtime -mmin -atime -amin -ctime -cmin -perm -user -group -uid -gid -links -inum"
    .concat(" -maxdepth -mindepth -printf -lname -ilname -newermt -newerat -newerct -newer -anewer -cnewer -samefile -fstype -used")
    .split(" "),
);
const XARGS = tableOf(
  "0rtx -# -n: -L: -P: -I: -d: -s: -E: -a< --null --no-run-if-empty --max-args= --max-lines= --max-procs= --delimiter= --arg-file=< --verbose",
  false,
  true,
);
const SHELL = /^-[celux]*c[celux]*$/;

type Judge = (words: readonly Word[], at: At) => Finding;

const OWN: Readonly<Record<string, Judge>> = {
  env(words) {
    let at = 0;
    for (; at < words.length; at++) {
      const word = known(words[at]) ?? "";
      const [, name = "", value = ""] = /^([A-Za-z_]\w*)=(.*)$/s.exec(word) ?? [];
      if (word === "-i" || word === "--ignore-environment" || word === "--") continue;
      if (name === "") break;
      if (!harmlessSetting(name, text(value))) return unproven(`it sets ${name} for what it runs`, { also: [words.slice(at + 1)] });
    }
    if (at === words.length) return unproven("env shows the whole environment");
    if (known(words[at])?.startsWith("-") !== false)
      return unproven("env: an option that is not known to be harmless", { also: [words.slice(at + 1), words.slice(at + 2)] });
    return { ...NOTHING, runs: [words.slice(at)] };
  },
  xargs(words) {
    const given = sortWords(words, XARGS);
    if (typeof given === "string") return unproven(`xargs: ${given}`, { also: [words] });
    const replaced = given.values.find((value) => value.name === "-I")?.word;
    const mark = known(replaced);
    const rest: Word = { kind: "any", head: "", single: false };
    if (given.values.some((value) => value.use === "read") || (replaced !== undefined && !mark))
      return unproven("xargs: an option that is not known");
    const runs = given.operands.length === 0 ? [text("echo")] : given.operands;
    if (mark === undefined) return { ...NOTHING, runs: [[...runs, rest]] };
    const put = (word: Word): Word =>
      word.kind === "text" && word.text.includes(mark) ? { ...rest, head: word.text.slice(0, word.text.indexOf(mark)), single: true } : word;
    return { ...NOTHING, runs: [runs.map(put)] };
  },
  find: (words, at) => judgeFind(words, at),
  bash: (words) => judgeShell("bash", words),
  sh: (words) => judgeShell("sh", words),
  dash: (words) => judgeShell("sh", words),
  eval(words) {
    const source = words.map(known);
    if (source.includes(undefined)) return unproven("eval runs what is known only then");
    return { ...NOTHING, script: { source: source.join(" "), shell: "bash" }, here: true };
  },
};

function judgeShell(shell: "bash" | "sh", words: readonly Word[]): Finding {
  const [option, script] = [known(words[0]) ?? "", known(words[1])];
  if (!SHELL.test(option) || script === undefined) return unproven(`${shell} runs what is known only then`);
  return { ...NOTHING, script: { source: script, shell } };
}

function judgeFind(words: readonly Word[], at: At): Finding {
  const begins = words.findIndex((word) => /^(-|\(|!|,)/.test(known(word) ?? ""));
  const from = begins < 0 ? words : words.slice(0, begins);
  const tests = begins < 0 ? [] : words.slice(begins);
  if (from.some((word) => word.kind === "any")) return unproven("find: where it looks is known only when it runs");
  const starts = from.length === 0 ? [text(".")] : from;
  const reads = touchedBy(starts, at.state, false);
  if (typeof reads === "string") return unproven(`find: ${reads}`);
  const texts = tests.map(known);
  const files =
    texts.some((one, index) => one === "-type" && texts[index + 1] === "f") && !texts.some((one) => /^(-o|-or|!|-not|,|\()$/.test(one ?? ""));
  const runs: (readonly Word[])[] = [];
  for (let index = 0; index < tests.length; index++) {
    const test = texts[index];
    if (test !== undefined && FIND_ALONE.has(test)) continue;
    if (test !== undefined && FIND_VALUE.has(test)) index++;
    else if (test === "-exec" || test === "-execdir" || test === "-ok" || test === "-okdir") {
      const end = texts.findIndex((one, place) => place > index && (one === ";" || (one === "+" && texts[place - 1] === "{}")));
      const command = tests.slice(index + 1, end < 0 ? tests.length : end);
      const start = starts.length === 1 ? known(starts[0]) : undefined;
      const name: Word =
        files && start !== undefined && !start.startsWith("-") ? { kind: "below", text: start } : { kind: "any", head: "", single: true };
      const put = (word: Word): Word => (known(word) === "{}" ? name : known(word)?.includes("{}") ? { kind: "any", head: "", single: true } : word);
      runs.push(command.map(put));
      if (test !== "-exec" || end < 0) return unproven(`find ${test} runs something in other folders`, { also: runs });
      index = end;
    } else return unproven(`find: ${test ?? "a word that is known only when it runs"} is not known to only look`, { also: runs });
  }
  return { ...NOTHING, reads, runs, keeps: true };
}
