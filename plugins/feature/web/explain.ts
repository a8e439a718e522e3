// What went wrong between claw and a server, in words that say what to do.
import { ClawError } from "claw";
import { codeOf } from "./exchange.ts";
import { refused } from "./policy.ts";

/** The error of a request for `address`. An error of claw's own stays as it is. */
export function explain(error: unknown, address: string): ClawError {
  if (error instanceof ClawError) return error;
  const url = URL.parse(address);
  const host = url?.host ?? address;
  const code = codeOf(error);
  const known = REASONS.find(([pattern]) => pattern.test(code));
  const detail = error instanceof Error ? error.message.split("\n", 1)[0] : String(error);
  const secured = url?.protocol === "http:" && url.port === "" && known?.[2] === true;
  const hint = secured
    ? 'It was asked for over https. A site that has only http is one for the user\'s setting "web": { "allowHosts": [...] }.'
    : undefined;
  return refused(`${host}: ${known?.[1] ?? "the request failed"} (${code || detail}).`, hint);
}

// --- internal ---

/** The third says that the site may have no https at all. */
const REASONS: readonly (readonly [RegExp, string, boolean])[] = [
  [/ENOTFOUND|ENODATA|EAI_NONAME/, "there is no such host", false],
  [/EAI_AGAIN|ESERVFAIL|ETIMEOUT|DNS/, "the name could not be resolved just now", false],
  [/ECONNREFUSED|ConnectionRefused|FailedToOpenSocket/, "nothing answers at this port", true],
  [/ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL|ETIMEDOUT/, "the host cannot be reached", true],
  [/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/, "its certificate is not valid", false],
  [/SSL|TLS|EPROTO/, "no secure connection could be made", true],
  [/^HPE_/, "it does not answer as a web server does", false],
  [/ECONNRESET|EPIPE|ConnectionClosed|ERR_STREAM/, "the connection was closed before the whole answer had come", true],
  [/^(Z_|ERR_BROTLI|ERR__ERROR|BROTLI)/, "its compressed body is damaged", false],
  [/proxy/i, "the proxy failed", false],
];
