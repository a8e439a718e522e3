// Finds the session, has it written in the wanted form, and puts that into a file or gives it back.
import { existsSync, statSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Ask, ClawError, type CommandOutcome, type TurnScope } from "claw";
import { keptSession, type PickItem, pick, Sessions, seated, titleOfMessages } from "claw/kit";
import { markdownOf } from "./markdown.ts";
import { type Transcript, transcriptOf } from "./transcript.ts";
import type { Format, Order } from "./words.ts";

export async function run(order: Order, scope: TurnScope): Promise<CommandOutcome> {
  const { ref, forced } = order;
  let { file, format } = order;
  let path = file === undefined ? undefined : target(file, scope.session.cwd, forced);
  const inSession = await seated(scope);
  if (inSession && ref === undefined && scope.session.messages.length === 0) {
    throw new ClawError("CLAW_USAGE", "nothing has been said in this session yet", { hint: "Another one is named by its id: /export ID." });
  }
  const transcript = await find(ref, scope);
  const messages = transcript.items.filter(({ kind }) => kind === "message").length;
  if (messages === 0)
    throw new ClawError("CLAW_SESSION_MISSING", "there is no session to export yet", {
      hint: "Name one: claw export REF. `claw session list --all` shows them.",
    });
  if (file === undefined && scope.ask !== undefined && inSession) {
    const chosen = await where(transcript.id, format, scope.ask, scope);
    if (chosen === undefined) return { kind: "done" };
    ({ file, format } = chosen);
    path = file === undefined ? undefined : target(file, scope.session.cwd, forced);
  }
  const text = await written(transcript, format);
  const data = {
    kind: "export",
    action: "export",
    status: "ok",
    session_id: transcript.id,
    title: transcript.title,
    format,
    messages,
    file: path ?? null,
  };
  if (path === undefined) return { kind: "done", notice: text, data: { ...data, [format === "md" ? "markdown" : "text"]: text } };
  try {
    writeFileSync(path, text, { mode: 0o600, flag: forced ? "w" : "wx" });
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new ClawError("CLAW_STORE_FAILED", `${path} could not be written: ${why}`, { hint: "Name another file.", cause: thrown });
  }
  return { kind: "done", notice: `Wrote ${messages} messages to ${path}`, data };
}

// --- internal ---

type Place = Readonly<{ file?: string; format: Format }>;

/** A long text in the middle of a session is seldom what one wants. */
function where(id: string, format: Format, ask: Ask, { signal, session }: TurnScope): Promise<Place | undefined> {
  const name = `claw-${id.slice(0, 8)}`;
  const formats: readonly Format[] = format === "md" ? ["md", "html"] : [format];
  const files = formats.map((one): PickItem<Place> => {
    const file = fresh(`${name}.${one}`, session.cwd);
    return { label: `Write ${file}`, detail: KINDS[one], value: { file, format: one } };
  });
  return pick(ask, "Where shall it go?", [...files, { label: "Show it here", value: { format } }], signal);
}
const KINDS: Readonly<Record<Format, string>> = { md: "Markdown", html: "a web page", json: "JSON" };

/** `name`, or with a number in it where there is such a file. */
function fresh(name: string, cwd: string): string {
  for (let copy = 1; ; copy++) {
    const file = copy === 1 ? name : name.replace(/(?=\.\w+$)/, `-${copy}`);
    if (!existsSync(resolve(cwd, file))) return file;
  }
}

/** Judged before anything is read. */
function target(file: string, cwd: string, forced: boolean): string {
  const path = resolve(cwd, file);
  const refuse = (why: string, hint: string): ClawError => new ClawError("CLAW_USAGE", `export: ${why}`, { hint });
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw refuse(`${path} is a folder`, "Name a file in it.");
  if (!statSync(dirname(path), { throwIfNoEntry: false })?.isDirectory()) throw refuse(`there is no folder ${dirname(path)}`, "Make it first.");
  if (existsSync(path) && !forced) throw refuse(`${path} is there already`, "Name another file, or add --force to replace it.");
  return path;
}

/** The session in front, unless another is named; the newest where there is none. */
async function find(ref: string | undefined, scope: TurnScope): Promise<Transcript> {
  const own = keptSession(scope.session);
  if (ref === undefined && own !== undefined && scope.session.messages.length > 0) {
    const { id, cwd, messages } = scope.session;
    const kept =
      scope.session.path === undefined ? undefined : await (await scope.use(Sessions)).read(scope.session.path, cwd).catch(() => undefined);
    const entries = await own.entries();
    return transcriptOf(
      { id, cwd, title: kept?.head.title ?? titleOfMessages(messages), at: kept?.head.at ?? entries[0]?.at ?? 0 },
      entries,
      own.last,
    );
  }
  const { head, entries } = await (await scope.use(Sessions)).read(ref ?? "latest", scope.cwd);
  return transcriptOf({ id: head.id, cwd: head.cwd, title: head.title ?? "", at: head.at }, entries);
}

async function written(transcript: Transcript, format: Format): Promise<string> {
  if (format === "json") return `${JSON.stringify(transcript, null, 2)}\n`;
  return format === "md" ? markdownOf(transcript) : (await import("./page.ts")).pageOf(transcript);
}
