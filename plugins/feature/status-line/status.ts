// Keeps the screen's slot `status` current for one session. Nothing runs while nothing happens.
import type { AnyEvent, Model, PluginScope, Shell, TurnScope, Usage } from "claw";
import { clipCells, costOf, gitHead, Processes, plain, type Screen, type Themes } from "claw/kit";
import pack from "claw/package.json" with { type: "json" };

export interface StatusOptions {
  readonly shell: Shell;
  readonly scope: PluginScope;
  readonly screen: Screen;
  readonly themes: Themes;
  /** The user's command, or `false` for no status line at all. */
  readonly wanted: false | Readonly<{ command: string }> | undefined;
}

/** What is known of a session. `window` is the model's context in tokens. */
export interface Standing {
  readonly model: string;
  readonly mode: string;
  readonly used?: number;
  readonly window?: number;
  readonly cost: number;
  readonly branch?: string;
}

export function openStatus({ shell, scope, screen, themes, wanted }: StatusOptions): Disposable {
  if (wanted === false) return { [Symbol.dispose]() {} };
  const { id, cwd } = shell.session;
  const family = new Set([id]);
  let standing: Standing = { ...chosen(shell), cost: 0, ...branchOf(cwd) };
  let selected = standing.model;
  let told: readonly string[] | undefined;
  const over = new AbortController();

  const show = (): void => {
    if (over.signal.aborted) return;
    screen.live("status", (columns) => ({ lines: (told ?? [statusText(standing, themes)]).map((line) => clipCells(`  ${line}`, columns)) }));
  };
  const asked = wanted === undefined ? undefined : createAsking({ command: wanted.command, shell, scope, signal: over.signal });
  const refresh = (): void => {
    show();
    asked?.(standing, (lines) => {
      told = lines;
      show();
    });
  };
  const hear = (event: AnyEvent): void => {
    if (event.type === "session.opened" && event.data.parent !== undefined && family.has(event.data.parent)) family.add(event.session ?? "");
    if (event.session === undefined || !family.has(event.session)) return;
    if (event.type === "step.ended") {
      const { usage, price } = event.data;
      const cost = standing.cost + (costOf(usage, price === undefined ? {} : { price }) ?? 0);
      // What answered may be another than what was selected.
      standing = { ...standing, cost, ...(event.session === id ? { used: sum(usage), model: event.data.model } : {}) };
      if (event.session === id && standing.window === undefined) resolve();
    } else if (event.session !== id) return;
    else if (event.type === "selection.changed") {
      const { window: _, ...kept } = standing;
      const same = selected === event.data.model;
      selected = event.data.model;
      standing = { ...(same ? standing : { ...kept, model: selected }), mode: event.data["permission-mode"] };
      if (!same) resolve();
    } else if (event.type === "session.compacted") {
      const { used: _, ...kept } = standing;
      standing = kept;
    } else if (event.type === "turn.ended") standing = { ...standing, ...branchOf(cwd) };
    else return;
    refresh();
  };
  /** The selection may have an alias; what it means is known once the provider is loaded. */
  const resolve = (): void => {
    const which = selected;
    void modelOf(shell, scope).then((model) => {
      if (model === undefined || which !== selected) return;
      standing = { ...standing, window: model.context, ...(standing.used === undefined ? { model: model.id } : {}) };
      refresh();
    });
  };
  const listening = scope.bus.onAny(hear);
  refresh();
  resolve();
  return {
    [Symbol.dispose]() {
      listening[Symbol.dispose]();
      over.abort("closed");
      screen.live("status", []);
    },
  };
}

/** `model · mode · 12% of context · $0.03 · branch`. */
export function statusText({ model, mode, used, window, cost, branch }: Standing, { current: { paint } }: Pick<Themes, "current">): string {
  const share = used === undefined || window === undefined || window === 0 ? undefined : Math.min(100, Math.round((used / window) * 100));
  const part = (text: string): string => paint("dim", safe(text));
  const parts = [
    part(model),
    LOOSE.has(mode) ? paint("warning", safe(mode)) : part(mode),
    ...(share === undefined ? [] : [share >= FULL ? paint("warning", `${share}% of context`) : part(`${share}% of context`)]),
    ...(cost >= 0.0005 ? [part(`$${cost.toFixed(cost < 1 ? 3 : 2)}`)] : []),
    ...(branch === undefined ? [] : [part(branch)]),
  ];
  return parts.join(paint("dim", " · "));
}

// --- internal ---

const LOOSE: ReadonlySet<string> = new Set(["danger-full-access", "allow"]);
/** From here on the session will soon be shortened. */
const FULL = 80;
const SOON_MS = 300;
const MOST_MS = 5_000;
const MOST_LINES = 3;

function chosen({ selection }: Shell): Pick<Standing, "model" | "mode"> {
  return { model: selection.model, mode: selection["permission-mode"] };
}

function branchOf(cwd: string): Pick<Standing, "branch"> {
  const branch = gitHead(cwd)?.branch;
  return branch === undefined ? {} : { branch };
}

function sum({ input, output, cacheRead, cacheWrite }: Usage): number {
  return input + output + cacheRead + cacheWrite;
}

function safe(text: string): string {
  return plain(text).replaceAll("\n", " ");
}

async function modelOf({ selection }: Shell, scope: PluginScope): Promise<Model | undefined> {
  try {
    return await (await scope.get("provider", selection.provider)).resolve(selection.model);
  } catch {
    return undefined;
  }
}

interface AskingOptions {
  readonly command: string;
  readonly shell: Shell;
  readonly scope: PluginScope;
  readonly signal: AbortSignal;
}

/** Runs the user's command soon after something changed, never twice at once. What it prints replaces the line; when it fails, the line is claw's own. */
function createAsking({ command, shell, scope, signal }: AskingOptions) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running = false;
  /** What came while the command ran. */
  let later: Standing | undefined;
  signal.addEventListener("abort", () => clearTimeout(timer), { once: true });

  async function ask(standing: Standing, show: (lines: readonly string[] | undefined) => void): Promise<void> {
    const processes = await scope.use(Processes);
    const at: TurnScope = {
      ...scope,
      cwd: shell.session.cwd,
      turn: 0,
      session: shell.session,
      signal,
      selection: shell.selection,
      select: (change) => shell.select(change),
      draft: async () => ({ system: [], messages: shell.session.messages, tools: [] }),
    };
    const end = await processes.run(
      {
        argv: process.platform === "win32" ? ["cmd", "/c", command] : ["/bin/sh", "-c", command],
        cwd: shell.session.cwd,
        timeoutMs: MOST_MS,
        stdin: JSON.stringify(aboutSession(standing, shell)),
        apart: true,
        name: "status line",
      },
      at,
    );
    const lines = end.output.replace(/\n+$/, "").split("\n").slice(0, MOST_LINES);
    show(end.code === 0 && end.output.trim() !== "" ? lines : undefined);
  }
  return function request(standing: Standing, show: (lines: readonly string[] | undefined) => void): void {
    clearTimeout(timer);
    if (running) later = standing;
    if (running || signal.aborted) return;
    timer = setTimeout(() => {
      running = true;
      later = undefined;
      void ask(standing, show)
        .catch(() => show(undefined))
        .finally(() => {
          running = false;
          if (later !== undefined) request(later, show);
        });
    }, SOON_MS);
  };
}

/** What the command reads on stdin: the shape that scripts written for other tools read. */
function aboutSession({ mode, model, cost, used, window, branch }: Standing, { session }: Shell) {
  return {
    hook_event_name: "Status",
    session_id: session.id,
    transcript_path: session.path ?? null,
    cwd: session.cwd,
    model: { id: model, display_name: model },
    workspace: { current_dir: session.cwd, project_dir: gitHead(session.cwd)?.root ?? session.cwd },
    version: pack.version,
    permission_mode: mode,
    cost: { total_cost_usd: cost },
    context: { used_tokens: used ?? null, window_tokens: window ?? null },
    git_branch: branch ?? null,
  };
}
