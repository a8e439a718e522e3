// Which kept session `claw -r` means when it names none: the person picks.
import type { Host, OpenOptions } from "claw";
import { ago, type PickItem, pick, safeLines } from "claw/kit";
import type { Questions } from "./questions.ts";

/** `asked`, with the session that was picked where `-r` stands alone and there are several. */
export async function chooseSession(host: Host, asked: OpenOptions, questions: Questions, signal: AbortSignal): Promise<OpenOptions> {
  if (host.options["resume"] !== true) return asked;
  const kept = await (await host.get("store", host.config.store)).list(host.cwd);
  if (kept.length < 2) return asked;
  const items: PickItem<string>[] = kept.slice(0, MOST).map(({ id, title, at }) => ({
    label: (safeLines(title)[0] ?? "").slice(0, 80).toWellFormed() || "without a title",
    detail: `${ago(Date.now() - at)} · ${id.slice(0, 8)}`,
    value: id,
  }));
  const ref = await pick(questions, "Go on with which session?", items, signal);
  return ref === undefined ? asked : { ...asked, ref };
}

// --- internal ---

const MOST = 500;
