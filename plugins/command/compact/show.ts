// What a fold dropped, and what stands for it.
import { type Block, ClawError, type CommandOutcome, type Json, type Message, type TurnScope } from "claw";
import { BYTES_A_TOKEN, bytesOf, clipLine, plain } from "claw/kit";
import { foldsOf, recordOf } from "./folds.ts";

/** The fold that many folds back: 1 is the last. */
export async function show(back: number, scope: TurnScope): Promise<CommandOutcome> {
  const folds = await foldsOf(await recordOf(scope));
  const fold = folds[back - 1];
  if (fold === undefined) {
    if (back === 1)
      return { kind: "done", notice: "This session was never compacted.", data: { kind: "compact", action: "show", status: "ok", folds: 0 } };
    throw new ClawError("CLAW_USAGE", `there is no compaction ${back}`, { hint: `There are ${folds.length}; 1 is the last.` });
  }
  const { entry, dropped } = fold;
  const size = (messages: readonly Message[]): string => `about ${Math.ceil(bytesOf(messages) / BYTES_A_TOKEN)} tokens`;
  const lines = dropped.flatMap(({ role, content }) => content.map((block) => `  ${role === "user" ? ">" : "<"} ${lineOf(block)}`));
  const rest = lines.length - MOST_LINES;
  const notice = [
    `Compaction ${back} of ${folds.length}, by ${entry.by} at ${new Date(entry.at).toISOString()}`,
    "",
    `Dropped: ${dropped.length} messages, ${size(dropped)}`,
    ...lines.slice(0, MOST_LINES),
    ...(rest > 0 ? [`  … and ${rest} more; --output-format json has all of it`] : []),
    "",
    `In their place: ${entry.summary.length} messages, ${size(entry.summary)}`,
    ...entry.summary.slice(0, MOST_SUMMARY).flatMap(({ content }) => content.map(textOf)),
  ].join("\n");
  const data = {
    by: entry.by,
    at: entry.at,
    back,
    folds: folds.length,
    dropped: dropped as unknown as Json,
    summary: entry.summary as unknown as Json,
  };
  return { kind: "done", notice, data: { kind: "compact", action: "show", status: "ok", ...data } };
}

// --- internal ---

const MOST_LINES = 200;
const MOST_SUMMARY = 3;
const LONGEST = 120;

function lineOf(block: Block): string {
  return clipLine(textOf(block).replace(/\s+/g, " ").trim(), LONGEST);
}

function textOf(block: Block): string {
  switch (block.type) {
    case "text":
      return plain(block.text);
    case "thinking":
      return `(thinking) ${plain(block.text)}`;
    case "image":
      return `[image ${block.mediaType}]`;
    case "call":
      return `${block.tool} ${plain(JSON.stringify(block.input))}`;
    case "result":
      return `${block.failed ? "failed: " : "result: "}${block.content.map(textOf).join(" ")}`;
  }
}
