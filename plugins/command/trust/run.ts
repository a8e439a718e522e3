// What the command's verbs do.
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { ClawError, type CommandOutcome, type Json, type TurnScope } from "claw";
import { contentChanges, shownWhole, Trust, type TrustState, type TrustView } from "claw/kit";

export async function list(scope: TurnScope): Promise<CommandOutcome> {
  const entries = (await scope.use(Trust)).list();
  const lines = entries.map(({ folder, answer, at }) => `${answer.padEnd(7)}  ${dateOf(at)}  ${shownWhole(folder)}`);
  const folders = entries.map(({ folder, answer, at, items }): Json => ({ folder, answer, at, items: [...items] }));
  const data = { kind: "trust", action: "list", status: "ok", folders };
  return { kind: "done", notice: lines.length === 0 ? "No folder was asked about." : lines.join("\n"), data };
}

export async function show(folder: string, scope: TurnScope): Promise<CommandOutcome> {
  const view = await viewOf(folder, scope);
  return {
    kind: "done",
    notice: [`${shownWhole(view.content.folder)}: ${STATES[view.state]}`, ...linesOf(view)].join("\n"),
    data: dataOf("show", view),
  };
}

/** Vouches for what is in the folder now. */
export async function add(folder: string, scope: TurnScope): Promise<CommandOutcome> {
  const view = await viewOf(folder, scope);
  if (view.state === "empty") return { kind: "done", notice: `${shownWhole(view.content.folder)}: ${STATES.empty}`, data: dataOf("add", view) };
  (await scope.use(Trust)).keep(view.content, "trusted");
  const notice = [
    `${shownWhole(view.content.folder)} is trusted from the next start on. It`,
    ...view.content.items.map((item) => `  ${shownWhole(item)}`),
  ];
  return { kind: "done", notice: notice.join("\n"), data: dataOf("add", { ...view, state: "trusted" }) };
}

export async function remove(folder: string, scope: TurnScope): Promise<CommandOutcome> {
  const service = await scope.use(Trust);
  const path = resolve(scope.cwd, folder);
  const real = service.view(path, scope).content.folder;
  const known = [real, path].some((one) => service.drop(one));
  const data = { kind: "trust", action: "remove", status: "ok", folder: real, removed: known };
  return { kind: "done", notice: `${shownWhole(real)} ${known ? "is no longer trusted, and will be asked about." : "was not asked about."}`, data };
}

// --- internal ---

const STATES: { readonly [S in TrustState]: string } = {
  trusted: "you trust it. It",
  refused: "you said no, so none of this acts. It would",
  changed: "it has changed since you were asked, so none of it acts until you say yes:",
  unknown: "you were not asked yet, so none of this acts. It would",
  empty: "nothing in it needs trust.",
};

async function viewOf(folder: string, scope: TurnScope): Promise<TrustView> {
  const path = resolve(scope.cwd, folder);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw new ClawError("CLAW_USAGE", `there is no folder ${path}`);
  return (await scope.use(Trust)).view(path, scope);
}

function linesOf({ content, state, entry }: TrustView): readonly string[] {
  const lines = state === "changed" && entry !== undefined ? contentChanges(entry, content) : content.items;
  return lines.map((line) => `  ${shownWhole(line)}`);
}

function dataOf(action: string, { content, state, entry }: TrustView): Json {
  const changes = state === "changed" && entry !== undefined ? contentChanges(entry, content) : [];
  const { folder, items, files } = content;
  return { kind: "trust", action, status: "ok", folder, state, items: [...items], files: { ...files }, changes: [...changes] };
}

function dateOf(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? "?" : date.toISOString().slice(0, 10);
}
