// One login: the person's browser at the issuer, its answer at a port of this machine, and the token kept.
import { ClawError, type TurnScope } from "claw";
import type { Remote } from "./entry.ts";
import { type Client, discover, type Issuer, register, trade } from "./oauth.ts";
import { failed } from "./rpc.ts";
import { writeGrant } from "./tokens.ts";

/** Logs in at the server's issuer; gives its address. The person is told where to go by a notice. Throws `CLAW_TOOL_FAILED`, `CLAW_ABORTED`. */
export async function login(name: string, reach: Remote, scope: TurnScope): Promise<string> {
  const signal = AbortSignal.any([scope.signal, AbortSignal.timeout(LIMIT_MS)]);
  const issuer = await discover(reach.url, signal);
  const state = random();
  const verifier = random();
  using callback = listen(state, issuer, reach.oauth?.callbackPort ?? 0);
  const { clientId, clientSecret } = reach.oauth ?? {};
  const known = clientId === undefined ? undefined : { clientId, ...(clientSecret === undefined ? {} : { clientSecret }) };
  const client: Client = known ?? (await register(issuer, callback.url, signal));
  const address = new URL(issuer.authorizeUrl);
  const asked = {
    ...{ response_type: "code", client_id: client.clientId, redirect_uri: callback.url, state, resource: reach.url },
    ...{ code_challenge: Buffer.from(new Bun.CryptoHasher("sha256").update(verifier).digest()).toString("base64url"), code_challenge_method: "S256" },
    ...(issuer.scope === undefined ? {} : { scope: issuer.scope }),
  };
  for (const [key, value] of Object.entries(asked)) address.searchParams.set(key, value);
  scope.bus.emit("notice.raised", { level: "warn", text: `To log in to ${name}, open ${address.href}` });
  show(address.href, scope);
  const stop = Promise.withResolvers<never>();
  const end = (): void => {
    const late = !scope.signal.aborted;
    stop.reject(late ? failed(`nobody logged in within ${LIMIT_MS / 60_000} minutes`) : new ClawError("CLAW_ABORTED", "The login was interrupted."));
  };
  signal.addEventListener("abort", end, { once: true });
  const code = await Promise.race([callback.code, stop.promise]).finally(() => signal.removeEventListener("abort", end));
  const given = { grant_type: "authorization_code", code, redirect_uri: callback.url, code_verifier: verifier };
  await writeGrant(scope.home, reach.url, await trade(reach.url, issuer, client, given, signal));
  return issuer.issuer;
}

// --- internal ---

const LIMIT_MS = 300_000;

function random(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url");
}

/** Hears the browser's answer, once. Only one with the state that was sent counts: others get nothing, and change nothing. */
function listen(state: string, { issuer }: Issuer, port: number): Disposable & { readonly url: string; readonly code: Promise<string> } {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  promise.catch(() => {});
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port,
    fetch(request) {
      const { pathname, searchParams } = new URL(request.url);
      if (request.method !== "GET" || pathname !== "/callback" || searchParams.get("state") !== state)
        return new Response("Not found", { status: 404 });
      const [code, error, from] = [searchParams.get("code"), searchParams.get("error"), searchParams.get("iss")];
      if (from !== null && from.replace(/\/$/, "") !== issuer.replace(/\/$/, "")) reject(failed("the answer came from another issuer"));
      else if (code !== null) resolve(code);
      else reject(failed(`the login was refused: ${(error ?? "no reason given").replace(/[^\x20-\x7e]/g, "").slice(0, 100)}`));
      return new Response("claw has heard. You can close this page.", { headers: { "content-type": "text/plain", connection: "close" } });
    },
  });
  // What is being answered is answered to its end.
  return { url: `http://127.0.0.1:${server.port}/callback`, code: promise, [Symbol.dispose]: () => void server.stop() };
}

/** In the browser, if there is one: an argument of its own, never part of a shell's line. */
function show(url: string, { env }: TurnScope): void {
  if (!/^https?:\/\//.test(url)) return;
  const [command = "", ...args] = OPENERS[process.platform] ?? ["xdg-open"];
  const program = Bun.which(command, { PATH: env["PATH"] ?? "" });
  const seen = process.platform === "darwin" || process.platform === "win32" || env["DISPLAY"] !== undefined || env["WAYLAND_DISPLAY"] !== undefined;
  if (program === null || !seen) return;
  try {
    Bun.spawn([program, ...args, url], { stdio: ["ignore", "ignore", "ignore"], detached: true }).unref();
  } catch {
    // The address has been told.
  }
}
const OPENERS: Readonly<Record<string, readonly string[]>> = { darwin: ["open"], win32: ["rundll32", "url.dll,FileProtocolHandler"] };
