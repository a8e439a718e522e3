// What one session has of instruction files: its part of the prompt, which of them the model knows, and what it is told of later.
import { statSync } from "node:fs";
import { isAbsolute, relative, resolve, sep } from "node:path";
import type { CallScope, Message, ToolResult, TurnScope } from "claw";
import { headOf, type InstructionFile, projectRoot } from "claw/kit";
import { collect, frame, render, type Where } from "./instructions.ts";

export interface Memory {
  /** The part of the system prompt: the same text until a fold. */
  part(scope: TurnScope): string;
  /** What is to be told of files that are new, changed or gone since; nothing when it was told otherwise. */
  changes(scope: TurnScope, told: boolean): string;
  /** What a call's result is to bring along: rules about what it touched, and files that were changed meanwhile. */
  after(result: ToolResult, scope: CallScope): string;
  folded(): void;
  sent(): readonly string[];
}

/** Reads the files. What a resumed session was told before stands in its messages, and may be out of date by now. */
export function openMemory(scope: TurnScope): Memory {
  const where: Where = { cwd: scope.session.cwd, home: scope.home, user: scope.env["HOME"] ?? scope.env["USERPROFILE"] };
  const root = projectRoot(where.cwd);
  let files: readonly InstructionFile[] = [];
  let stamps: ReadonlyMap<string, string> = new Map();
  let part: string | undefined;
  /** Rules about some files only of which the model has touched one. */
  const touched = new Set<string>();
  /** What the model has of each file, by path. */
  const known = new Map<string, string>();
  const read = (): readonly string[] => {
    const found = collect(where);
    files = found.files;
    stamps = new Map(files.map(({ path }) => [path, stampOf(path)]));
    return found.warnings;
  };
  const due = (): readonly InstructionFile[] => files.filter(({ path, about }) => about === undefined || touched.has(path));
  const learn = (list: readonly InstructionFile[]): void => {
    for (const file of list) known.set(file.path, shown(file));
  };
  const announce = (at: TurnScope, paths: readonly string[]): void => at.bus.emit("instructions.changed", { paths });

  for (const text of read()) scope.bus.emit("notice.raised", { level: "warn", text });
  const first = due();
  learn(first);
  for (const [path, text] of told(scope.session.messages)) {
    known.set(path, text);
    touched.add(path);
  }
  return {
    part(at) {
      if (part !== undefined) return part;
      part = render(first);
      const loaded = first.map(({ path, level, text }) => ({ path, level, characters: text.length }));
      if (loaded.length > 0) at.bus.emit("instructions.loaded", { files: loaded });
      return part;
    },
    changes(at, spoken) {
      read();
      const now = due();
      const fresh = now.filter((file) => known.get(file.path) !== shown(file));
      const gone = [...known.keys()].filter((path) => !now.some((file) => file.path === path));
      learn(fresh);
      for (const path of gone) known.delete(path);
      if (spoken || fresh.length + gone.length === 0) return "";
      announce(at, [...fresh.map(({ path }) => path), ...gone]);
      const left = gone.map((path) => `Gone: ${path}. What it said no longer holds.`);
      return [NEWS, ...fresh.map(shown), ...left, "</note>"].join("\n\n");
    },
    after({ failed = false }, at) {
      const places = at.call.paths.map((path) => resolve(where.cwd, path));
      const meant = ({ path, about = [] }: InstructionFile): boolean => !touched.has(path) && places.some((place) => isAbout(about, place, root));
      const rules = failed ? [] : files.filter(meant);
      for (const { path } of rules) touched.add(path);
      learn(rules);
      if (rules.length > 0)
        announce(
          at,
          rules.map(({ path }) => path),
        );
      const changed = [...stamps].some(([path, stamp]) => stampOf(path) !== stamp);
      // Who wrote a file knows what is in it.
      const own = at.call.access === "write" && places.some((place) => stamps.has(place));
      return [...rules.map(shown), ...(changed ? [this.changes(at, own)] : [])].filter((text) => text !== "").join("\n\n");
    },
    folded() {
      read();
      known.clear();
      learn(due());
      part = render(due());
    },
    sent: () => [...known.keys()],
  };
}

/** Whether a place is one that the globs mean: relative to the project, or by its name alone when the glob has no folder. */
export function isAbout(globs: readonly string[], place: string, root: string): boolean {
  const path = relative(root, place).split(sep).join("/");
  if (path === "" || path.startsWith("../") || isAbsolute(path)) return false;
  return globs.some((glob) => {
    const whole = glob.replace(/^\.?\//, "").replace(/\/$/, "/**");
    return new Bun.Glob(whole).match(path) || (!whole.includes("/") && new Bun.Glob(whole).match(path.slice(path.lastIndexOf("/") + 1)));
  });
}

// --- internal ---

const NEWS = "<note>\nInstruction files have changed. From now on these hold:";
/** A longer text is not said in full: the file can be read. */
const LONGEST = 12_000;

function shown(file: InstructionFile): string {
  if (file.text.length <= LONGEST) return frame(file);
  return frame({ ...file, text: `${headOf(file.text, LONGEST)}\n[read ${file.path} for the rest]` });
}

/** What messages told of files, the last of each. */
function told(messages: readonly Message[]): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const block of messages.flatMap(({ role, content }) => (role === "user" ? content : []))) {
    const last = block.type === "result" ? block.content.at(-1) : block;
    if (last?.type !== "text" || !(last.text.startsWith(NEWS) || (block.type === "result" && last.text.startsWith("<instructions ")))) continue;
    for (const [text, path = ""] of last.text.matchAll(/^<instructions from=("(?:[^"\\\n]|\\.)*")[^\n]*>\n[\s\S]*?\n<\/instructions>$/gm))
      texts.set(parsed(path), text);
  }
  return texts;
}

function parsed(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return "";
  }
}

function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? "" : `${stat.mtimeMs} ${stat.size} ${stat.ino}`;
}
