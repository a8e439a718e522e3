// Sessions to shorten, and the scope of a real turn, for this compactor's tests.
import { definePlugin, defineTool, type Message, type Model, type Session, type Shell, type TurnScope, type Usage } from "claw";
import { createSession } from "claw/kit";
import * as v from "valibot";
import type { extract } from "./extract.ts";

const file = (name: string, access: "read" | "write") =>
  defineTool({
    name,
    description: "a file tool for tests",
    input: v.strictObject({ path: v.string() }),
    access: () => access,
    subject: ({ path }) => path,
    paths: ({ path }) => [path],
    run: async ({ path }) => ({ content: [{ type: "text", text: `of ${path} ${"x".repeat(16_000)}` }] }),
  });
const scopes = new WeakMap<Session, TurnScope>();
export const tools = definePlugin({
  setup({ contribute, hooks }) {
    contribute("tool", file("read_file", "read"));
    contribute("tool", file("write_file", "write"));
    contribute(
      "tool",
      defineTool({
        name: "bash",
        description: "a shell for tests",
        input: v.strictObject({ command: v.string() }),
        access: () => "execute",
        subject: ({ command }) => command,
        run: async () => ({ content: [] }),
      }),
    );
    hooks.draft.tap((_, scope) => {
      scopes.set(scope.session, scope);
      return undefined;
    });
  },
});
/** Works with the scope of a real turn of `harness`, which must have `tools`. */
export async function inTurn<H extends AsyncDisposable & { readonly shell: Shell; submit(text: string): Promise<unknown> }, T>(
  booting: Promise<H>,
  work: (scope: TurnScope, harness: H) => Promise<T>,
): Promise<T> {
  await using harness = await booting;
  await harness.submit("hi");
  const scope = scopes.get(harness.shell.session);
  if (scope === undefined) throw new Error("no turn ran");
  return await work(scope, harness);
}

export const said = (text: string): Message => ({ role: "user", content: [{ type: "text", text }] });
export const answered = (text: string): Message => ({ role: "assistant", content: [{ type: "text", text }] });
export const asked = (id: string, tool: string, input: { path: string } | { command: string }): Message => ({
  role: "assistant",
  content: [{ type: "call", id, tool, input }],
});
export const result = (id: string, text: string, failed = false): Message => ({
  role: "user",
  content: [{ type: "result", id, content: [{ type: "text", text }], failed }],
});
export const texts = (messages: readonly Message[]): string =>
  messages
    .flatMap((one) => one.content)
    .flatMap((block) => (block.type === "text" ? [block.text] : []))
    .join("\n");
/** `count` exchanges of a request, a call of 1,000 characters and an answer. */
export const work = (count: number, from = 0): Message[] =>
  Array.from({ length: count }, (_, index) => index + from).flatMap((index) => [
    said(`request ${index}`),
    asked(`c${index}`, index % 3 === 0 ? "write_file" : "read_file", { path: `src/file-${index}.ts` }),
    result(`c${index}`, "y".repeat(1_000), index % 5 === 4),
    answered(`conclusion ${index}`),
  ]);
export const model: Model = { id: "m", context: 100_000, maxOutput: 10_000 };
export const usage = (input: number): Usage => ({ input, output: 100, cacheRead: 0, cacheWrite: 0 });
export const session = async (messages: readonly Message[]): Promise<Session> => {
  const made = createSession({ id: "s", cwd: "/" });
  for (const message of messages) await made.append(message);
  return made;
};
export const after = (messages: readonly Message[], { summary, dropped }: Awaited<ReturnType<typeof extract>>): Message[] => [
  ...summary,
  ...messages.slice(dropped),
];
/** Throws unless each call is answered by the messages right after it, and nothing else is. */
export function sound(messages: readonly Message[]): void {
  const open = new Set<string>();
  const must = (kept: boolean, what: string): void => {
    if (!kept) throw new Error(`${what} in ${JSON.stringify(messages).slice(0, 500)}`);
  };
  for (const message of messages) {
    if (message.role === "assistant") must(open.size === 0, `no result of ${[...open]}`);
    for (const block of message.content) {
      if (block.type === "call") open.add(block.id);
      if (block.type === "result") must(open.delete(block.id), `no call of ${block.id}`);
    }
  }
  must(open.size === 0, `no result of ${[...open]}`);
}
