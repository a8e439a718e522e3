// One HTTP request to a server: redirects only within its origin, so that no header goes elsewhere; refusals as errors that say what to do.
import { headOf, plain } from "claw/kit";
import { failed } from "./rpc.ts";

export const MOST_BYTES = 32 * 1024 ** 2;

/** The response, whatever its status, after redirects. Throws `CLAW_TOOL_FAILED` when nothing answered. */
export async function exchange(url: string, init: BunFetchRequestInit): Promise<Response> {
  let at = url;
  for (let hops = 0; ; hops++) {
    // Bun's own limit of five minutes would end streams that have nothing to say.
    const response = await fetch(at, { ...init, redirect: "manual", timeout: false } as BunFetchRequestInit).catch((cause: unknown) => {
      throw failed(`${new URL(at).host} cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    });
    if (![301, 302, 303, 307, 308].includes(response.status)) return response;
    await response.body?.cancel().catch(() => {});
    const next = URL.parse(response.headers.get("location") ?? "", at);
    const keeps = response.status === 307 || response.status === 308 || init.method === "GET";
    if (next === null || next.origin !== new URL(at).origin || !keeps || hops >= MOST_HOPS) {
      const where = next === null ? "nowhere" : `${next.origin}${next.pathname}`;
      throw failed(`it redirects to ${plain(where)}`, { status: response.status, hint: "If that is right, name it as the server's url." });
    }
    at = next.href;
  }
}

/** Throws `CLAW_TOOL_FAILED` with the status, the beginning of the body, and what to do. */
export async function refuse(response: Response): Promise<never> {
  const body = headOf(plain(await wholeText(response, 4_096).catch(() => "")).trim(), 300).toWellFormed();
  const { status, statusText } = response;
  const hint =
    status === 401 || status === 403
      ? 'Give its token: "headers": { "Authorization": "Bearer TOKEN" }, or log in: claw mcp login NAME'
      : status === 404 || status === 405
        ? 'Check the url, and whether the server speaks the older "type": "sse".'
        : undefined;
  throw failed(`HTTP ${status} ${statusText}${body === "" ? "" : `: ${body}`}`, { status, ...(hint === undefined ? {} : { hint }) });
}

/** The body as text, at most `most` bytes of it. */
export async function wholeText(response: Response, most: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    parts.push(chunk);
    size += chunk.length;
    if (size > most) {
      await response.body?.cancel().catch(() => {});
      break;
    }
  }
  const whole = Buffer.concat(parts);
  if (size > most && most === MOST_BYTES) throw failed(`its answer is larger than ${MOST_BYTES / 1024 ** 2} MB`);
  return whole.subarray(0, most).toString("utf8");
}

/** The kind of content, without parameters. */
export function kindOf(response: Response): string {
  return (response.headers.get("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

// --- internal ---

const MOST_HOPS = 3;
