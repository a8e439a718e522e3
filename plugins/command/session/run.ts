// What each word after `session` does. Files are the store's affair; this finds out which session is meant, and says what came of it.
import { ClawError, type CommandOutcome, type TurnScope } from "claw";
import { Interactive, type NewSession, Sessions } from "claw/kit";
import { facts, hitLine, listLines, recordLine, showLines, size } from "./words.ts";

export async function run([action = "list", ...rest]: readonly string[], scope: TurnScope): Promise<CommandOutcome> {
  const flags = new Set(rest.filter((word) => word.startsWith("--")));
  const words = action === "export" ? rest : rest.filter((word) => !word.startsWith("--"));
  const known = KNOWN[action] ?? [];
  const strange = action === "export" ? undefined : [...flags].find((flag) => !known.includes(flag));
  if (strange !== undefined) throw usage(`session ${action} has no option ${strange}`);
  const act = ACTS[action] ?? list;
  return act({ words, flags, scope, sessions: await scope.use(Sessions) });
}

// --- internal ---

interface Order {
  readonly words: readonly string[];
  readonly flags: ReadonlySet<string>;
  readonly scope: TurnScope;
  readonly sessions: Sessions;
}
type Act = (order: Order) => Promise<CommandOutcome>;

const KNOWN: Readonly<Record<string, readonly string[]>> = {
  list: ["--all"],
  search: ["--all"],
  delete: ["--force"],
};
const ACTS: Readonly<Record<string, Act>> = {
  list,
  show,
  switch: change,
  fork,
  rename,
  delete: remove,
  search,
  repair,
  import: bring,
  export: give,
  exists,
};

async function list({ flags, scope, sessions }: Order): Promise<CommandOutcome> {
  const all = flags.has("--all");
  const records = await sessions.list(all ? undefined : scope.cwd);
  const active = scope.session.path === undefined ? null : scope.session.id;
  const data = {
    kind: "sessions",
    action: "list",
    status: "ok",
    sessions: records.map(({ id }) => id),
    session_details: records.map((record) => facts(record, active)),
    active,
  };
  const none = all ? "There are no sessions yet." : "There are no sessions in this folder yet. `session list --all` shows those of every folder.";
  return { kind: "done", notice: records.length === 0 ? none : listLines(records, { active, all }).join("\n"), data };
}

async function show({ words, scope, sessions }: Order): Promise<CommandOutcome> {
  const content = await sessions.read(refOf(words[0], scope), scope.cwd);
  const { head, entries, damage } = content;
  const messages = entries.filter(({ type }) => type === "message").length;
  const folds = entries.filter(({ type }) => type === "fold").length;
  const data = {
    ...{ kind: "session", action: "show", status: damage.bad.length > 0 || damage.torn ? "damaged" : "ok" },
    ...facts(content.record, scope.session.id),
    ...{ message_count: messages, compactions: folds, version: head.version, damaged_lines: [...damage.bad], torn: damage.torn },
  };
  return { kind: "done", notice: showLines(content, { messages, folds }).join("\n"), data };
}

async function change({ words, scope }: Order): Promise<CommandOutcome> {
  if (words[0] === undefined) throw usage("which session?", "Write /session switch REF, or /resume to pick one.");
  return goOn(words[0], false, scope);
}

/** By slash the person goes on in the copy; from a shell it is made and named. */
async function fork({ words, scope, sessions }: Order): Promise<CommandOutcome> {
  const ref = refOf(words[0], scope);
  if (scope.turn > 0) return goOn(ref, true, scope);
  const { head, entries } = await sessions.read(ref, scope.cwd);
  if (!entries.some(({ type }) => type === "message")) throw new ClawError("CLAW_SESSION_INVALID", `session ${head.id} has no message to copy`);
  const record = await sessions.add({ cwd: scope.cwd, at: Date.now(), parent: head.id, ...(head.title && { title: head.title }), entries });
  const data = { kind: "session", action: "fork", status: "ok", parent_session_id: head.id, ...facts(record, null) };
  return { kind: "done", notice: `Copied to ${record.id}. Go on in it with \`claw -r ${record.id}\`.`, data };
}

/** In a session the words are its new title, unless they begin with the id of another. */
async function rename({ words, scope, sessions }: Order): Promise<CommandOutcome> {
  const [first = "", ...others] = words;
  const own = scope.turn > 0 && !(others.length > 0 && /^[0-9a-f]{8}[0-9a-f-]*$/i.test(first));
  const [ref, title] = own ? [refOf(undefined, scope), words.join(" ")] : [first, others.join(" ")];
  if (title.trim() === "") throw usage("what is it to be called?", own ? "Write /session rename TITLE." : "Write claw session rename REF TITLE.");
  const record = await sessions.rename(ref, scope.cwd, title);
  return { kind: "done", notice: `Session ${record.id} is now called “${record.title}”.`, data: done("rename", record) };
}

async function remove({ words, flags, scope, sessions }: Order): Promise<CommandOutcome> {
  const [ref] = words;
  if (ref === undefined) throw usage("which session?", "Name it: session delete REF.");
  const { record } = await sessions.read(ref, scope.cwd).catch(async (thrown: unknown) => {
    // What cannot be read can be deleted all the same, by its id.
    const found = (await sessions.list()).find(({ id }) => id === ref);
    if (found === undefined) throw thrown;
    return { record: found };
  });
  if (record.id === scope.session.id) throw usage("that is the session you are in", "Switch to another one first.");
  if (scope.ask !== undefined && !flags.has("--force")) {
    const text = `Delete this session for good?\n${recordLine(record)}`;
    const { choice } = await scope.ask.choose({ text, choices: ["delete it", "no"] }, scope.signal);
    if (choice !== "delete it") return { kind: "done", notice: "Nothing was deleted.", data: { ...done("delete", record), status: "cancelled" } };
  }
  await sessions.delete(ref, scope.cwd);
  return { kind: "done", notice: `Deleted ${recordLine(record)}`, data: done("delete", record) };
}

async function search({ words, flags, scope, sessions }: Order): Promise<CommandOutcome> {
  if (words.length === 0) throw usage("what is to be looked for?", "Write session search WORDS; with --all in every folder.");
  const where = flags.has("--all") ? {} : { cwd: scope.cwd };
  const hits = await sessions.search(words, { ...where, signal: scope.signal });
  const active = scope.session.id;
  const data = {
    ...{ kind: "session", action: "search", status: "ok", count: hits.length },
    hits: hits.map(({ record, count, text, at }) => ({ ...facts(record, active), matches: count, text, said_at_ms: at })),
  };
  const none = `No session ${flags.has("--all") ? "" : "in this folder "}has all of: ${words.join(" ")}`;
  return { kind: "done", notice: hits.length === 0 ? none : hits.map(hitLine).join("\n"), data };
}

async function repair({ words, scope, sessions }: Order): Promise<CommandOutcome> {
  const [ref] = words;
  if (ref === undefined) throw usage("which session?", "Write session repair REF.");
  const { record, kept, lost, aside } = await sessions.repair(ref, scope.cwd);
  const what = lost === 1 ? "1 damaged record was" : `${lost} damaged records were`;
  const notice =
    lost === 0
      ? `Session ${record.id} is whole: ${kept} records. Nothing was changed.`
      : `Session ${record.id} is repaired: ${what} taken out, ${kept} are left. What was taken out is in ${aside}.`;
  return { kind: "done", notice, data: { ...done("repair", record), kept, lost, aside: aside ?? null } };
}

async function bring({ words, scope, sessions }: Order): Promise<CommandOutcome> {
  if (words.length === 0)
    throw usage("which file?", "Write session import FILE: a session file of claw, Claude Code or claw-code, or a folder of them.");
  const { filesOf, readForeign } = await import("./foreign.ts");
  const made: { readonly id: string; readonly line: string }[] = [];
  const problems: string[] = [];
  let cure: string | undefined;
  for (const path of words.flatMap((word) => filesOf(word, scope.cwd))) {
    try {
      const { session, skipped } = await readForeign(path);
      const record = await sessions.add({ ...session, cwd: scope.cwd } satisfies NewSession);
      const left = skipped === 0 ? "" : ` ${skipped} ${skipped === 1 ? "line" : "lines"} could not be read.`;
      made.push({ id: record.id, line: `${recordLine(record)}, ${size(record.bytes)}.${left}` });
    } catch (thrown) {
      if (!(thrown instanceof ClawError)) throw thrown;
      problems.push(`${path}: ${thrown.message}`);
      cure = thrown.info.hint;
    }
  }
  if (made.length === 0) {
    const message = problems.length === 0 ? `there is no session file in ${words.join(", ")}` : problems.slice(0, 5).join("\n");
    throw new ClawError("CLAW_SESSION_INVALID", message, {
      hint:
        (problems.length === 1 ? cure : undefined) ??
        "Files of claw lie in sessions/ of its home, those of Claude Code in ~/.claude/projects, those of claw-code in .claw/sessions.",
    });
  }
  const notice = [`Imported into ${scope.cwd}:`, ...made.map(({ line }) => `  ${line}`), ...problems.map((text) => `  not imported: ${text}`)];
  const data = { kind: "session", action: "import", status: problems.length === 0 ? "ok" : "partial", sessions: made.map(({ id }) => id), problems };
  return { kind: "done", notice: notice.join("\n"), data };
}

/** Another name for the command `export`. */
async function give({ words, scope }: Order): Promise<CommandOutcome> {
  const command = await scope.get("command", "export");
  const { safeParse } = await import("valibot");
  const parsed = safeParse(command.args, words);
  if (!parsed.success) throw usage(parsed.issues.map(({ message }) => message).join("; "));
  return command.run(parsed.output, scope);
}

async function exists({ words, scope, sessions }: Order): Promise<CommandOutcome> {
  const [ref = ""] = words;
  const found = await sessions.read(ref, scope.cwd).then(
    ({ record }) => record,
    (thrown: unknown) => {
      if (thrown instanceof ClawError && thrown.code === "CLAW_SESSION_MISSING") return undefined;
      throw thrown;
    },
  );
  const data = { kind: "session", action: "exists", status: "ok", exists: found !== undefined, ...(found && facts(found, scope.session.id)) };
  return { kind: "done", notice: found === undefined ? `There is no session ${ref}.` : recordLine(found), data };
}

/** The session that is meant: the named one, else the one in front, else the newest. */
function refOf(word: string | undefined, { session }: TurnScope): string {
  return word ?? session.path ?? "latest";
}

async function goOn(ref: string, forked: boolean, scope: TurnScope): Promise<CommandOutcome> {
  const sessions = await scope.use(Sessions);
  const { record } = await sessions.read(ref, scope.cwd);
  if (scope.turn === 0) throw usage("there is no session to switch from", `Write claw --resume ${record.id}${forked ? " --fork" : ""}.`);
  if (record.id === scope.session.id && !forked) return { kind: "done", notice: "That is the session you are in.", data: done("switch", record) };
  if (record.openIn !== undefined && !forked)
    throw new ClawError("CLAW_SESSION_INVALID", `session ${record.id} is in use by process ${record.openIn}`, {
      hint: "Close it there, or write /session fork.",
    });
  (await scope.use(Interactive)).goOn({ ref: record.path, ...(forked ? { fork: true } : {}) });
  return {
    kind: "done",
    notice: `${forked ? "Going on in a copy of" : "Going on in"} ${recordLine(record)}`,
    data: done(forked ? "fork" : "switch", record),
  };
}

function done(action: string, record: Parameters<typeof facts>[0]) {
  return { kind: "session", action, status: "ok", ...facts(record, null) };
}

function usage(message: string, hint = "See `claw help session`."): ClawError {
  return new ClawError("CLAW_USAGE", `session: ${message}`, { hint });
}
