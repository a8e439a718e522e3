// What a body is, by its type and its first bytes, and its text in whatever character set it came.
import { looksBinary } from "claw/kit";

/** What to do with a body. `refused` is for the model: why there is no text. */
export type Content = Readonly<{ kind: "html" | "pdf" | "text" } | { kind: "none"; refused: string }>;

/** `type` is the header's, with its parameters. */
export function contentOf(type: string, bytes: Uint8Array): Content {
  const media = mediaOf(type);
  if (/^(image|audio|video|font)\//.test(media) && media !== "image/svg+xml") return refuse(media, bytes);
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, 1_024)).trimStart();
  if (media === "application/pdf" || start.startsWith("%PDF-")) return { kind: "pdf" };
  if (/^(text\/html|application\/xhtml\+xml)$/.test(media)) return { kind: "html" };
  if (looksBinary(bytes)) return refuse(media === "" ? "binary data" : media, bytes);
  if (media === "" || media === "application/octet-stream") return { kind: /^(<!doctype html|<html[\s>])/i.test(start) ? "html" : "text" };
  return /^text\/|[/+](json|xml|javascript|ecmascript|yaml|toml|graphql|sql|x-[\w-]+|ld\+json|rtf|svg\+xml|x-ndjson|jsonl)$/.test(media)
    ? { kind: "text" }
    : sniffed(media, bytes);
}

/** The text by the set that the header names, then a byte order mark, then the page itself; UTF-8 where nothing is said and it fits. `cut`: the end is missing. */
export function textOf(type: string, bytes: Uint8Array, cut = false): string {
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, 2_048));
  const own = /^\s*<\?xml[^>]{0,200}encoding=["']([\w:.-]+)/i.exec(start) ?? /<meta[^>]{0,500}charset=["']?\s*([\w:.-]+)/i.exec(start);
  const said = marked(bytes) ?? /charset=["']?([\w:.-]+)/i.exec(type)?.[1] ?? own?.[1];
  const decoder = decoderOf(said);
  if (decoder !== undefined) return decoder.decode(bytes).toWellFormed();
  try {
    // Where the body was cut a character may be open.
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: cut });
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/** The type alone, in lower case. */
export function mediaOf(type: string): string {
  return (type.split(";", 1)[0] ?? "").trim().toLowerCase();
}

// --- internal ---

function refuse(media: string, bytes: Uint8Array): Content {
  return {
    kind: "none",
    refused: `This is ${media} (${bytes.length} bytes), which has no text to read. Download it with a command if you need the file.`,
  };
}

/** A type that is not known to be text is taken for it when it is valid UTF-8. */
function sniffed(media: string, bytes: Uint8Array): Content {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return { kind: "text" };
  } catch {
    return refuse(media, bytes);
  }
}

function marked(bytes: Uint8Array): string | undefined {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return "utf-8";
  if (a === 0xfe && b === 0xff) return "utf-16be";
  return a === 0xff && b === 0xfe ? "utf-16le" : undefined;
}

function decoderOf(label: string | undefined): TextDecoder | undefined {
  if (label === undefined) return undefined;
  try {
    return new TextDecoder(label as Bun.Encoding);
  } catch {
    return undefined;
  }
}
