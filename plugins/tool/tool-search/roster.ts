// Which tools the requests of one session carry. What was sent once stays, in its place: only the end of the list grows, and of what is told
// about the others. So each request begins as the one before it.
import { type Draft, Inspecting, type StepScope } from "claw";
import { matchesWild, specBytes } from "claw/kit";
import type { Config } from "./config.ts";
import { listing } from "./listing.ts";

export const NAME = "ToolSearch";
/** The kind of the session's notes that hold what was found: `{ found }`, each the names that joined then. */
export const FOUND = "tools.found";

export interface Roster {
  draft(draft: Draft, scope: StepScope): Draft | Promise<Draft>;
  /** Whether the tool joined in this session, or was never left out. */
  sent(name: string): boolean;
  /** All that may be found here, what was found already among it. */
  deferrable(): readonly string[];
  /** Lets tools join with the next request. */
  join(names: readonly string[], scope: StepScope): Promise<void>;
}

export function createRoster(config: Config): Roster {
  const sent: string[] = [];
  const deferred = new Set<string>();
  const parts: string[] = [];
  let [left, over] = [config.plugins, false];
  let offered: ReadonlySet<string> = new Set();
  const queue = createQueue();
  const [rarely, always] = [matcher(config.defer), matcher(config.keep)];

  /** Sorts out tools that were not there before. */
  async function admit(fresh: readonly string[], tools: readonly string[], scope: StepScope): Promise<void> {
    const movable = fresh.filter((name) => !NEVER.has(name) && !always(name));
    const rare = movable.filter(rarely);
    const bundled = movable.length === rare.length ? undefined : await bundledTools(scope);
    const foreign = movable.filter((name) => !rare.includes(name) && bundled?.has(name) === false);
    const core = fresh.filter((name) => !rare.includes(name) && !foreign.includes(name));
    if (!over && rare.length + foreign.length > 0) over = await exceeds(config.budget, [...sent, ...core], [...rare, ...foreign], scope);
    const later = over ? [...rare] : [];
    for (const name of over ? foreign : []) {
      const bytes = await bytesOf(name, scope);
      if (bytes <= left) left -= bytes;
      else later.push(name);
    }
    const joins = new Set(fresh.filter((name) => !later.includes(name)));
    if (deferred.size + later.length > 0 && !sent.includes(NAME)) joins.add(NAME);
    sent.push(...tools.filter((name) => joins.has(name)));
    if (later.length > 0)
      parts.push(
        listing(
          fresh.filter((name) => later.includes(name)),
          deferred.size > 0,
        ),
      );
    for (const name of fresh) if (later.includes(name)) deferred.add(name);
  }

  async function join(names: readonly string[], scope: StepScope): Promise<void> {
    const before = new Set(foundIn(scope));
    const found = names.filter((name) => deferred.has(name) && !before.has(name));
    for (const name of found) if (!sent.includes(name)) sent.push(name);
    // Whether it could also be kept is the session's affair.
    if (found.length > 0) await scope.session.note(FOUND, { found }).catch(() => undefined);
  }

  async function drafted(draft: Draft, scope: StepScope): Promise<Draft> {
    offered = new Set(draft.tools);
    const fresh = draft.tools.filter((name) => name !== NAME && !sent.includes(name) && !deferred.has(name));
    if (fresh.length > 0) await admit(fresh, draft.tools, scope);
    for (const name of foundIn(scope)) if (deferred.has(name) && !sent.includes(name)) sent.push(name);
    await join(calledLast(scope), scope);
    return carried(draft);
  }

  function carried(draft: Draft): Draft {
    return { ...draft, tools: sent.filter((name) => offered.has(name)), system: [...draft.system, ...parts] };
  }

  /** Whether the draft is one like the last: nothing has come, nothing was found or called that is left out. */
  function settled({ tools }: Draft, scope: StepScope): boolean {
    const known = (name: string): boolean => name === NAME || sent.includes(name);
    return (
      tools.length === offered.size &&
      tools.every((name) => offered.has(name)) &&
      calledLast(scope).every((name) => known(name) || !deferred.has(name)) &&
      foundIn(scope).every(known)
    );
  }

  return {
    // One after another: what a first draft decides holds for the next.
    draft: (draft, scope) => (queue.idle() && settled(draft, scope) ? carried(draft) : queue.add(() => drafted(draft, scope))),
    sent: (name) => sent.includes(name) && offered.has(name),
    deferrable: () => [...deferred].filter((name) => offered.has(name)),
    join,
  };
}

// --- internal ---

/** Without the one nothing is found, and the other is the answer that a run was started for. */
const NEVER: ReadonlySet<string> = new Set([NAME, "StructuredOutput"]);
/** What a spec takes besides its name, however short it is. */
const LEAST = 90;

/** Work of which each begins when the one before it has ended, well or not. */
function createQueue() {
  let last: Promise<unknown> | undefined;
  return {
    idle: () => last === undefined,
    add<T>(work: () => Promise<T>): Promise<T> {
      const done = last === undefined ? work() : last.then(work);
      const over = done.then(free, free);
      function free(): void {
        if (last === over) last = undefined;
      }
      last = over;
      return done;
    },
  };
}

/** Whether all together pass the budget. No plugin is activated for the answer when even the least that such tools take would. */
async function exceeds(budget: number, core: readonly string[], others: readonly string[], scope: StepScope): Promise<boolean> {
  const sizes = await Promise.all(core.map((name) => bytesOf(name, scope)));
  let size = sizes.reduce((sum, bytes) => sum + bytes, 0);
  if (size + others.reduce((sum, name) => sum + name.length + LEAST, 0) > budget) return true;
  for (const name of others) {
    size += await bytesOf(name, scope);
    if (size > budget) return true;
  }
  return false;
}

/** Whether a name is one of the patterns, or like one with a `*`. */
function matcher(patterns: readonly string[]): (name: string) => boolean {
  const exact = new Set(patterns);
  const wild = patterns.filter((pattern) => pattern.includes("*"));
  return (name) => exact.has(name) || wild.some((pattern) => matchesWild(pattern, name));
}

async function bundledTools(scope: StepScope): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for (const { source, manifest } of (await scope.use(Inspecting)).plugins())
    if (source === "bundled") for (const one of manifest.contributes?.tool ?? []) names.add(typeof one === "string" ? one : one.name);
  return names;
}

/** Nothing for a tool whose plugin fails: the request itself will say so. */
async function bytesOf(name: string, scope: StepScope): Promise<number> {
  const spec = await scope.spec(name).catch(() => undefined);
  return spec === undefined ? 0 : specBytes(spec);
}

function foundIn({ session }: StepScope): readonly string[] {
  return session.notes(FOUND).flatMap((note) => (note as { readonly found?: readonly string[] }).found ?? []);
}

/** What the model called last. It knew a name without having looked it up: from now on it has the rest too. */
function calledLast({ session }: StepScope): readonly string[] {
  if (session.messages.length < 2) return [];
  const last = session.messages.findLast(({ role }) => role === "assistant");
  return last?.content.flatMap((block) => (block.type === "call" ? [block.tool] : [])) ?? [];
}
