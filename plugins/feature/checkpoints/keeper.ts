// What each session changed: noted before a call may change it, settled when the turn has ended, and put back when a person asks.
import { basename, join, relative, sep } from "node:path";
import type { ToolCall, TurnScope } from "claw";
import { type Checkpoint, type FileChange, gitHead, type KeptSession, keptSession, REWIND, type Restored, Shell, Tree, Workspace } from "claw/kit";
import { type Changed, read, type Step, type Taken, write } from "./log.ts";
import { contentOf, keep, same } from "./objects.ts";
import { prune } from "./prune.ts";
import { apply, planOf } from "./restore.ts";
import { Shadow } from "./shadow.ts";

/** One turn under way. */
interface Turn {
  readonly id: number;
  readonly place: Place;
  readonly files: Map<string, Taken>;
  tree?: string;
  /** Work on it, one after another. */
  work: Promise<unknown>;
}
/** Where a session's files and its record are. */
interface Place {
  readonly root: string;
  readonly shadow: Shadow;
  readonly log: string;
}

export class Keeper {
  readonly #home: string;
  readonly #top: (session: string) => string;
  readonly #turns = new Map<string, Turn>();
  readonly #shadows = new Map<string, Shadow>();
  readonly #sessions = new Map<string, KeptSession>();
  readonly #ending = new Map<string, Promise<void>>();

  constructor(home: string, top: (session: string) => string) {
    [this.#home, this.#top] = [home, top];
  }

  /** Keeps what a call may change. */
  async before(call: ToolCall, scope: TurnScope): Promise<void> {
    const session = this.#top(scope.session.id);
    const kept = scope.session.id === session ? keptSession(scope.session) : undefined;
    if (kept !== undefined) this.#sessions.set(session, kept);
    const named = call.access === "write" && call.paths.length > 0;
    if (!named && (await onlyReads(call, scope))) return;
    await this.#ending.get(session);
    const turn = this.#turns.get(session) ?? this.#begin(session, scope);
    turn.work = turn.work.then(() => (named ? take(turn, call, scope) : picture(turn, scope)));
    await turn.work;
  }

  /** Settles what the turn changed, while nobody waits. */
  ended(session: string): void {
    const turn = this.#turns.get(session);
    if (turn === undefined) return;
    this.#turns.delete(session);
    const work = turn.work
      .then(() => settle(turn))
      .catch(() => undefined)
      .then(() => void (this.#ending.get(session) === work && this.#ending.delete(session)));
    this.#ending.set(session, work);
  }

  closed(session: string): void {
    this.ended(session);
    this.#sessions.delete(session);
  }

  async settled(): Promise<void> {
    for (const session of [...this.#turns.keys()]) this.ended(session);
    await Promise.all(this.#ending.values());
    prune(this.#home, Date.now());
  }

  async list(scope: TurnScope): Promise<readonly Checkpoint[]> {
    const { root, steps } = await this.#steps(scope);
    return steps.flatMap(({ entry, at, kind, changes = [] }) =>
      changes.length === 0 ? [] : [{ entry, at, kind, paths: changes.map(({ path }) => shown(path, root)) }],
    );
  }

  async preview(entry: string | null, scope: TurnScope): Promise<readonly FileChange[]> {
    const { root, steps } = await this.#steps(scope);
    return planOf(since(steps, entry)).map(({ path, action, changedSince }) => ({ path: shown(path, root), action, changedSince }));
  }

  async restore(entry: string | null, scope: TurnScope): Promise<Restored> {
    const { place, steps } = await this.#steps(scope);
    return this.#put(since(steps, entry), place, steps, scope);
  }

  async redo(scope: TurnScope): Promise<Restored | undefined> {
    const { place, steps } = await this.#steps(scope);
    const last = steps.findLast(({ changes = [] }) => changes.length > 0);
    if (last?.kind !== "restore" || !here(last.entry, scope)) return undefined;
    return this.#put([last], place, steps, scope);
  }

  // --- internal ---

  /** Puts back what `undone` changed, and notes that as a step of its own. */
  async #put(undone: readonly Step[], place: Place, steps: readonly Step[], scope: TurnScope): Promise<Restored> {
    const plan = planOf(undone);
    if (plan.length === 0) return { changes: [], skipped: [] };
    const { root, shadow, log } = place;
    const id = next(steps);
    const entry = keptSession(scope.session)?.last ?? null;
    write(log, { type: "begin", id, kind: "restore", entry, at: Date.now() });
    const { done, skipped } = await apply(plan, {
      shadow,
      root,
      note: (path, before) => write(log, { type: "file", id, path, before, late: false }),
    });
    const changes: Changed[] = done.map(({ path, now, target }) => ({ path, before: now, after: target }));
    write(log, { type: "end", id, changes });
    return {
      changes: done.map(({ path, action, changedSince }) => ({ path: shown(path, root), action, changedSince })),
      skipped: skipped.map(({ path, why }) => ({ path: shown(path, root), why })),
    };
  }

  /** All that the session changed, turns that were cut off too. */
  async #steps(scope: TurnScope): Promise<{ readonly place: Place; readonly root: string; readonly steps: readonly Step[] }> {
    const session = this.#top(scope.session.id);
    // A turn that is this very command's has changed nothing yet.
    this.ended(session);
    await this.#ending.get(session);
    const place = this.#place(session, scope);
    const steps: Step[] = [];
    for (const step of read(place.log)) steps.push(step.changes === undefined ? { ...step, changes: await changesOf(step, place, scope) } : step);
    return { place, root: place.root, steps };
  }

  #begin(session: string, scope: TurnScope): Turn {
    const place = this.#place(session, scope);
    const turn: Turn = { id: next(read(place.log)), place, files: new Map(), work: Promise.resolve() };
    const entry = this.#sessions.get(session)?.last ?? null;
    write(place.log, { type: "begin", id: turn.id, kind: "turn", entry, at: Date.now() });
    this.#turns.set(session, turn);
    return turn;
  }

  #place(session: string, scope: TurnScope): Place {
    const root = gitHead(scope.session.cwd)?.root ?? scope.session.cwd;
    const mark = new Bun.CryptoHasher("sha256").update(root).digest("hex").slice(0, 12);
    const folder = join(
      this.#home,
      "checkpoints",
      `${basename(root)
        .replace(/[^A-Za-z0-9]+/g, "-")
        .slice(-32)}-${mark}`,
    );
    const shadow = this.#shadows.get(root) ?? new Shadow(root, folder, scope.env["PATH"] ?? "");
    this.#shadows.set(root, shadow);
    return { root, shadow, log: join(folder, "sessions", `${session}.jsonl`) };
  }
}

/** A folder that is no repository is pictured whole, so it must be small. */
const MOST_FILES = 2_000;

/** A command line of which everything is known to only read. */
async function onlyReads(call: ToolCall, scope: TurnScope): Promise<boolean> {
  const line = await (await scope.use(Shell)).judge({ ...call, id: "" }, scope);
  return line !== undefined && line.problem === undefined && line.parts.length > 0 && line.parts.every(({ does }) => does === "read");
}

/** The files that a tool names. */
async function take(turn: Turn, call: ToolCall, scope: TurnScope): Promise<void> {
  const { shadow, log } = turn.place;
  for (const { path } of await (await scope.use(Workspace)).places(call, scope)) {
    if (turn.files.has(path)) continue;
    const taken: Taken = { before: keep(shadow.objects, path), late: turn.tree !== undefined };
    turn.files.set(path, taken);
    write(log, { type: "file", id: turn.id, path, ...taken });
  }
}

/** The whole folder, for what may change anything in it. */
async function picture(turn: Turn, scope: TurnScope): Promise<void> {
  if (turn.tree !== undefined) return;
  const tree = await turn.place.shadow.snapshot(() => small(turn.place.root, scope));
  if (tree === undefined) return;
  turn.tree = tree;
  write(turn.place.log, { type: "tree", id: turn.id, tree });
}

async function small(root: string, scope: TurnScope): Promise<boolean> {
  let count = 0;
  for await (const batch of (await scope.use(Tree)).walk(root, { most: MOST_FILES + 1, signal: scope.signal })) count += batch.length;
  return count <= MOST_FILES;
}

async function settle({ id, place, files, tree }: Turn): Promise<void> {
  const changes = await changed({ files, ...(tree === undefined ? {} : { tree }) }, place, async () => true);
  write(place.log, { type: "end", id, changes });
}

/** Of a turn that was cut off: what is different now. */
async function changesOf(step: Step, place: Place, scope: TurnScope): Promise<readonly Changed[]> {
  if (step.kind === "restore") return [...step.files].map(([path, { before }]) => ({ path, before }));
  const changes = await changed(step, place, () => small(place.root, scope));
  return changes.map(({ path, before }) => ({ path, before }));
}

async function changed(step: Pick<Step, "files" | "tree">, { shadow, root }: Place, fits: () => Promise<boolean>): Promise<readonly Changed[]> {
  const changes = new Map<string, Changed>();
  const now = step.tree === undefined ? undefined : await shadow.snapshot(fits);
  if (step.tree !== undefined && now !== undefined)
    for (const { path, before, after } of await shadow.compare(step.tree, now))
      changes.set(join(root, path), { path: join(root, path), before, after });
  for (const [path, { before, late }] of step.files) {
    if (late && changes.has(path)) continue;
    const content = contentOf(path);
    const after = content === undefined ? null : { id: content.id, mode: content.mode };
    if (same(before, after)) changes.delete(path);
    else changes.set(path, { path, before, after });
  }
  return [...changes.values()];
}

/** Entries are numbered in the order they were made. */
function since(steps: readonly Step[], entry: string | null): readonly Step[] {
  return steps.filter((step) => Number(step.entry ?? 0) > Number(entry ?? 0));
}

/** Whether the session stands where the step left it, or was led back from there. */
function here(entry: string | null, { session }: TurnScope): boolean {
  const from = (session.notes(REWIND).at(-1) as { readonly from?: unknown } | undefined)?.from;
  const last = keptSession(session)?.last ?? null;
  return entry === last || entry === from;
}

function next(steps: readonly Step[]): number {
  return steps.reduce((most, { id }) => Math.max(most, id), 0) + 1;
}

function shown(path: string, root: string): string {
  return path.startsWith(root + sep) ? relative(root, path) : path;
}
