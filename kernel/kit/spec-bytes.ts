// How much of a request a tool's description is.
import type { ToolSpec } from "claw";
import { byteLength } from "./text.ts";

/** What a spec takes in a request, as most APIs spell it. */
export function specBytes({ name, description, schema }: ToolSpec): number {
  return byteLength(JSON.stringify({ name, description, input_schema: schema }));
}
