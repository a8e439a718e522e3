// The first run without credentials: what can be done about it, offered once, and done. Nothing is sent anywhere but to a server on this machine.
import type { Env, Host, Shell } from "claw";
import { credentialsPath, editSettings, type Keychain, keychainAnswers, type PickItem, pick, storeKey } from "claw/kit";
import { missingCredentials } from "./missing.ts";
import type { Questions } from "./questions.ts";

/** What came of it: what to tell the person, and whether they want to see the demo. */
export type Offered = Readonly<{ said?: string; demo?: true }>;

/** Where it happens. Keys go into `keychain`, where it answers. */
export interface OfferOptions {
  readonly shell: Shell;
  readonly host: Host;
  readonly questions: Questions;
  readonly keychain?: Keychain | undefined;
  readonly signal: AbortSignal;
}

/** Offers a key, a local server that is found, and the demo. */
export async function offer(options: OfferOptions): Promise<Offered> {
  const { shell, host, questions, signal } = options;
  const keychain = options.keychain !== undefined && (await keychainAnswers(options.keychain)) ? options.keychain : undefined;
  const where = keychain === undefined ? `${credentialsPath(host.home)}, for you alone to read` : "the keychain of your system";
  const items: PickItem<Cure>[] = [{ label: "Store an API key", detail: `kept in ${where}`, value: "key" }];
  for (const one of await otherProviders(shell, host)) items.push({ label: `Use ${one.provider}`, detail: one.model, value: one });
  const local = host.names("provider").includes(OLLAMA) ? await findOllama(host.env) : undefined;
  if (local !== undefined) {
    const value = { provider: OLLAMA, model: local.model };
    items.push({ label: `Use the local server at ${local.url}`, detail: `model ${local.model}, kept in your settings`, value });
  }
  if (host.names("command").includes("demo")) items.push({ label: "See the demo", detail: "scripted words, real work, no key", value: "demo" });
  items.push({ label: "Later", value: "later" });
  const cure = await pick(questions, "There are no credentials for a model yet. What would you like?", items, signal);
  if (cure === undefined || cure === "later") return {};
  if (cure === "demo") return { demo: true };
  if (cure === "key") return storeGiven({ ...options, keychain });
  await use(cure.provider, cure.model, shell, host);
  return { said: `Using ${cure.model} of ${cure.provider} from now on; it is in your settings.` };
}

/** A server of Ollama on this machine, with the first model it has. */
export async function findOllama(env: Env): Promise<Readonly<{ url: string; model: string }> | undefined> {
  const given = env["OLLAMA_HOST"]?.trim() || "127.0.0.1:11434";
  const url = (/^https?:\/\//.test(given) ? given : `http://${given}`).replace("//0.0.0.0", "//127.0.0.1").replace(/\/+$/, "");
  try {
    const reply = await fetch(`${url}/api/tags`, { signal: AbortSignal.timeout(PROBE_MS) });
    const { models } = (await reply.json()) as { readonly models?: readonly { readonly name?: unknown }[] };
    const names = models?.flatMap(({ name }) => (typeof name === "string" ? [name] : [])) ?? [];
    const model = names.find((name) => !/embed|minilm|bge-/i.test(name));
    return model === undefined ? undefined : { url, model };
  } catch {
    return undefined;
  }
}

/** Whose key it is, by how it begins; several where that does not say. */
export function ownersOf(key: string, providers: readonly string[]): readonly string[] {
  const known = PREFIXES.find(([prefix]) => key.startsWith(prefix))?.[1] ?? LABELS.map(([name]) => name);
  return known.filter((name) => providers.includes(name));
}

// --- internal ---

type Cure = "key" | "demo" | "later" | Readonly<{ provider: string; model: string }>;

const OLLAMA = "ollama";

/** Finds providers by a model's name, so that none needs to be selected. */
const AUTO = "auto";

const PROBE_MS = 300;

const PREFIXES: readonly (readonly [string, readonly string[]])[] = [
  ["sk-ant-", ["anthropic"]],
  ["sk-or-", ["openrouter"]],
  ["sk-proj-", ["openai"]],
  ["sk-svcacct-", ["openai"]],
  ["gsk_", ["groq"]],
  ["xai-", ["xai"]],
  ["AIza", ["google"]],
  ["sk-", ["openai", "deepseek", "dashscope", "anthropic"]],
];

const LABELS: readonly (readonly [string, string])[] = [
  ["anthropic", "Anthropic"],
  ["openai", "OpenAI"],
  ["google", "Google"],
  ["openrouter", "OpenRouter"],
  ["xai", "xAI"],
  ["deepseek", "DeepSeek"],
  ["groq", "Groq"],
  ["mistral", "Mistral"],
  ["dashscope", "Alibaba Cloud"],
];

/** Other providers that could be asked at once: they find credentials of their own. */
async function otherProviders(shell: Shell, host: Host): Promise<readonly Readonly<{ provider: string; model: string }>[]> {
  const names = host.names("provider").filter((name) => name !== shell.selection.provider && LABELS.some(([known]) => known === name));
  const found = names.map(async (provider) => {
    try {
      return [{ provider, model: (await (await host.get("provider", provider)).resolve("default")).id }];
    } catch {
      return [];
    }
  });
  return (await Promise.all(found)).flat();
}

async function storeGiven({ shell, host, questions, keychain, signal }: OfferOptions): Promise<Offered> {
  const key = await questions.secret("Paste your API key.", signal);
  if (key === undefined || key === "") return {};
  if (/[\s\p{Cc}]/u.test(key)) return { said: "That is no key: it has blanks in it. Nothing was stored." };
  const owners = ownersOf(key, host.names("provider"));
  const items = owners.map((value) => ({ label: LABELS.find(([name]) => name === value)?.[1] ?? value, value }));
  const owner = owners.length === 1 ? owners[0] : await pick(questions, "Whose key is it?", items, signal);
  if (owner === undefined) return { said: "Nothing was stored." };
  const kept = await storeKey(host.home, owner, key, keychain);
  const said = `The key for ${owner} is in ${kept === "keychain" ? "the keychain of your system" : credentialsPath(host.home)}.`;
  if (owner === shell.selection.provider || (await missingCredentials(shell, host)) === undefined) return { said };
  await use(owner, "default", shell, host);
  return { said: `${said} ${owner} is asked from now on; that is in your settings.` };
}

/** From now on, and in sessions to come. */
async function use(provider: string, model: string, shell: Shell, host: Host): Promise<void> {
  const routed = shell.selection.provider === AUTO;
  const chosen = routed ? { model: model === "default" ? provider : `${provider}/${model}` } : { provider, model };
  shell.select(chosen);
  await editSettings(host.home, "the choice", () => Object.entries(chosen).map(([key, value]) => ({ path: [key], value })));
}
