// The web service: requests to addresses that a model chose, which never reach into the user's own network. Provided by feature/web.
import { defineService, type ServiceToken, type TurnScope } from "claw";

export interface WebRequest {
  /** `http:` or `https:`, no name or password in it. `http` at the default port becomes `https`, but for hosts the user named. */
  readonly url: string;
  readonly method?: string;
  /** Without those that frame the message or name the host: these throw. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** `host` or `host:port`, as `web.allowHosts`: named by the user, never by a model or a project. These may be private, and use any port. */
  readonly vouched?: readonly string[];
  /** Most redirects within the same host that a GET or HEAD follows. Default 5. With 0 all are reported. */
  readonly redirects?: number;
  /** Bytes of decoded body to read. No more than the plugin's own limit. */
  readonly maxBytes?: number;
  /** For everything: names, connection, redirects, body. No more than the plugin's own limit. */
  readonly timeoutMs?: number;
}
/** An answer, whatever its status. */
export interface WebReply {
  /** The address that answered, after redirects. */
  readonly url: string;
  readonly status: number;
  readonly statusText: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body, decompressed. */
  readonly bytes: Uint8Array;
  /** The body had more than `maxBytes`. */
  readonly cut: boolean;
  /** Where it leads, absolute, when it is a redirect that was not followed: to another host, or one too many. */
  readonly redirect?: string;
  readonly ms: number;
}
export interface Web {
  /**
   * Resolves the name, refuses when any of its addresses is private, loopback, link-local, metadata or otherwise not public, and connects to the
   * very address it has checked; each redirect anew. Throws `CLAW_TOOL_FAILED` when nothing answered or the address is refused, `CLAW_ABORTED`.
   */
  fetch(request: WebRequest, scope: TurnScope): Promise<WebReply>;
}
/** Provided by `@claw/feature-web`. */
export const Web: ServiceToken<Web> = defineService<Web>("claw.web@1");

/** The address as it is asked for: host and escapes in their one form, without fragment. `undefined` for what is no address. */
export function plainAddress(text: string): string | undefined {
  const url = URL.parse(text.trim());
  if (url === null) return undefined;
  url.hash = "";
  return url.href;
}
