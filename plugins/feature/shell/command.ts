// One simple command of a line: its words, its assignments and redirections, and the parts it makes.
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import type { Argv, ShellPart } from "claw/kit";
import { judgeBuiltin, plainVariable } from "./builtins.ts";
import { judgeGit } from "./git.ts";
import { copyState, namedBy, type State, settled, touchedBy } from "./ground.ts";
import { type At, type Finding, judgeProgram, NOTHING, unproven } from "./judge.ts";
import type { Assignment, Command, Redirection } from "./parse.ts";
import { odd, type Walk } from "./trail.ts";
import { known, type Surroundings, scan, text, type Word, wordsOf } from "./words.ts";
import { harmlessSetting, judgeWrapper } from "./wrappers.ts";

/** Where words of the line stand. What runs to make them runs in a shell of its own. */
export function surroundings(walk: Walk, state: State, strange: (why: string, shows?: boolean) => void): Surroundings {
  const { user, shell } = walk.machine;
  return {
    user,
    shell,
    value(name) {
      if (name === "HOME") return user === undefined ? undefined : text(user);
      if (name === "PWD" && state.folders?.length === 1 && state.folders[0] !== undefined) return text(state.folders[0]);
      return state.values.get(name);
    },
    inner: (script) => walk.script(script, walk, copyState(state)),
    odd: strange,
  };
}

/** Adds the parts of a command. */
export function runCommand(node: Command, walk: Walk, state: State): void {
  // Files are opened before the command can move, and told after it.
  const opened: ShellPart[] = [];
  for (const one of node.redirects) redirect(one, { ...walk, parts: opened }, state);
  const strange: Strange[] = [];
  const around = surroundings(walk, state, (why, shows = false) => void strange.push({ why, shows }));
  const assignments = node.prefix.filter((one) => one.type === "Assignment");
  const named = node.name === undefined ? [] : wordsOf(node.name, around);
  const words = [...named, ...node.args.flatMap((arg) => (arg.type === "Word" ? wordsOf(arg, around) : settingOf(arg, around)))];
  const line = node.redirects.length === 0 ? walk.source.slice(node.pos, node.end) : sliceWithout(walk.source, node);
  if (node.name === undefined) {
    for (const one of assignments) set(one, { machine: walk.machine, state }, around);
    if (strange[0] !== undefined) push(walk, line, [], unproven(strange[0].why));
  } else {
    const settings = assignments.filter((one) => {
      const [value] = one.value.type === "Word" ? wordsOf(one.value, around) : [];
      return one.append || one.index !== undefined || !harmlessSetting(one.name, value);
    });
    const fault = strange.find((one) => !one.shows) ?? strange[0];
    const why = fault?.why ?? (settings[0] === undefined ? undefined : `it sets ${settings[0].name} for what it runs`);
    const before = settings.map((one) => settingOf(one, around));
    run(words, walk, state, {
      line,
      also: [],
      ...(why === undefined ? {} : { fault: { why, before, ...(fault?.shows === false ? { nameless: true } : {}) } }),
    });
  }
  walk.parts.push(...opened);
}

/** Adds what a redirection reads or writes. */
export function redirect(node: Redirection, walk: Walk, state: State): void {
  const around = surroundings(walk, state, (why) => odd(walk, node, why));
  if (node.descriptor?.type === "FileDescriptorVariable") odd(walk, node, "it sets a variable");
  if (node.type === "HereDoc") {
    if (node.delimiter?.quoted !== true) scan(node.body.parts ?? [], around);
    return;
  }
  const [word, ...more] = node.target === undefined ? [] : wordsOf(node.target, around);
  if (word === undefined || more.length > 0) {
    odd(walk, node, "where it leads is not known");
    return;
  }
  if (walk.machine.shell === "sh" && (node.type === "HereString" || node.operator.startsWith("&"))) odd(walk, node, "sh may read this otherwise");
  if (node.type === "HereString") return;
  const copies = node.operator === ">&" || node.operator === "<&";
  if (copies && /^(\d+-?|-)$/.test(known(word) ?? "")) return;
  if (node.operator === "<&") {
    odd(walk, node, "where it leads is not known");
    return;
  }
  if (/^\/dev\/(tcp|udp)\//.test(known(word) ?? "")) {
    odd(walk, node, "it opens a connection");
    return;
  }
  const line = walk.source.slice(node.pos, node.end);
  const target = settled(word, state);
  const found = node.operator === "<" ? touchedBy([target], state, false) : namedBy([target], state, true);
  if (typeof found === "string") {
    odd(walk, node, found);
    return;
  }
  if (found.length === 0) return;
  const paths = found.map((one) => (typeof one === "string" ? one : one.path));
  if (node.operator === "<") push(walk, line, [], { ...NOTHING, reads: paths.map((path) => ({ path })) });
  else push(walk, line, [], { ...NOTHING, does: "write", writes: paths, why: "it writes" });
}

// --- internal ---

/** Folders whose programs are the system's. */
const SYSTEM = /^\/(usr\/(local\/)?)?s?bin\/[^/]+$|^\/opt\/homebrew\/bin\/[^/]+$/;
/** Programs that say their version without looking at the project. */
const VERSIONED = new Set(["node", "bun", "python", "python3", "gcc", "clang", "perl", "ruby", "rg", "jq", "fd", "tree", "bash"]);
const NETWORK = new Set(
  "curl wget nc ncat netcat ssh scp sftp rsync ftp telnet ping ping6 dig nslookup host traceroute whois socat openssl aws gcloud gh".split(" "),
);
/** What a word does besides being made; `shows`: it only tells the model what it should not know. */
interface Strange {
  readonly why: string;
  readonly shows: boolean;
}
interface Running {
  readonly line: string;
  /** The commands that this one is the inner part of. */
  readonly also: readonly Argv[];
  /** Why it cannot be known, with the settings that stand before it. `nameless`: no rule may name it, since its words do more than they say. */
  readonly fault?: { readonly why: string; readonly before: readonly Word[]; readonly nameless?: boolean };
  /** Not a command of the shell itself: its builtins change nothing. */
  readonly apart?: boolean;
}

function run(given: readonly Word[], walk: Walk, state: State, { line, also, fault, apart = false }: Running): void {
  const words = given.map((word) => settled(word, state));
  const argv = argvOf(words);
  const inner = apart ? copyState(state) : state;
  const finding = judge(words, { machine: walk.machine, state: inner });
  const { runs = [], script, keeps, here } = finding;
  if (script !== undefined) {
    const fresh = here === true ? inner : { ...copyState(inner), values: new Map() };
    walk.text(script.source, walk, fresh, here === true ? walk.machine.shell : script.shell);
  }
  if (fault !== undefined) {
    const named = fault.nameless === true ? [] : [...argvOf(fault.before), ...argv];
    push(walk, line, named, unproven(fault.why, { also: finding.also ?? [] }), [...also, argv]);
  } else if (runs.length === 0 || keeps) push(walk, line, argv, finding, also);
  for (const one of runs) run(one, walk, inner, { line, also: [...also, argv], apart: apart || here !== true });
}

function judge(words: readonly Word[], at: At): Finding {
  const [first, ...rest] = words;
  const called = known(first);
  if (called === undefined || called === "") return unproven("what it runs is known only then", { also: [rest] });
  if (called.includes("/") && !SYSTEM.test(called)) return unproven(`${called} may do anything`);
  const name = basename(called);
  const builtin = called === name ? judgeBuiltin(name, rest, at) : undefined;
  if (builtin !== undefined) return builtin;
  if (at.machine.own.some((folder) => existsSync(join(folder, name)))) return unproven(`a program named ${name} is in the workspace`);
  const wrapper = judgeWrapper(name, rest, at);
  if (wrapper !== undefined) return wrapper;
  if (name === "git") return judgeGit(rest, at);
  if (VERSIONED.has(name) && rest.length === 1 && /^(--version|-V|-v)$/.test(known(rest[0]) ?? "")) return NOTHING;
  if (NETWORK.has(name)) return { ...unproven(`${name} uses the network`), does: "network" };
  return judgeProgram(name, rest, at) ?? unproven(`${name} is not known to only read`);
}

function push(walk: Walk, line: string, argv: Argv, finding: Finding, also: readonly Argv[] = []): void {
  const { does, reads, writes, why } = finding;
  const more = (finding.also ?? []).map(argvOf).filter((one) => one.length > 0);
  const part: ShellPart = { text: line, argv, also: [...also, ...more], does, reads, writes, why };
  walk.parts.push(part);
}

function argvOf(words: readonly Word[]): Argv {
  return words.map(known);
}

/** `name=value` among the words of a command. */
function settingOf(node: Assignment, around: Surroundings): Word {
  const [value, ...more] = node.value.type === "Word" ? wordsOf(node.value, around) : [];
  const set = known(value);
  const plain = set !== undefined && more.length === 0 && !node.append && node.index === undefined && !node.text.includes("~");
  return plain ? text(`${node.name}=${set}`) : { kind: "any", head: `${node.name}=`, single: true };
}

function set(node: Assignment, at: At, around: Surroundings): void {
  const words = node.value.type === "Word" ? wordsOf(node.value, around) : node.value.elements.flatMap((element) => wordsOf(element, around));
  if (node.index !== undefined || !plainVariable(node.name, at)) {
    around.odd(`it sets ${node.name}`);
    return;
  }
  const [value] = words;
  const plain = node.value.type === "Word" && !node.append && words.length === 1 && value?.kind === "text" && !node.text.includes("~");
  at.state.values.set(node.name, plain ? value : undefined);
}

/** A command without its redirections, which are parts of their own. */
function sliceWithout(source: string, node: Command): string {
  const pieces = [...node.prefix.filter((one) => one.type === "Assignment"), ...(node.name === undefined ? [] : [node.name]), ...node.args];
  return pieces.map((piece) => source.slice(piece.pos, piece.end)).join(" ");
}
