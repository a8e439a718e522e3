// What crosses from a child, checked: nothing that an isolated plugin sends is taken on trust.
import { type Access, type Block, ClawError, type CommandOutcome, type Json, type ToolResult } from "claw";
import { headOf } from "claw/kit";
import * as v from "valibot";

const text = v.pipe(
  v.string(),
  v.transform((given) => given.toWellFormed()),
);
const Name = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/));
const json = v.custom<Json>(() => true);
const Told = v.object({
  tools: v.array(v.object({ name: Name, description: v.pipe(text, v.maxLength(20_000)), schema: json })),
  commands: v.array(v.object({ name: Name, summary: v.pipe(text, v.maxLength(1_000)) })),
  leftOut: v.array(v.pipe(text, v.maxLength(200))),
});
/** What a child says of its plugin. */
export type Told = v.InferOutput<typeof Told>;
const Judged = v.object({
  issues: v.optional(v.array(v.object({ path: v.optional(v.string()), message: text }))),
  access: v.optional(v.picklist(["none", "read", "network", "write", "execute"] satisfies Access[])),
  subject: v.optional(text, ""),
  paths: v.optional(v.array(text), []),
});
/** What a child says of one input of a tool. */
export type Judged = v.InferOutput<typeof Judged>;
const Blocks = v.array(
  v.variant("type", [
    v.object({ type: v.literal("text"), text }),
    v.object({ type: v.literal("image"), mediaType: v.pipe(v.string(), v.regex(/^image\/[\w.+-]{1,40}$/)), base64: v.pipe(v.string(), v.base64()) }),
  ]),
);
const Result = v.object({ content: Blocks, failed: v.optional(v.boolean()), details: v.optional(json) });
const Outcome = v.variant("kind", [
  v.object({ kind: v.literal("done"), notice: v.optional(text), data: v.optional(json) }),
  v.object({ kind: v.literal("prompt"), text }),
  v.object({
    kind: v.literal("exit"),
    code: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255)),
    notice: v.optional(text),
    data: v.optional(json),
  }),
]);

export const told = (given: Json): Told => parsed(Told, given, "its description");
export const judged = (given: Json): Judged => parsed(Judged, given, "what it says of the input");
export const outcome = (given: Json): CommandOutcome => parsed(Outcome, given, "the outcome") as CommandOutcome;
export function result(given: Json): ToolResult {
  const { content, failed, details } = parsed(Result, given, "the result");
  return { content: content as Block[], ...(failed !== undefined && { failed }), ...(details !== undefined && { details }) };
}

// --- internal ---

function parsed<S extends v.GenericSchema>(schema: S, given: Json, what: string): v.InferOutput<S> {
  const { success, output, issues } = v.safeParse(schema, given);
  if (success) return output;
  const where = v.getDotPath(issues[0]) ?? "";
  throw new ClawError("CLAW_TOOL_FAILED", `an isolated plugin sent what is not allowed: ${what}: ${where} ${headOf(issues[0].message, 200)}`);
}
