// The headers of a request: what a caller may say, and what is said by default.
import { refused } from "./policy.ts";

/** Names in lower case. Throws `CLAW_TOOL_FAILED` for what would change where the request goes or how it is read. */
export function headersOf(given: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const headers: Record<string, string> = { "user-agent": "claw", accept: "*/*", "accept-encoding": "gzip, br" };
  for (const [name, value] of Object.entries(given)) {
    const lower = name.toLowerCase();
    if (!TOKEN.test(name)) throw refused(`${JSON.stringify(name)} is no header name.`);
    if (OURS.test(lower)) throw refused(`The header ${name} is claw's to set: leave it out.`);
    if (!TEXT.test(value)) throw refused(`The header ${name} holds a character that headers cannot hold.`);
    headers[lower] = value;
  }
  return headers;
}

// --- internal ---

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const TEXT = /^[\t\x20-\x7e\x80-\xff]*$/;
const OURS = /^(host|content-length|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|accept-encoding|proxy-.*)$/;
