// The system's keychain: Keychain on macOS, the Secret Service (libsecret) on Linux, the Credential Manager on Windows. Which keys are in it, `credentials.json` says.
import { homedir } from "node:os";
import { join } from "node:path";
import { within } from "./within.ts";

/** Both reject where there is none, and where it stays locked. */
export interface Keychain {
  /** `undefined` for what is not in it. */
  get(name: string): Promise<string | undefined>;
  set(name: string, value: string): Promise<void>;
}

/** Waits as long as somebody may take to unlock it. */
export const systemKeychain: Keychain = {
  get: async (name) => (await limited(Bun.secrets.get({ service: SERVICE, name }), UNLOCK_MS)) ?? undefined,
  set: async (name, value) => {
    await limited(Bun.secrets.set({ service: SERVICE, name, value }), UNLOCK_MS);
  },
};

/** What a provider's key is called there: homes other than the usual one have keys of their own. */
export function keychainName(home: string, provider: string): string {
  return home === join(homedir(), ".claw") ? provider : `${provider} (${home})`;
}

/** Whether there is one that answers. */
export async function keychainAnswers(keychain: Keychain): Promise<boolean> {
  return within(keychain.get("is anybody there"), PROBE_MS).catch(() => false);
}

// --- internal ---

const SERVICE = "claw";
const UNLOCK_MS = 60_000;
const PROBE_MS = 1_000;

async function limited<T>(work: Promise<T>, ms: number): Promise<T> {
  if (!(await within(work, ms))) throw new Error("it did not answer in time");
  return await work;
}
