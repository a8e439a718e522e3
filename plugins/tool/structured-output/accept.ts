// Takes an answer that fits the schema; of one that does not, says what is wrong with it.
import { ClawError, type ToolResult } from "claw";
import type { OutputSchema } from "./schema.ts";

/** `details.structured_output` is what the run's result has. */
export function accept(input: Readonly<Record<string, unknown>>, schema: OutputSchema | undefined): ToolResult {
  if (schema === undefined) throw new ClawError("CLAW_TOOL_FAILED", "No structured output was asked for here: answer in words.");
  const { value, problems } = schema.judge(input);
  if (problems.length === 0) return { content: [{ type: "text", text: "Accepted." }], details: { structured_output: value } };
  const shown = problems.slice(0, SHOWN).map((problem) => `- ${problem}`);
  const more = problems.length > SHOWN ? [`- and ${problems.length - SHOWN} more`] : [];
  throw new ClawError("CLAW_TOOL_INPUT_INVALID", ["The answer does not fit the schema:", ...shown, ...more].join("\n"), {
    hint: "Correct it and call again, with the whole answer.",
  });
}

// --- internal ---

const SHOWN = 12;
