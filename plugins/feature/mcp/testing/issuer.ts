// A small OAuth authorization server for tests, on loopback: it checks what a real one checks, and says what it saw.
export interface IssuerOptions {
  /** What it says of itself, when that is wrong. */
  readonly issuer?: string;
  readonly methods?: readonly string[];
}

export function serveIssuer({ issuer, methods = ["S256"] }: IssuerOptions = {}) {
  const codes = new Map<string, URLSearchParams>();
  const valid = new Set<string>();
  const refreshes = new Set<string>();
  const seen: string[] = [];
  const give = (): Response => {
    const [access, refresh] = [`access-${crypto.randomUUID()}`, `refresh-${crypto.randomUUID()}`];
    valid.add(access);
    refreshes.add(refresh);
    return Response.json({ access_token: access, refresh_token: refresh, token_type: "Bearer", expires_in: 3_600 });
  };
  const no = (error: string): Response => Response.json({ error }, { status: 400 });
  const token = async (form: URLSearchParams): Promise<Response> => {
    seen.push(`token ${form.get("grant_type")} ${form.get("resource")}`);
    if (form.get("grant_type") === "refresh_token") return refreshes.delete(form.get("refresh_token") ?? "") ? give() : no("invalid_grant");
    const asked = codes.get(form.get("code") ?? "");
    codes.delete(form.get("code") ?? "");
    const challenge = Buffer.from(new Bun.CryptoHasher("sha256").update(form.get("code_verifier") ?? "").digest()).toString("base64url");
    const same = ["redirect_uri", "client_id", "resource"].every((key) => asked?.get(key) === form.get(key));
    return asked?.get("code_challenge") === challenge && same ? give() : no("invalid_grant");
  };
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const { pathname, searchParams, origin } = new URL(request.url);
      if (pathname === "/.well-known/oauth-authorization-server") {
        const ends = {
          authorization_endpoint: `${origin}/authorize`,
          token_endpoint: `${origin}/token`,
          registration_endpoint: `${origin}/register`,
        };
        return Response.json({ issuer: issuer ?? origin, ...ends, code_challenge_methods_supported: methods });
      }
      if (pathname === "/register") {
        const { redirect_uris: uris } = (await request.json()) as { readonly redirect_uris: readonly string[] };
        seen.push(`register ${uris.length}`);
        return Response.json({ client_id: "claw-1" }, { status: 201 });
      }
      if (pathname === "/authorize") {
        const code = crypto.randomUUID();
        codes.set(code, searchParams);
        const back = new URL(searchParams.get("redirect_uri") ?? "");
        for (const [key, value] of Object.entries({ code, state: searchParams.get("state") ?? "", iss: origin })) back.searchParams.set(key, value);
        return Response.redirect(back.href);
      }
      if (pathname === "/token") return token(new URLSearchParams(await request.text()));
      return new Response(null, { status: pathname === "/check" && valid.has(searchParams.get("token") ?? "") ? 200 : 401 });
    },
  });
  return {
    url: server.url.origin,
    seen,
    /** No token that it gave counts any more; refresh tokens do. */
    revoke: () => valid.clear(),
    [Symbol.dispose]: () => void server.stop(true),
  };
}
