// `<home>/credentials.json`: keys of providers and tokens of logins, each under a name of its own, for the user alone to read.
import { mkdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { ClawError, type PluginScope } from "claw";
import { type Fields, fields } from "./fields.ts";
import { type Keychain, keychainName, systemKeychain } from "./keychain.ts";
import { writeWholeFile } from "./whole-file.ts";

/** Where they are kept. */
export function credentialsPath(home: string): string {
  return join(home, "credentials.json");
}

/** All that is in the file: `{}` where there is none, `undefined` for one that is no JSON object. */
export async function readCredentials(home: string): Promise<Fields | undefined> {
  const text = await readFile(credentialsPath(home), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "{}";
    throw error;
  });
  try {
    const value: unknown = JSON.parse(text);
    return fields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Puts what `change` makes of all that is in the file in its place; `undefined` leaves it. What it does not know of it has to give back. Throws
 * `CLAW_CONFIG_INVALID` for a file that is no JSON object: it is left alone.
 */
export async function editCredentials(home: string, change: (stored: Fields) => Fields | undefined): Promise<void> {
  const path = credentialsPath(home);
  const before = await readCredentials(home);
  if (before === undefined) {
    throw new ClawError("CLAW_CONFIG_INVALID", `${path}: it is no JSON object, and was left alone`, {
      hint: "Mend or remove the file, then try again.",
    });
  }
  const after = change(before);
  if (after === undefined) return;
  await mkdir(home, { recursive: true, mode: 0o700 });
  await writeWholeFile(path, `${JSON.stringify(after, undefined, 2)}\n`);
}

/**
 * Keeps a provider's key: in `keychain` where it can, and says in the file that it is there; else in the file. Beside what is there, for the user alone.
 * Throws as `editCredentials` does.
 */
export async function storeKey(home: string, name: string, apiKey: string, keychain?: Keychain): Promise<"keychain" | "file"> {
  const entry = keychainName(home, name);
  const kept =
    keychain !== undefined &&
    (await keychain.set(entry, apiKey).then(
      () => keychain.get(entry),
      () => undefined,
    )) === apiKey;
  await editCredentials(home, (stored) => {
    const { apiKey: _, keychain: __, ...rest } = fields(stored[name]) ? stored[name] : {};
    return { ...stored, [name]: { ...rest, ...(kept ? { keychain: true } : { apiKey }) } };
  });
  return kept ? "keychain" : "file";
}

/**
 * What `<home>/credentials.json` has under `name`, its texts only, with the key that it says is in the keychain; read anew each time, since it may have been stored since. A file that others
 * can read, and a keychain that does not give the key, are told to `warn`. Throws `CLAW_CONFIG_*`, never quoting the file.
 */
export async function storedCredentials(
  home: PluginScope["home"],
  name: string,
  warn: (text: string) => void,
  keychain: Keychain = systemKeychain,
): Promise<Readonly<Record<string, string>>> {
  const path = credentialsPath(home);
  let text: string;
  try {
    text = await Bun.file(path).text();
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT" || (error as { code?: string }).code === "ENOTDIR") return {};
    throw new ClawError("CLAW_CONFIG_UNREADABLE", `cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
  const mode = process.platform === "win32" ? 0 : (await stat(path)).mode & 0o077;
  if (mode !== 0) warn(`${path} can be read by others: run chmod 600 on it`);
  let stored: unknown;
  try {
    stored = JSON.parse(text);
  } catch {
    // The parser's own message would quote the file, and with it a key.
    throw new ClawError("CLAW_CONFIG_INVALID", `${path} is not valid JSON`, { hint: `It holds { "${name}": { "apiKey": "…" } }.` });
  }
  const own = (stored as Record<string, unknown> | null)?.[name] ?? {};
  const texts = Object.entries(own).flatMap(([key, value]) => (typeof value === "string" && value.trim() !== "" ? [[key, value.trim()]] : []));
  const found = Object.fromEntries(texts) as Record<string, string>;
  if (!fields(own) || own["keychain"] !== true || found["apiKey"] !== undefined) return found;
  try {
    const apiKey = await keychain.get(keychainName(home, name));
    if (apiKey !== undefined) return { ...found, apiKey };
    warn(`the key for ${name} is no longer in the keychain`);
  } catch (error) {
    warn(`the keychain did not give the key for ${name}: ${(error as Error).message}`);
  }
  return found;
}
