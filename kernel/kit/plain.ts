// Text made safe for a terminal: what a model, a tool or a file says must never move the cursor, retitle the window or write the clipboard.

/**
 * `text` without escape sequences, control characters (but tab and line feed), and characters that turn the direction of writing.
 * A carriage return becomes a line feed: what stood before it stays visible.
 */
export function plain(text: string): string {
  if (!UNSAFE.test(text)) return text;
  return text.replace(SEQUENCE, "").replace(/\r\n?/g, "\n").replace(CONTROL, "");
}

// --- internal ---

/** Strings to the terminal (OSC, DCS, SOS, PM, APC) up to their end, CSI sequences, then any other escape. An unended string loses only its start. */
const SEQUENCE = /(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x90-\x9f]*(?:\x07|\x1b\\|\x9c)|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]/g;
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g;
const UNSAFE = new RegExp(CONTROL.source);
