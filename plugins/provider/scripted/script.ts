// The script file: its schema, and how it is read.
import { readFile, stat } from "node:fs/promises";
import { ClawError } from "claw";
import * as v from "valibot";

/** No script needs more, and a wrong path may name anything. */
const LARGEST = 64 * 1024 * 1024;

/** Anything: what was read from JSON is JSON, and the player takes it for that. */
const JsonValue = v.unknown();
const Count = v.pipe(v.number(), v.integer(), v.minValue(0));
/** A call. With `broken`, its input never became complete: it stands in the message with this text for the model, and is not streamed. */
const Call = v.strictObject({
  tool: v.string(),
  input: v.optional(JsonValue, {}),
  id: v.optional(v.string()),
  broken: v.optional(v.string()),
});
const Piece = v.union([
  v.strictObject({ text: v.string() }),
  v.strictObject({ thinking: v.string(), opaque: v.optional(JsonValue) }),
  v.strictObject({ call: Call }),
]);
/** What goes wrong: after `after` parts the stream fails with `code`, or with `hang` it stands still until it is aborted. */
const Fault = v.strictObject({
  after: v.optional(Count, 0),
  code: v.optional(
    v.picklist(["CLAW_PROVIDER_AUTH", "CLAW_PROVIDER_OVERFLOW", "CLAW_PROVIDER_RATE", "CLAW_PROVIDER_REJECTED", "CLAW_PROVIDER_UNAVAILABLE"]),
    "CLAW_PROVIDER_UNAVAILABLE",
  ),
  message: v.optional(v.string(), "scripted fault"),
  status: v.optional(Count),
  retryAfterMs: v.optional(Count),
  hang: v.optional(v.boolean(), false),
});
/** One reply. Order is thinking, text, calls; `content` gives any other. */
const Reply = v.strictObject({
  /** Only for a request whose last message holds this text. Such a reply goes before the next one in line. */
  when: v.optional(v.string()),
  thinking: v.optional(v.string()),
  text: v.optional(v.string()),
  calls: v.optional(v.array(Call), []),
  content: v.optional(v.array(Piece)),
  /** Characters a delta: one size for all, or one after another, the last for the rest. Absent: each piece is one delta. */
  deltas: v.optional(
    v.union([v.pipe(v.number(), v.integer(), v.minValue(1)), v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(1))), v.minLength(1))]),
  ),
  /** Milliseconds before each part. */
  pauseMs: v.optional(v.pipe(Count, v.maxValue(60_000)), 0),
  stop: v.optional(v.picklist(["done", "calls", "length", "refusal", "pause"])),
  usage: v.optional(
    v.strictObject({
      input: v.optional(Count, 0),
      output: v.optional(Count, 0),
      cacheRead: v.optional(Count, 0),
      cacheWrite: v.optional(Count, 0),
    }),
  ),
  fault: v.optional(Fault),
  /** Play it again each time its turn comes, for ever. */
  repeat: v.optional(v.boolean(), false),
});
export const ScriptSchema = v.strictObject({ replies: v.array(Reply) });
export type Script = v.InferOutput<typeof ScriptSchema>;
export type Reply = v.InferOutput<typeof Reply>;
export type Piece = v.InferOutput<typeof Piece>;

/** Throws `CLAW_CONFIG_UNREADABLE` or `CLAW_CONFIG_INVALID`, naming the file and the place in it. */
export async function readScript(path: string): Promise<Script> {
  let text: string;
  try {
    if ((await stat(path)).size > LARGEST) throw new Error(`larger than ${LARGEST} bytes`);
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new ClawError("CLAW_CONFIG_UNREADABLE", `the script ${path} cannot be read: ${(cause as Error).message}`, {
      hint: "Name a script with --script FILE, or as the model scripted:FILE.",
      cause,
    });
  }
  return parseScript(text, path);
}

export function parseScript(text: string, path: string): Script {
  let value: unknown;
  try {
    value = Bun.JSONC.parse(text);
  } catch (cause) {
    throw new ClawError("CLAW_CONFIG_INVALID", `the script ${path} is not JSON: ${(cause as Error).message}`, { cause });
  }
  const parsed = v.safeParse(ScriptSchema, value);
  if (parsed.success) return parsed.output;
  const issues = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? "script"}: ${issue.message}`);
  throw new ClawError("CLAW_CONFIG_INVALID", `the script ${path} is malformed: ${issues.join("; ")}`, {
    hint: 'A script looks like { "replies": [{ "text": "…" }] }.',
  });
}
