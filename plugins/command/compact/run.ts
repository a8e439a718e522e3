// Folds the session now, by its own compactor.
import { ClawError, type CommandOutcome, type TurnScope } from "claw";
import { BYTES_A_TOKEN, bytesOf, type FoldScope, ShellHooks } from "claw/kit";
import { nothingSaid } from "./folds.ts";

export async function run(focus: string, scope: TurnScope): Promise<CommandOutcome> {
  const { session, selection, bus } = scope;
  const before = { messages: session.messages.length, tokens: tokens(scope) };
  if (before.messages === 0) throw await nothingSaid(scope);
  await heed(focus, scope);
  const compactor = await scope.get("compactor", selection.compactor);
  const ordered: FoldScope = { ...scope, focus };
  const fold = await compactor.compact(session, ordered);
  if (fold.dropped === 0) {
    const data = { ...about("compact"), skipped: true, removed_messages: 0, kept_messages: before.messages, estimated_tokens: before.tokens };
    return { kind: "done", notice: `Nothing was compacted: the session is small (about ${before.tokens} tokens).`, data };
  }
  // In memory it is folded whatever the disk says; that it could not be kept is said.
  const failed = await session.fold(fold, compactor.name).then(
    () => "",
    (error: Error) => error.message,
  );
  bus.emit("session.compacted", { dropped: fold.dropped, by: compactor.name });
  const after = tokens(scope);
  const kept = session.messages.length;
  const lines = [
    `Compacted by ${compactor.name}: ${fold.dropped} messages became ${fold.summary.length}, about ${before.tokens} tokens became ${after}.`,
    ...(failed === "" ? [] : [`It could not be saved: ${failed}`]),
    "`/compact show` shows what was dropped, `/compact undo` takes it back.",
  ];
  const data = { ...about("compact"), skipped: false, by: compactor.name, focus: focus === "" ? null : focus, saved: failed === "" };
  const sizes = { removed_messages: fold.dropped, kept_messages: kept, tokens_before: before.tokens, estimated_tokens: after };
  return { kind: "done", notice: lines.join("\n"), data: { ...data, ...sizes } };
}

// --- internal ---

/** Hooks of PreCompact run first, and can refuse. Those of a fold by itself the loop's own side runs. */
async function heed(focus: string, scope: TurnScope): Promise<void> {
  const hooks = await scope.use(ShellHooks).catch(() => undefined);
  const ends = (await hooks?.rehearse("PreCompact", "manual", { trigger: "manual", custom_instructions: focus }, scope)) ?? [];
  const refusal = ends.find(({ outcome }) => outcome === "deny");
  if (refusal === undefined) return;
  throw new ClawError("CLAW_HOOK_FAILED", `a PreCompact hook refused: ${refusal.reason ?? "no reason given"}`, {
    hint: `See the hook of ${refusal.hook.origin}.`,
  });
}

function about(action: string) {
  return { kind: "compact", action, status: "ok" } as const;
}

function tokens({ session }: TurnScope): number {
  return Math.ceil(bytesOf(session.messages) / BYTES_A_TOKEN);
}
