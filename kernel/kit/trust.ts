// Trust: which folders the user has vouched for, by what is in them. Kept in `<home>/trust.json`; what a folder says of itself counts for nothing.
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ClawError, defineService, type Env, type ServiceToken, type TurnScope } from "claw";
import type { FolderContent } from "./folder-content.ts";
import { folderContent } from "./folder-items.ts";
import { projectRoot } from "./settings.ts";

/** A folder that was asked about, with what it held then. */
export interface TrustEntry extends FolderContent {
  readonly answer: "trusted" | "refused";
  /** When, in milliseconds since 1970. */
  readonly at: number;
}
/** `changed`: it was asked about with another content. `empty`: nothing in it would act. */
export type TrustState = "trusted" | "refused" | "changed" | "unknown" | "empty";
export interface TrustView {
  readonly content: FolderContent;
  readonly state: TrustState;
  /** What was answered last, for this content or an earlier one. */
  readonly entry?: TrustEntry;
}
export interface TrustStore {
  /** Every folder that was asked about. */
  list(): readonly TrustEntry[];
  /** What is in a folder, and what the user has said of it. */
  view(folder: string, scope: Pick<TurnScope, "home" | "env">): TrustView;
  /** Keeps an answer for the content. Acts from the next start on. Throws `CLAW_CONFIG_UNREADABLE`. */
  keep(content: FolderContent, answer: TrustEntry["answer"]): void;
  /** Says whether there was an answer to forget. */
  drop(folder: string): boolean;
}
/** Provided by `@claw/feature-trust`. */
export const Trust: ServiceToken<TrustStore> = defineService<TrustStore>("claw.trust@1");

/** Whether the user has vouched for what is in the folder now. Free of cost where nobody ever vouched for any. */
export function vouchedFor(cwd: string, home: string, env: Env): boolean {
  if (!existsSync(join(home, FILE))) return false;
  const entries = readTrust(home).filter(({ answer }) => answer === "trusted");
  if (!entries.some(({ folder }) => near(folder, cwd))) return false;
  const { folder, hash, items } = folderContent(cwd, home, env);
  return items.length > 0 && entries.some((entry) => entry.hash === hash && near(entry.folder, folder));
}

export function viewTrust(cwd: string, home: string, env: Env): TrustView {
  const content = folderContent(cwd, home, env);
  const own = readTrust(home).filter(({ folder }) => near(folder, content.folder));
  const entry = own.findLast(({ hash }) => hash === content.hash) ?? own.findLast(({ folder }) => folder === content.folder);
  const state = content.items.length === 0 ? "empty" : entry === undefined ? "unknown" : entry.hash === content.hash ? entry.answer : "changed";
  return { content, state, ...(entry === undefined ? {} : { entry }) };
}

/** What is kept, oldest first. A file that cannot be read vouches for nothing. */
export function readTrust(home: string): readonly TrustEntry[] {
  try {
    const { version, folders }: { version?: unknown; folders?: unknown } = JSON.parse(readFileSync(join(home, FILE), "utf8"));
    return version === 1 && Array.isArray(folders) ? folders.filter(valid) : [];
  } catch {
    return [];
  }
}

/** Replaces what is kept of the folder of `entry`, or of `folder` by nothing. */
export function writeTrust(home: string, change: TrustEntry | string): void {
  const path = join(home, FILE);
  const folder = typeof change === "string" ? change : change.folder;
  const rest = readTrust(home).filter((one) => one.folder !== folder);
  const folders = typeof change === "string" ? rest : [...rest, change];
  const fresh = `${path}.${crypto.randomUUID()}`;
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    writeFileSync(fresh, `${JSON.stringify({ version: 1, folders }, undefined, 1)}\n`, { mode: 0o600, flag: "wx" });
    chmodSync(fresh, 0o600);
    renameSync(fresh, path);
  } catch (cause) {
    throw new ClawError("CLAW_CONFIG_UNREADABLE", `${path}: the answer was not kept: ${cause instanceof Error ? cause.message : cause}`, {
      hint: "Check the folder and its permissions.",
      cause,
    });
  }
}

// --- internal ---

const FILE = "trust.json";

/** Whether an answer about `folder` may count for `cwd`: the same, or between it and its project's top. Only the same content then does. */
function near(folder: string, cwd: string): boolean {
  const root = projectRoot(cwd);
  for (let at = cwd; ; at = dirname(at)) {
    if (at === folder) return true;
    if (at === root || at === dirname(at)) return false;
  }
}

function valid(entry: unknown): entry is TrustEntry {
  const { folder, answer, hash, items, files } = (entry ?? {}) as Partial<TrustEntry>;
  const lists = Array.isArray(items) && typeof files === "object" && files !== null;
  return typeof folder === "string" && typeof hash === "string" && (answer === "trusted" || answer === "refused") && lists;
}
