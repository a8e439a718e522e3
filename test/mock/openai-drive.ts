// Drives the providers of OpenAI's protocol on a real host against a mock server, for the tests beside this file.
import type { Json, Model } from "claw";
import { createHarness } from "claw/testing";
import { driveOf } from "./drive.ts";
import { createOpenAIMock, type OpenAIMockOptions } from "./openai.ts";

export const KEY = "sk-proj-canary-0123456789";
export const MODEL: Model = { id: "mock-1", context: 100_000, maxOutput: 1_000 };

type Extra = Readonly<{
  name?: string;
  slice?: { readonly [key: string]: Json };
  env?: Record<string, string>;
  ollama?: NonNullable<OpenAIMockOptions["ollama"]>;
}>;
/** A server that plays these, and a provider that asks it. */
export async function drive(replies: OpenAIMockOptions["replies"], { name = "openai", slice = {}, env = {}, ollama }: Extra = {}) {
  const mock = createOpenAIMock({ replies, ...(ollama === undefined ? {} : { ollama }) });
  const base =
    name === "ollama" ? { OLLAMA_HOST: mock.url } : { [`${name.toUpperCase()}_BASE_URL`]: `${mock.url}/v1`, [`${name.toUpperCase()}_API_KEY`]: KEY };
  const config = { plugins: { "@claw/provider-openai": { [name]: slice } } };
  const harness = await createHarness({ plugins: ["provider/openai"], config, env: { ...base, ...env } });
  return driveOf(mock, harness, name, MODEL);
}

/** A chunk of Chat Completions with one choice. */
export const chunk = (delta: object, finish: string | null = null): object => ({ id: "c", choices: [{ index: 0, delta, finish_reason: finish }] });
