// From events to the bytes of a stream, well-formed or as badly as a reply asks for.
import type { MockEvent, Wire } from "./reply.ts";

/** One event as text. */
export function writeEvent(event: MockEvent, wire: Wire, position: number): string {
  const newline = wire.newline ?? "\n";
  const lines: string[] = [];
  if (wire.comments) lines.push(": keep-alive", ":");
  if (wire.strange && position % 2 === 1) lines.push("event: weather", 'data: {"type":"weather","sky":"blue"}', "", "id: 7", "retry: 10", "data", "");
  if (!wire.unnamed) lines.push(`event: ${event.type}`);
  const json = wire.multiline ? JSON.stringify(event, null, 1) : JSON.stringify(event);
  for (const line of json.split("\n")) lines.push(`data: ${line}`);
  const bom = wire.bom && position === 0 ? "\ufeff" : "";
  return bom + lines.join(newline) + newline + (wire.blankless ? "" : newline);
}

/** Text or bytes in pieces of `split` bytes. */
export function* inPieces(data: string | Uint8Array, split: number | undefined): Generator<Uint8Array> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  if (split === undefined) yield bytes;
  else for (let at = 0; at < bytes.length; at += split) yield bytes.subarray(at, at + split);
}
