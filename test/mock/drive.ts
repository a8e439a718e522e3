// Drives the provider `anthropic` of a real host against a mock server, for the tests beside this file.
import type { Block, ClawError, Finish, Json, Message, Model, Part, Provider, Request } from "claw";
import { createHarness, type Harness } from "claw/testing";
import { type Answer, createMock, type Mock, type MockOptions } from "./mock.ts";

export const KEY = "sk-ant-api03-canary-0123456789";
export const MODEL: Model = { id: "claude-mock-1", context: 200_000, maxOutput: 1_000 };

/** A mock server and a provider that speaks to it. */
export interface Drive<M = Mock> extends AsyncDisposable {
  readonly mock: M;
  readonly harness: Harness;
  readonly provider: Provider;
  /** One request and all of its parts, or what it threw after them. */
  ask(change?: Partial<Request>, signal?: AbortSignal): Promise<Heard>;
}
export interface Heard {
  readonly parts: readonly Part[];
  readonly text: string;
  readonly calls: readonly Part[];
  readonly finish?: Finish;
  readonly error?: ClawError;
}
export interface DriveOptions extends Partial<MockOptions> {
  readonly replies: readonly Answer[];
  readonly slice?: { readonly [key: string]: Json };
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts both. */
export async function createDrive({ slice, env, ...options }: DriveOptions): Promise<Drive> {
  const mock = createMock(options);
  const harness = await createHarness({
    plugins: ["provider/anthropic"],
    config: { plugins: { "@claw/provider-anthropic": slice ?? {} } },
    env: { ANTHROPIC_BASE_URL: mock.url, ANTHROPIC_API_KEY: KEY, ...env },
  });
  return driveOf(mock, harness, "anthropic", MODEL);
}

/** The provider of that name in the host, which asks the server for this model. Both end when disposed. */
export async function driveOf<M extends AsyncDisposable>(mock: M, harness: Harness, name: string, model: Model): Promise<Drive<M>> {
  const provider = await harness.host.get("provider", name);
  return {
    mock,
    harness,
    provider,
    ask: (change, signal = new AbortController().signal) => hear(provider.stream(requestOf({ model, ...change }), signal)),
    async [Symbol.asyncDispose]() {
      await harness[Symbol.asyncDispose]();
      await mock[Symbol.asyncDispose]();
    },
  };
}

/** A request that says hello, with `change`. */
export function requestOf(change: Partial<Request> = {}): Request {
  return { model: MODEL, system: ["Be brief."], messages: [said("hello")], tools: [], maxOutput: 1_000, options: {}, ...change };
}

export function said(...content: readonly (string | Block)[]): Message {
  return { role: "user", content: content.map((block) => (typeof block === "string" ? { type: "text", text: block } : block)) };
}

/** Everything a stream yields. */
export async function hear(stream: AsyncIterable<Part>): Promise<Heard> {
  const parts: Part[] = [];
  let error: ClawError | undefined;
  try {
    for await (const part of stream) parts.push(part);
  } catch (thrown) {
    error = thrown as ClawError;
  }
  const finish = parts.at(-1);
  return {
    parts,
    text: parts.flatMap((part) => (part.type === "text" ? [part.delta] : [])).join(""),
    calls: parts.filter((part) => part.type === "call"),
    ...(finish?.type === "finish" ? { finish } : {}),
    ...(error === undefined ? {} : { error }),
  };
}
