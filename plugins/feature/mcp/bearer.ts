// The token of a login for one server, renewed when it is due or was refused. A server without a login has none.
import { trade } from "./oauth.ts";
import { type Grant, readGrant, writeGrant } from "./tokens.ts";

export class Bearer {
  readonly #home: string;
  readonly #resource: string;
  #renewing: Promise<Grant | undefined> | undefined;

  constructor(home: string, resource: string) {
    this.#home = home;
    this.#resource = resource;
  }
  /** What to send now. Read anew each time: a login counts at once. */
  async token(): Promise<string | undefined> {
    const grant = await readGrant(this.#home, this.#resource);
    if (grant?.expires === undefined || grant.expires > Date.now() + EARLY_MS) return grant?.access;
    return ((await this.#renew(grant)) ?? grant).access;
  }
  /** Whether there is another token than the one that was refused. */
  async renew(refused: string | undefined): Promise<boolean> {
    const grant = await readGrant(this.#home, this.#resource);
    if (grant === undefined) return false;
    return grant.access !== refused || (await this.#renew(grant)) !== undefined;
  }

  // --- internal ---

  /** Once for all who wait: most issuers take a refresh token only once. */
  #renew(grant: Grant): Promise<Grant | undefined> {
    this.#renewing ??= this.#trade(grant).finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }
  async #trade(grant: Grant): Promise<Grant | undefined> {
    if (grant.refresh === undefined) return undefined;
    const given = { grant_type: "refresh_token", refresh_token: grant.refresh };
    try {
      const fresh = await trade(this.#resource, grant, grant, given, AbortSignal.timeout(LIMIT_MS));
      await writeGrant(this.#home, this.#resource, fresh);
      return fresh;
    } catch {
      // The server's own refusal says what to do.
      return undefined;
    }
  }
}

// --- internal ---

const EARLY_MS = 30_000;
const LIMIT_MS = 10_000;
