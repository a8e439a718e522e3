// How much of a request a tool's description is.
import type { ToolSpec } from "claw";

/** What a spec takes in a request, as most APIs spell it. */
export function specBytes({ name, description, schema }: ToolSpec): number {
  return Buffer.byteLength(JSON.stringify({ name, description, input_schema: schema }));
}
