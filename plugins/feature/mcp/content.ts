// What a server gives back, as blocks for the model: text capped with the whole in a file, images as images, all else as files.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Block, Json, ToolResult, TurnScope } from "claw";
import { clip, type Fields, fields, headOf, MOST_IMAGE_SIDE, Workspace, wholeImage } from "claw/kit";
import { visible } from "./tool.ts";

export interface ContentOptions {
  readonly server: string;
  /** Characters of text that the model gets. */
  readonly keep: number;
  readonly scope: TurnScope;
}

/** The result of `tools/call`. */
export async function callResult(result: Fields, options: ContentOptions): Promise<ToolResult> {
  const { content, structuredContent: structured, isError } = result;
  const blocks = await blocksOf(Array.isArray(content) ? content.filter(fields) : [], options);
  // The protocol has servers say it as text too; only one that does not has it said here.
  const bare = structured !== undefined && !blocks.some((block) => block.type === "text");
  const all = await capped(bare ? [...blocks, { type: "text", text: visible(JSON.stringify(structured)) }] : blocks, options);
  const details = { server: options.server, ...(structured === undefined || long(structured) ? {} : { structured: structured as Json }) };
  return { content: all.length > 0 ? all : [{ type: "text", text: "(no output)" }], failed: isError === true, details };
}

/** The contents of `resources/read`. */
export async function resourceResult(result: Fields, options: ContentOptions): Promise<ToolResult> {
  const { contents } = result;
  const resources = (Array.isArray(contents) ? contents.filter(fields) : []).map((resource) => ({ type: "resource", resource }));
  const all = await capped(await blocksOf(resources, options, resources.length > 1), options);
  return { content: all.length > 0 ? all : [{ type: "text", text: "(empty)" }], details: { server: options.server } };
}

/** The messages of `prompts/get`, as what the user says. Who speaks is named where it is not only the user. */
export async function promptInput(result: Fields, options: ContentOptions): Promise<{ readonly text: string; readonly blocks: readonly Block[] }> {
  const messages = (Array.isArray(result["messages"]) ? result["messages"].filter(fields) : []).slice(0, MOST_BLOCKS);
  const several = messages.some(({ role }) => role !== "user");
  const all: Block[] = [];
  for (const { role, content } of messages) {
    const blocks = await blocksOf([content].flat().filter(fields), options);
    all.push(...(several ? [text(role === "assistant" ? "Assistant:" : "User:"), ...blocks] : blocks));
  }
  const fitting = await capped(all, options);
  const texts = fitting.flatMap((block) => (block.type === "text" ? [block.text] : []));
  return { text: texts.join("\n"), blocks: fitting.filter((block) => block.type !== "text") };
}

// --- internal ---

const IMAGES: readonly string[] = ["image/png", "image/jpeg", "image/gif", "image/webp"];
/** More than this no provider takes of one image, or of images in one result. */
const MOST_IMAGE = 5 * 1024 ** 2;
const MOST_IMAGES = 10;
const MOST_BLOCKS = 1_000;
const MOST_FILES = 20;
const MOST_DETAILS = 50_000;

function long(value: unknown): boolean {
  return JSON.stringify(value).length > MOST_DETAILS;
}

async function blocksOf(content: readonly Fields[], options: ContentOptions, named = true): Promise<Block[]> {
  const blocks: Block[] = [];
  const room = { images: MOST_IMAGES, files: MOST_FILES };
  for (const one of content.slice(0, MOST_BLOCKS)) {
    const { type } = one;
    if (type === "text") blocks.push(text(String(one["text"] ?? "")));
    else if (type === "image" || type === "audio") blocks.push(await binary(one["data"], one["mimeType"], String(type), options, room));
    else if (type === "resource_link") blocks.push(text(linkLine(one)));
    else if (type === "resource" && fields(one["resource"])) blocks.push(await resource(one["resource"], named, options, room));
    else blocks.push(text(`[content of a kind that claw does not know: ${headOf(String(type), 40)}]`));
  }
  if (content.length > MOST_BLOCKS) blocks.push(text(`[${content.length - MOST_BLOCKS} more pieces left out]`));
  return blocks.filter((block) => block.type !== "text" || block.text !== "");
}

async function resource(one: Fields, named: boolean, options: ContentOptions, room: Room): Promise<Block> {
  const { uri, mimeType, text: said, blob } = one;
  const name = headOf(visible(String(uri ?? "resource")), 300);
  if (typeof said === "string") return text(named ? `[${name}]\n${said}` : said);
  return binary(blob, mimeType, name, options, room);
}

interface Room {
  images: number;
  files: number;
}
/** An image that a model can see, or a file that a tool can read. */
async function binary(data: unknown, mime: unknown, what: string, options: ContentOptions, room: Room): Promise<Block> {
  const base64 = typeof data === "string" ? data.replace(/\s+/g, "") : "";
  const mediaType = headOf(visible(String(mime ?? "application/octet-stream")), 100).toLowerCase();
  if (base64 === "" || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return text(`[${what}: ${mediaType} without readable data]`);
  const bytes = Buffer.from(base64, "base64");
  if (IMAGES.includes(mediaType) && base64.length <= MOST_IMAGE && room.images > 0) {
    // As what it is, whatever the server calls it: a provider refuses the rest, and with it every later request.
    const whole = await wholeImage(bytes);
    if (whole !== undefined && whole.side <= MOST_IMAGE_SIDE) {
      room.images -= 1;
      return { type: "image", mediaType: whole.mediaType, base64 };
    }
  }
  if (room.files-- <= 0) return text(`[${what}: ${mediaType}, left out]`);
  const ending = /^[\w.+-]+\/([\w-]{1,10})$/.exec(mediaType)?.[1] ?? "bin";
  return text(`[${what}: ${mediaType}, ${bytes.length} bytes, kept in ${await keep(bytes, ending, options)}]`);
}

/** All text together within the limit. When it is more, it stands in one piece, and the whole in a file. */
async function capped(blocks: readonly Block[], options: ContentOptions): Promise<Block[]> {
  const texts = blocks.flatMap((block) => (block.type === "text" ? [block.text] : []));
  if (texts.reduce((sum, one) => sum + one.length, 0) <= options.keep) return [...blocks];
  const whole = texts.join("\n");
  const path = await keep(whole, "txt", options).catch(() => undefined);
  const shown = clip(whole, options.keep, path === undefined ? "" : `all of it is in ${path}`);
  return [{ type: "text", text: shown }, ...blocks.filter((block) => block.type !== "text")];
}

async function keep(content: string | Uint8Array, ending: string, { scope, server }: ContentOptions): Promise<string> {
  const folder = await (await scope.use(Workspace)).scratch(scope);
  const name = `mcp-${server.replace(/[^A-Za-z0-9-]+/g, "_").slice(0, 30)}-${crypto.randomUUID().slice(0, 8)}.${ending}`;
  await writeFile(join(folder, name), content, { mode: 0o600, flag: "wx" });
  return join(folder, name);
}

function linkLine({ uri, name, mimeType, description }: Fields): string {
  const about = [name, mimeType, description].filter((part): part is string => typeof part === "string" && part !== "");
  return `[resource ${headOf(String(uri ?? "?"), 500)}${about.length === 0 ? "" : `: ${headOf(about.join(", "), 500)}`}]`;
}

function text(said: string): Block {
  return { type: "text", text: visible(said) };
}
