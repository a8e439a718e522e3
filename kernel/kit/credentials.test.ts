import { afterAll, beforeEach, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClawError } from "claw";
import { credentialsPath, editCredentials, readCredentials, storedCredentials, storeKey } from "./credentials.ts";
import { type Keychain, keychainAnswers, keychainName } from "./keychain.ts";

const root = mkdtempSync(join(tmpdir(), "claw-credentials-"));
const home = join(root, "home");
afterAll(() => rmSync(root, { recursive: true, force: true }));
beforeEach(() => rmSync(home, { recursive: true, force: true }));
const failure = (work: Promise<unknown>) => work.catch((thrown: unknown) => thrown);

test("editCredentials > beside what is there, for the user alone, and nothing when nothing is to change", async () => {
  await editCredentials(home, () => undefined);
  expect(readdirSync(root)).toEqual([]);
  await editCredentials(home, (stored) => ({ ...stored, one: { apiKey: "k1" } }));
  await editCredentials(home, (stored) => ({ ...stored, two: { apiKey: "k2" } }));
  expect(await readCredentials(home)).toEqual({ one: { apiKey: "k1" }, two: { apiKey: "k2" } });
  expect([statSync(credentialsPath(home)).mode & 0o777, statSync(home).mode & 0o777]).toEqual([0o600, 0o700]);
  expect(readdirSync(home)).toEqual(["credentials.json"]);
});

test.each(["{ broken", "[]", '"text"', "null"])("editCredentials > %s is left alone", async (text) => {
  await editCredentials(home, () => ({}));
  writeFileSync(credentialsPath(home), text);
  expect(await readCredentials(home)).toBeUndefined();
  expect(await failure(editCredentials(home, () => ({ lost: true })))).toMatchObject({ code: "CLAW_CONFIG_INVALID" });
  expect(readFileSync(credentialsPath(home), "utf8")).toBe(text);
});

test("storedCredentials > the texts under a name, and a warning for a file that others can read", async () => {
  const warned: string[] = [];
  const warn = (text: string) => void warned.push(text);
  expect(await storedCredentials(home, "one", warn)).toEqual({});
  await editCredentials(home, () => ({ one: { apiKey: " k1 ", empty: " ", number: 1 } }));
  expect(await storedCredentials(home, "one", warn)).toEqual({ apiKey: "k1" });
  expect(await storedCredentials(home, "other", warn)).toEqual({});
  expect(warned).toEqual([]);
  chmodSync(credentialsPath(home), 0o644);
  await storedCredentials(home, "one", warn);
  expect(warned).toEqual([expect.stringContaining("chmod 600")]);
});

test("storedCredentials > an error never quotes the file", async () => {
  await editCredentials(home, () => ({}));
  writeFileSync(credentialsPath(home), '{"one":{"apiKey":"sk-secret"');
  const error = await failure(storedCredentials(home, "one", () => undefined));
  expect(error).toBeInstanceOf(ClawError);
  expect(`${(error as ClawError).message} ${(error as ClawError).info.hint}`).not.toContain("sk-secret");
});

test("storeKey > beside what is there, for the owner only; a broken file is left alone", async () => {
  expect([await storeKey(home, "anthropic", "k1"), await storeKey(home, "other", "k2")]).toEqual(["file", "file"]);
  expect(await readCredentials(home)).toEqual({ anthropic: { apiKey: "k1" }, other: { apiKey: "k2" } });
  expect([statSync(credentialsPath(home)).mode & 0o777, statSync(home).mode & 0o777]).toEqual([0o600, 0o700]);
  writeFileSync(credentialsPath(home), "{ broken");
  await expect(storeKey(home, "anthropic", "k3")).rejects.toMatchObject({ code: "CLAW_CONFIG_INVALID" });
  expect(readFileSync(credentialsPath(home), "utf8")).toBe("{ broken");
});

test("storeKey > in a keychain that answers, and found there; in the file where none does", async () => {
  const entries = new Map<string, string>();
  const open: Keychain = { get: async (name) => entries.get(name), set: async (name, value) => void entries.set(name, value) };
  const locked: Keychain = { get: () => Promise.reject(new Error("it is locked")), set: () => Promise.reject(new Error("it is locked")) };
  expect([await keychainAnswers(open), await keychainAnswers(locked)]).toEqual([true, false]);
  await editCredentials(home, () => ({ one: { apiKey: "old", kept: "yes" } }));
  expect(await storeKey(home, "one", "k1", open)).toBe("keychain");
  expect(await readCredentials(home)).toEqual({ one: { kept: "yes", keychain: true } });
  expect([...entries]).toEqual([[keychainName(home, "one"), "k1"]]);
  const warned: string[] = [];
  const warn = (text: string) => void warned.push(text);
  expect(await storedCredentials(home, "one", warn, open)).toEqual({ kept: "yes", apiKey: "k1" });
  expect(await storedCredentials(home, "one", warn, locked)).toEqual({ kept: "yes" });
  entries.clear();
  expect(await storedCredentials(home, "one", warn, open)).toEqual({ kept: "yes" });
  expect(warned).toEqual(["the keychain did not give the key for one: it is locked", "the key for one is no longer in the keychain"]);
  expect(await storeKey(home, "one", "k2", locked)).toBe("file");
  expect(await storedCredentials(home, "one", warn, locked)).toEqual({ kept: "yes", apiKey: "k2" });
});
