// Tokens that logins brought, kept in `<home>/credentials.json` (0600) under `mcp`, by the address they were issued for: they go nowhere else.
import { editCredentials, fields, readCredentials } from "claw/kit";

/** What a login brought for one address. `expires` is milliseconds since 1970. */
export interface Grant {
  readonly issuer: string;
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret?: string;
  readonly access: string;
  readonly refresh?: string;
  readonly expires?: number;
}

/** `undefined` when there is none, or nothing that can be read. */
export async function readGrant(home: string, resource: string): Promise<Grant | undefined> {
  const { mcp } = (await readCredentials(home).catch(() => undefined)) ?? {};
  const grant = fields(mcp) ? mcp[resource] : undefined;
  const whole = fields(grant) && ["issuer", "tokenUrl", "clientId", "access"].every((key) => typeof grant[key] === "string");
  return whole ? (grant as unknown as Grant) : undefined;
}

/** Keeps a grant, or removes it; says whether there was one. What others keep in the file stays. Throws `CLAW_CONFIG_INVALID` for a file that is no JSON. */
export async function writeGrant(home: string, resource: string, grant: Grant | undefined): Promise<boolean> {
  let old: unknown;
  await editCredentials(home, (stored) => {
    const { [resource]: before, ...others } = fields(stored["mcp"]) ? stored["mcp"] : {};
    old = before;
    if (grant === undefined && before === undefined) return undefined;
    return { ...stored, mcp: grant === undefined ? others : { ...others, [resource]: grant } };
  });
  return old !== undefined;
}
