// Goes back: asks to where and in what when that was not said, then has the session and the checkpoints do it.
import { ClawError, type CommandOutcome, type TurnScope } from "claw";
import {
  absent,
  ago,
  Checkpoints,
  Interactive,
  type KeptSession,
  keptSession,
  type PickItem,
  pick,
  plain,
  REWIND,
  type Restored,
  seated,
} from "claw/kit";
import { type Point, pointsOf } from "./points.ts";
import { changeLines, done, restoredText } from "./words.ts";

export async function run(words: readonly string[], scope: TurnScope): Promise<CommandOutcome> {
  const session = keptSession(scope.session);
  if (session === undefined) throw usage("this session's store cannot go back", "Use the store `jsonl`.");
  const flags = words.filter((word) => word.startsWith("--"));
  const place = words.find((word) => !word.startsWith("--"));
  const files = await checkpoints(scope);
  if (place === "redo") return redo(session, files, scope);
  const points = pointsOf(await session.entries(), session.last, (await files?.list(scope)) ?? []);
  if (place === "list") return list(points);
  const point = place === undefined ? await choosePoint(points, scope) : named(place, points);
  if (point === undefined) return { kind: "done", notice: "Nothing was changed.", data: { kind: "rewind", status: "cancelled" } };
  const changes = (await files?.preview(point.before, scope)) ?? [];
  if (flags.includes("--preview")) {
    const notice = changes.length === 0 ? "No file would be changed." : changeLines(changes).join("\n");
    return { kind: "done", notice, data: { kind: "rewind", action: "preview", status: "ok", changes: changes.map((one) => ({ ...one })) } };
  }
  const what = flags.find((flag) => flag !== "--preview")?.slice(2) ?? (await chooseWhat(point, changes, scope));
  if (what === undefined) return { kind: "done", notice: "Nothing was changed.", data: { kind: "rewind", status: "cancelled" } };
  const restored = what === "chat" || files === undefined ? undefined : await files.restore(point.before, scope);
  if (what !== "code") await chat(point, session, scope);
  return tell(point, what, restored);
}

// --- internal ---

/** Without the plugin only the conversation goes back. */
async function checkpoints(scope: TurnScope): Promise<Checkpoints | undefined> {
  return scope.use(Checkpoints).catch(absent);
}

function list(points: readonly Point[]): CommandOutcome {
  const lines = points.map(({ back, text, at, files }) => {
    const changed = files === 0 ? "" : `, ${files} ${files === 1 ? "file" : "files"} changed since`;
    return `${String(back).padStart(3)}  ${plain(text)} (${ago(Date.now() - at)}${changed})`;
  });
  const data = { kind: "rewind", action: "list", status: "ok", points: points.map((point) => ({ ...point })) };
  return { kind: "done", notice: lines.length === 0 ? "There is no message to go back to." : lines.join("\n"), data };
}

async function choosePoint(points: readonly Point[], scope: TurnScope): Promise<Point | undefined> {
  if (points.length === 0)
    throw usage("there is no message to go back to", (await seated(scope)) ? undefined : "Name a session with --continue or --resume.");
  if (scope.ask === undefined) throw usage("to where?", "Write rewind N: how many messages back. `rewind list` shows them.");
  const items: PickItem<Point>[] = points.map((point) => ({
    label: plain(point.text),
    detail: `${ago(Date.now() - point.at)}${point.files === 0 ? "" : ` · ${point.files} ${point.files === 1 ? "file" : "files"} changed since`}`,
    value: point,
  }));
  return pick(scope.ask, "Go back to before which message?", items, scope.signal);
}

function named(place: string, points: readonly Point[]): Point {
  const found = place.startsWith("@") ? points.find(({ entry }) => entry === place.slice(1)) : points[Number(place) - 1];
  if (found !== undefined) return found;
  throw usage(
    `there is no message ${place} to go back to`,
    points.length === 0 ? "Nothing has been said yet." : `There are ${points.length}; \`rewind list\` shows them.`,
  );
}

async function chooseWhat(point: Point, changes: Parameters<typeof changeLines>[0], scope: TurnScope): Promise<"chat" | "code" | "both" | undefined> {
  if (changes.length === 0 || scope.ask === undefined) return changes.length === 0 ? "chat" : "both";
  const items: PickItem<"chat" | "code" | "both">[] = [
    { label: "conversation and files", value: "both" },
    { label: "conversation only", value: "chat" },
    { label: "files only", value: "code" },
  ];
  return pick(
    scope.ask,
    `Back to before “${plain(point.text)}”. Files that would change:\n${changeLines(changes).join("\n")}\n\nWhat goes back?`,
    items,
    scope.signal,
  );
}

async function chat(point: Point, session: KeptSession, scope: TurnScope): Promise<void> {
  await session.rewind(point.before);
  // Where nobody sits there is no editor for the words to go to.
  await scope
    .use(Interactive)
    .then((seat) => seat.suggest(point.whole))
    .catch(() => undefined);
}

function tell(point: Point, what: string, restored: Restored | undefined): CommandOutcome {
  const said = what === "code" ? [] : [`The conversation is back to before “${plain(point.text)}”. What came after it stays in the session's file.`];
  const notice = [...said, ...(restored === undefined ? [] : [restoredText(restored)]), "`/rewind redo` takes that back."].join("\n");
  return { kind: "done", notice, data: { ...done(what, restored), entry: point.entry } };
}

/** Takes the last going back, back: of the files, and of the conversation when nothing has been said since. */
async function redo(session: KeptSession, files: Checkpoints | undefined, scope: TurnScope): Promise<CommandOutcome> {
  const entries = await session.entries();
  const last = entries.find(({ id }) => id === session.last);
  const from = last?.type === "note" && last.kind === REWIND ? (last.data as { readonly from?: unknown }).from : undefined;
  const chatted = typeof from === "string";
  const restored = await files?.redo(scope);
  if (chatted) await session.rewind(from);
  if (!chatted && restored === undefined)
    throw usage("there is nothing to take back", "Only the last going back can be, and before anything else is said.");
  const said = chatted ? ["The conversation is where it was."] : [];
  const notice = [...said, ...(restored === undefined ? [] : [restoredText(restored)])].join("\n");
  return { kind: "done", notice, data: { ...done("redo", restored), chat: chatted } };
}

function usage(message: string, hint?: string): ClawError {
  return new ClawError("CLAW_USAGE", `rewind: ${message}`, hint === undefined ? {} : { hint });
}
