// The head of a request to the proxy: where it wants to go, and what to send there. Text in, text out.
import { plainHost } from "./domains.ts";

export interface Asked {
  readonly host: string;
  readonly port: number;
  /** What to send in place of the head that came. Without it the client wants the bare connection. */
  readonly head?: string;
}
/** What is no request to a proxy. */
export class HeadError extends Error {}

/** `text` is the head without the empty line that ends it. */
export function readHead(text: string): Asked {
  const [first = "", ...lines] = text.split("\r\n");
  // A lone end of line would be one to some servers and none to others.
  if (/[\r\n\0]/.test(text.replaceAll("\r\n", ""))) throw new HeadError("the request is malformed.");
  const [, method = "", target = "", version = "1.1"] = /^([A-Z]+) (\S+) HTTP\/(1\.[01])$/.exec(first) ?? [];
  if (method === "") throw new HeadError("the request is malformed.");
  if (method === "CONNECT") return placeOf(target);
  const url = URL.parse(target);
  if (url?.protocol !== "http:" || !/^http:\/\//i.test(target)) {
    throw new HeadError("this is the way to the network for commands: it takes CONNECT host:port, and http:// addresses in full.");
  }
  if (lines.some((line) => !/^[^\s:]+:/.test(line))) throw new HeadError("the request has a malformed header.");
  const kept = lines.filter((line) => !DROPPED.test(line));
  // One request a connection: what comes after it is not looked at again.
  const head = [`${method} ${url.pathname}${url.search} HTTP/${version}`, `Host: ${url.host}`, ...kept, "Connection: close"];
  return { ...placeOf(`${url.hostname}:${url.port === "" ? "80" : url.port}`), head: `${head.join("\r\n")}\r\n\r\n` };
}

// --- internal ---

const DROPPED = /^(host|connection|keep-alive|proxy-[^\s:]*|upgrade|te|trailer):/i;

function placeOf(target: string): Asked {
  const [, name = "", digits = ""] = /^(\[[^\]]+\]|[^:]+):(\d{1,5})$/.exec(target) ?? [];
  const host = plainHost(name);
  const port = Number(digits);
  if (host === undefined || port < 1 || port > 65_535) throw new HeadError("the request names no host and port.");
  return { host, port };
}
