// One question to a language server, and its answer as lines for the model: paths from the session's folder, with the code that stands there.
import { readFile, stat } from "node:fs/promises";
import { isAbsolute, relative } from "node:path";
import { type CallScope, ClawError, type ToolResult } from "claw";
import { clip, clipLine, decode, Lsp, type LspAnswer, type LspDiagnostic, type LspPosition, type LspSymbol, Workspace } from "claw/kit";
import { locateName } from "./position.ts";

export interface Input {
  readonly action: "definition" | "references" | "hover" | "symbols" | "diagnostics";
  readonly path?: string | undefined;
  readonly line?: number | undefined;
  readonly character?: number | undefined;
  readonly query?: string | undefined;
}

export async function run(input: Input, scope: CallScope): Promise<ToolResult> {
  const lack = lackOf(input);
  if (lack !== undefined) throw new ClawError("CLAW_TOOL_INPUT_INVALID", `invalid input for LSP: ${lack}`);
  const lsp = await scope.use(Lsp);
  const path = input.path === undefined ? undefined : await realPath(input.path, scope);
  const { answer, lines } = await ask(input, path, lsp, scope);
  const shown = lines.slice(0, MOST);
  const notes = [
    ...(lines.length > MOST ? [`[${lines.length - MOST} more; ask more narrowly]`] : []),
    ...(answer.busy ? ["[the server is still reading the project: there may be more in a while]"] : []),
  ];
  const text = [shown.length === 0 ? NOTHING[input.action] : shown.join("\n"), ...notes].join("\n");
  return {
    content: [{ type: "text", text: clip(text, MOST_TEXT, "ask more narrowly") }],
    details: { action: input.action, server: answer.server, count: answer.items.length, busy: answer.busy },
  };
}

// --- internal ---

const MOST = 100;
const MOST_TEXT = 20_000;
const MOST_LINE = 200;
const MOST_FILE = 2 * 1024 ** 2;
const NOTHING: Readonly<Record<Input["action"], string>> = {
  definition: "No definition found there.",
  references: "No references found.",
  hover: "Nothing is known of that place.",
  symbols: "No symbols found.",
  diagnostics: "No problems found.",
};
const POINTED: ReadonlySet<string> = new Set(["definition", "references", "hover"]);
interface Told {
  readonly answer: LspAnswer<unknown>;
  readonly lines: readonly string[];
}

function lackOf({ action, path, line, character, query }: Input): string | undefined {
  if (path === undefined && POINTED.has(action)) return "path is missing";
  if (path === undefined && action === "symbols" && query === undefined) return "give the path of a file, or a query for the workspace";
  if (POINTED.has(action) && query === undefined && (line === undefined || character === undefined)) {
    return "say where: line and character, or the name as query";
  }
  return undefined;
}

async function ask(input: Input, path: string | undefined, lsp: Lsp, scope: CallScope): Promise<Told> {
  const { action, query } = input;
  const shorten = (one: string): string => shown(one, scope.session.cwd);
  if (action === "diagnostics") {
    const answer = await lsp.diagnostics(path, scope);
    return { answer, lines: answer.items.map((one) => diagnosticLine(one, shorten)) };
  }
  if (action === "symbols") {
    const answer = query === undefined ? await lsp.symbols(path ?? "", scope) : await lsp.find(query, path, scope);
    return { answer, lines: answer.items.map((one) => symbolLine(one, query === undefined ? undefined : shorten)) };
  }
  const at = await positionOf(input, path ?? "");
  if (action === "hover") {
    const answer = await lsp.hover(at, scope);
    return { answer, lines: answer.items };
  }
  const answer = await lsp.locations(action, at, scope);
  const code = reader(scope);
  return { answer, lines: await Promise.all(answer.items.slice(0, MOST + 1).map(async (one) => placeLine(one, shorten, await code(one)))) };
}

/** Throws `CLAW_TOOL_FAILED` for what is no file. */
async function realPath(given: string, scope: CallScope): Promise<string> {
  const { path } = await (await scope.use(Workspace)).locate(given, scope);
  const about = await stat(path).catch(() => undefined);
  if (about?.isFile() === true) return path;
  throw new ClawError("CLAW_TOOL_FAILED", `${given} is ${about === undefined ? "not there" : "no file"}.`);
}

async function positionOf({ line, character, query, path: given }: Input, path: string): Promise<LspPosition> {
  if (line !== undefined && character !== undefined && query === undefined) return { path, line, character };
  const { size } = await stat(path);
  const text = size > MOST_FILE ? undefined : decode(await readFile(path))?.text;
  const found = text === undefined ? undefined : locateName(text, query ?? "", { line, character });
  if (found !== undefined) return { path, ...found };
  const where = line === undefined ? `in ${given}` : `at line ${line} of ${given}`;
  throw new ClawError("CLAW_TOOL_INPUT_INVALID", `There is no ${JSON.stringify(query)} ${where}. Read the file for the right place.`);
}

/** From the session's folder, when it is below it. */
function shown(path: string, cwd: string): string {
  if (!isAbsolute(path)) return path;
  const near = relative(cwd, path);
  return near.startsWith("..") || isAbsolute(near) ? path : near;
}

function placeLine({ path, line, character }: LspPosition, shorten: (path: string) => string, code: string): string {
  return `${shorten(path)}:${line}:${character}${code === "" ? "" : `  ${code}`}`;
}

function symbolLine({ name, kind, path, line, character, container, depth }: LspSymbol, shorten?: (path: string) => string): string {
  if (shorten === undefined) return `${"  ".repeat(depth)}${kind} ${clipLine(name, MOST_LINE)}  ${line}:${character}`;
  return `${kind} ${clipLine(name, MOST_LINE)}${container === undefined ? "" : ` in ${clipLine(container, MOST_LINE)}`}  ${shorten(path)}:${line}:${character}`;
}

function diagnosticLine({ path, line, character, severity, message, source }: LspDiagnostic, shorten: (path: string) => string): string {
  const said = clipLine(message.replace(/\s*\n\s*/g, " "), 500);
  return `${shorten(path)}:${line}:${character} ${severity}: ${said}${source === undefined ? "" : ` (${source})`}`;
}

/** Gives the line of code at a place. A server may name any file: only those that the session may read are opened. */
function reader(scope: CallScope): (at: LspPosition) => Promise<string> {
  const files = new Map<string, Promise<readonly string[]>>();
  async function read(path: string): Promise<readonly string[]> {
    const place = await (await scope.use(Workspace)).locate(path, scope);
    if (!place.inside || place.guarded) return [];
    const { size } = await stat(place.path);
    return size > MOST_FILE ? [] : (decode(await readFile(place.path))?.text ?? "").split(/\r?\n/);
  }
  return async ({ path, line }) => {
    if (!isAbsolute(path)) return "";
    const lines = files.get(path) ?? read(path).catch(() => []);
    files.set(path, lines);
    return clipLine(((await lines)[line - 1] ?? "").trim(), MOST_LINE);
  };
}
