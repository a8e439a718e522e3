// One call of WebFetch: the page from the cache or the web, as text, and of that the part that was asked for, or an answer about it.
import { type CallScope, type Json, type ToolResult, wrap } from "claw";
import { clip, headOf, plainAddress, Web, type WebReply } from "claw/kit";
import { answer, smallModelOf } from "./answer.ts";
import type { Cache, Page } from "./cache.ts";
import { contentOf, mediaOf, textOf } from "./content.ts";
import { strip } from "./strip.ts";
import type { Threads } from "./threads.ts";

export interface FetchInput {
  readonly url: string;
  readonly prompt?: string | undefined;
  readonly offset?: number | undefined;
}
export interface FetchState {
  /** Of a page, in one result. */
  readonly characters: number;
  readonly cache: Cache;
  readonly threads: Threads;
}

export async function run(input: FetchInput, scope: CallScope, state: FetchState): Promise<ToolResult> {
  const start = performance.now();
  const key = plainAddress(input.url) ?? input.url;
  const kept = state.cache.get(key);
  const found = kept ?? (await load(input.url, scope, state.threads));
  if ("content" in found) return found;
  if (kept === undefined && found.status < 400) state.cache.put(key, found);
  const { text, more } = await say(input, found, scope, state.characters);
  const { url, title, type, status, bytes } = found;
  const ms = Math.round(performance.now() - start);
  const details = { url, title, type, status, bytes, characters: found.text.length, cached: kept !== undefined, ms, ...more };
  return { content: [{ type: "text", text }], failed: status >= 400, details };
}

// --- internal ---

/** What is shown of a page that is an error. */
const ERROR_CHARACTERS = 2_000;
const ACCEPT = "text/markdown, text/html;q=0.9, application/xhtml+xml;q=0.9, text/plain;q=0.8, application/json;q=0.8, */*;q=0.5";

/** A page, or the result that says why there is none. */
async function load(url: string, scope: CallScope, threads: Threads): Promise<Page | ToolResult> {
  const web = await scope.use(Web);
  const reply = await web.fetch({ url, headers: { accept: ACCEPT } }, scope);
  const { status, bytes } = reply;
  const details = { url: reply.url, status, bytes: bytes.length, ms: reply.ms };
  if (reply.redirect !== undefined) return redirected(reply, reply.redirect, details);
  const type = reply.headers["content-type"] ?? "";
  const content = contentOf(type, bytes);
  if (content.kind === "none") return failed(`${content.refused}\nURL: ${reply.url}`, details);
  if (content.kind === "pdf" && reply.cut) return failed(`The PDF at ${reply.url} is larger than ${bytes.length} bytes: not read.`, details);
  const cut = reply.cut ? [`only the first ${bytes.length} bytes were read`] : [];
  const page = { url: reply.url, type: mediaOf(type), status, bytes: bytes.length };
  const converted = await convert(content.kind, reply, type, threads, scope.signal);
  return { ...page, ...converted, notes: [...cut, ...converted.notes] };
}

async function convert(
  kind: "html" | "pdf" | "text",
  reply: WebReply,
  type: string,
  threads: Threads,
  signal: AbortSignal,
): Promise<Pick<Page, "title" | "text" | "notes">> {
  if (kind === "pdf") return threads.convert({ kind, bytes: reply.bytes }, signal);
  const text = textOf(type, reply.bytes, reply.cut);
  if (kind === "text") return { title: "", text: text.replace(/\r\n?/g, "\n"), notes: [] };
  try {
    return await threads.convert({ kind, html: text, url: reply.url }, signal);
  } catch (error) {
    if (wrap(error, "CLAW_TOOL_FAILED").code === "CLAW_ABORTED") throw error;
    return { title: "", text: strip(text), notes: ["the page's structure could not be read: these are its words"] };
  }
}

function redirected(reply: WebReply, target: string, details: Json): ToolResult {
  const told =
    URL.parse(target)?.host === URL.parse(reply.url)?.host ? "leads back to its own host too often; last to" : "redirects to another host:";
  const text = `${reply.url} ${told} ${target.toWellFormed()}\nNothing was read. Call WebFetch with that address if you want it.`;
  return { content: [{ type: "text", text }], details: { ...(details as object), redirect: target } };
}

function failed(text: string, details: Json): ToolResult {
  return { content: [{ type: "text", text }], failed: true, details };
}

/** The answer of the small model when there is one and something was asked, else the page from the offset. */
async function say(input: FetchInput, page: Page, scope: CallScope, most: number): Promise<{ text: string; more?: Record<string, Json> }> {
  const body = bodyOf(page);
  if (page.status >= 400) return { text: `HTTP ${page.status} from ${page.url}\n${clip(body, ERROR_CHARACTERS)}`.trim() };
  const offset = input.offset ?? 0;
  if (offset > 0 && offset >= body.length) return { text: `The page has ${body.length} characters: there is nothing at offset ${offset}.` };
  const rest = body.slice(startOf(body, offset));
  const notes = [...page.notes];
  const model = smallModelOf(scope);
  if (model !== undefined && input.prompt !== undefined && input.prompt.trim() !== "" && body !== EMPTY) {
    try {
      const said = await answer({ url: page.url, text: rest, prompt: input.prompt }, model, scope);
      if (said.read < rest.length) notes.push(`answered from characters ${offset} to ${offset + said.read} of ${body.length}; offset reads on`);
      return { text: withNotes(said.text, notes), more: { model: said.model, usage: said.usage } };
    } catch (error) {
      const { code, message } = wrap(error, "CLAW_TOOL_FAILED");
      if (code === "CLAW_ABORTED" || code === "CLAW_CONFIG_INVALID") throw error;
      notes.push(`the small model could not be asked (${message}): this is the page`);
    }
  }
  const shown = windowOf(rest, most);
  const end = body.length - rest.length + shown.length;
  if (end < body.length) notes.push(`characters ${body.length - rest.length} to ${end} of ${body.length}; read on with offset ${end}`);
  return { text: withNotes(shown, notes) };
}

const EMPTY = "(The page has no text. It may need JavaScript, or be made of images.)";

/** The title as a heading, unless the page begins with it, then the text. */
function bodyOf({ title, text }: Page): string {
  if (text.trim() === "") return EMPTY;
  const first = text.split("\n", 1)[0] ?? "";
  const whole = title === "" || first.replace(/^#+ /, "").trim() === title ? text : `# ${title}\n\n${text}`;
  return whole.toWellFormed();
}

/** An offset in the middle of a character is one early. */
function startOf(text: string, offset: number): number {
  const unit = text.charCodeAt(offset);
  return offset > 0 && unit >= 0xdc00 && unit <= 0xdfff ? offset - 1 : offset;
}

/** At most `most` characters, to the end of a line where one is near. */
function windowOf(text: string, most: number): string {
  if (text.length <= most) return text;
  const head = headOf(text, most);
  const end = head.lastIndexOf("\n") + 1;
  return end > head.length * 0.8 ? head.slice(0, end) : head;
}

function withNotes(text: string, notes: readonly string[]): string {
  return [text.trimEnd(), ...notes.map((note) => `[${note}]`)].join("\n");
}
