// Tokens that logins brought, kept in `<home>/credentials.json` (0600) under `mcp`, by the address they were issued for: they go nowhere else.
import { chmod, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { ClawError } from "claw";
import { type Fields, fields } from "./rpc.ts";

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
  const { mcp } = (await readFileOf(home).catch(() => undefined)) ?? {};
  const grant = fields(mcp) ? mcp[resource] : undefined;
  const whole = fields(grant) && ["issuer", "tokenUrl", "clientId", "access"].every((key) => typeof grant[key] === "string");
  return whole ? (grant as unknown as Grant) : undefined;
}

/** Keeps a grant, or removes it; says whether there was one. What others keep in the file stays. Throws `CLAW_CONFIG_INVALID` for a file that is no JSON. */
export async function writeGrant(home: string, resource: string, grant: Grant | undefined): Promise<boolean> {
  const path = join(home, FILE);
  const before = await readFileOf(home);
  if (before === undefined) {
    throw new ClawError("CLAW_CONFIG_INVALID", `${path}: it is no JSON object, and was left alone`, {
      hint: "Mend or remove the file, then try again.",
    });
  }
  const { [resource]: old, ...others } = fields(before["mcp"]) ? before["mcp"] : {};
  if (grant === undefined && old === undefined) return false;
  const mcp = grant === undefined ? others : { ...others, [resource]: grant };
  await replace(home, path, `${JSON.stringify({ ...before, mcp }, undefined, 2)}\n`);
  return old !== undefined;
}

// --- internal ---

const FILE = "credentials.json";

/** `{}` where there is no file; `undefined` for one that is no object. */
async function readFileOf(home: string): Promise<Fields | undefined> {
  const text = await readFile(join(home, FILE), "utf8").catch((error: NodeJS.ErrnoException) =>
    error.code === "ENOENT" ? "{}" : Promise.reject(error),
  );
  try {
    const value: unknown = JSON.parse(text);
    return fields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

async function replace(home: string, path: string, text: string): Promise<void> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  const fresh = `${path}.${crypto.randomUUID()}`;
  try {
    const file = await open(fresh, "wx", 0o600);
    await file.writeFile(text).finally(() => file.close());
    await chmod(fresh, 0o600);
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}
