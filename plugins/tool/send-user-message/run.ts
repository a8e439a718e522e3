// Shows a message and what is attached to it. The files themselves are not read: their user can open them.
import { stat } from "node:fs/promises";
import { extname } from "node:path";
import { type CallScope, ClawError, type ToolResult } from "claw";
import { Workspace } from "claw/kit";

export interface Sent {
  readonly message: string;
  readonly attachments?: readonly string[] | undefined;
  readonly status?: "normal" | "proactive" | undefined;
}
type Attachment = Readonly<{ path: string; size: number; isImage: boolean }>;

/** `details.user_message` is for renderers that show no notices. */
export async function run({ message, attachments = [], status = "normal" }: Sent, scope: CallScope): Promise<ToolResult> {
  const files: Attachment[] = [];
  for (const path of attachments) files.push(await describe(path, scope));
  const text = [message, ...files.map(({ path, size, isImage }) => `  ${isImage ? "picture" : "file"} ${path} (${sizeOf(size)})`)].join("\n");
  scope.bus.emit("notice.raised", { level: "info", text });
  const details = { user_message: text, message, attachments: files.length === 0 ? null : files, status, sentAt: new Date().toISOString() };
  return { content: [{ type: "text", text: "Shown to the user." }], details };
}

// --- internal ---

const IMAGES: ReadonlySet<string> = new Set([".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".bmp", ".avif"]);

async function describe(given: string, scope: CallScope): Promise<Attachment> {
  const place = await (await scope.use(Workspace)).locate(given, scope);
  const found = await stat(place.path).catch(() => undefined);
  if (found?.isFile()) return { path: place.path, size: found.size, isImage: IMAGES.has(extname(place.path).toLowerCase()) };
  const what = found === undefined ? "does not exist" : "is no file";
  throw new ClawError("CLAW_TOOL_FAILED", `${given} ${what} (${place.path}), so nothing was shown.`, {
    hint: "Correct attachments, or leave it out.",
  });
}

function sizeOf(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
