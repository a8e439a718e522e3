// Chooses among files and symbols, shows the place with the lines around it, and puts the file into the person's input.
import { stat } from "node:fs/promises";
import { isAbsolute, join, relative, resolve } from "node:path";
import type { CommandOutcome, TurnScope } from "claw";
import { clipLine, decode, Interactive, type PickItem, pick, plain, seated } from "claw/kit";
import { filesOf, meantFiles } from "./files.ts";
import { type Hit, symbolsOf } from "./symbols.ts";

/** `target` is a file by some of its letters, with `:LINE` if wanted, or a symbol. */
export async function teleport(target: string, scope: TurnScope): Promise<CommandOutcome> {
  const [, spelled = target, wanted] = /^(.*?):(\d{1,7})(?::\d+)?$/.exec(target) ?? [];
  const named = spelled.replace(/^@/, "");
  const direct = await directFile(named, scope);
  const paths = direct === undefined ? await filesOf(scope) : [];
  const files = direct === undefined ? meantFiles(named, paths, MOST) : { found: [direct], close: true };
  // A file that is surely meant needs no symbols; a line is a file's.
  const sure = files.close || wanted !== undefined;
  const symbols = sure ? { hits: [], by: "search" as const } : await symbolsOf(named, paths, scope);
  const places: readonly Hit[] = [
    ...symbols.hits,
    ...files.found.map((path) => ({ path, line: Number(wanted ?? 1), kind: "file", name: path })),
  ].slice(0, MOST);
  const about = { kind: "teleport", action: "find", target };
  if (places.length === 0) {
    return { kind: "exit", code: 1, notice: `No file or symbol here is like ${plain(target)}.`, data: { ...about, status: "none", hits: [] } };
  }
  const place = await chosen(places, files.close, scope);
  if (place === undefined) return { kind: "done" };
  const shown = await around(place, scope);
  const others = places.filter((one) => one !== place);
  await suggest(place, scope);
  const hits = [place, ...others].map((one) => ({ ...one }));
  return {
    kind: "done",
    notice: [`${where(place)}${labelOf(place)}`, ...shown, ...((await asked(scope)) ? [] : rest(others))].join("\n"),
    data: { ...about, status: "ok", by: place.kind === "file" ? "files" : symbols.by, path: place.path, line: place.line, hits },
  };
}

// --- internal ---

const MOST = 20;
const AROUND = 3;
const FROM_START = 10;
const MOST_BYTES = 2_000_000;

/** A file by its whole path, of this folder or from its top. */
async function directFile(name: string, { session }: TurnScope): Promise<string | undefined> {
  const path = resolve(session.cwd, name);
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) return undefined;
  const from = relative(session.cwd, path);
  return (from.startsWith("..") || isAbsolute(from) ? path : from).replaceAll("\\", "/");
}

/** Where a person sits, and there are several, they say which. */
async function chosen(places: readonly Hit[], close: boolean, scope: TurnScope): Promise<Hit | undefined> {
  const [first, ...others] = places;
  if (first === undefined || others.length === 0 || close || !(await asked(scope)) || scope.ask === undefined) return first;
  const items: PickItem<Hit>[] = places.map((place) => ({ label: where(place), detail: labelOf(place).trim(), value: place }));
  return pick(scope.ask, "Where to?", items, scope.signal);
}

async function asked(scope: TurnScope): Promise<boolean> {
  return scope.ask !== undefined && (await seated(scope));
}

/** Outside a session there is no input to put it into. */
async function suggest({ path }: Hit, scope: TurnScope): Promise<void> {
  const mention = /[\s"'`)\]}]/.test(path) ? `@"${path}" ` : `@${path} `;
  const seat = await scope.use(Interactive).catch(() => undefined);
  try {
    seat?.suggest(mention);
  } catch {}
}

function where({ path, line, kind }: Hit): string {
  return `${plain(path)}${kind === "file" && line === 1 ? "" : `:${line}`}`;
}

function labelOf({ kind, name, container }: Hit): string {
  if (kind === "file") return "";
  return `  ${plain(kind)} ${plain(name)}${container === undefined ? "" : ` in ${plain(container)}`}`;
}

function rest(others: readonly Hit[]): readonly string[] {
  return others.length === 0 ? [] : ["", "Also:", ...others.map((one) => `  ${where(one)}${labelOf(one)}`)];
}

/** The lines around the place, with their numbers; of a file, its start. */
async function around({ path, line, kind }: Hit, { session }: TurnScope): Promise<readonly string[]> {
  try {
    const file = Bun.file(isAbsolute(path) ? path : join(session.cwd, path));
    if (file.size > MOST_BYTES) return [`  (${file.size} bytes)`];
    const text = decode(await file.bytes())?.text;
    if (text === undefined) return ["  (no text)"];
    const lines = text.replace(/\n$/, "").split(/\r?\n/);
    const start = kind === "file" && line === 1;
    const from = start ? 0 : Math.max(0, Math.min(line, lines.length) - 1 - AROUND);
    const part = lines.slice(from, start ? FROM_START : Math.min(line, lines.length) + AROUND);
    const width = String(from + part.length).length;
    return part.map((one, index) => {
      const number = from + index + 1;
      return `${number === line && !start ? ">" : " "} ${String(number).padStart(width)}  ${plain(clipLine(one, 200))}`.trimEnd();
    });
  } catch {
    return ["  (cannot be read)"];
  }
}
