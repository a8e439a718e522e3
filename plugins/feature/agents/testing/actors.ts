// A scripted model for several sessions at once: what it answers depends on the task a session was given.
import type { Block, Json, Request } from "claw";
import { createHarness, type Harness, type HarnessOptions, type Reply } from "claw/testing";

/** The plugins that sub-agents need. */
export const PLUGINS = [
  ...["feature/agents", "feature/tasks", "feature/workspace", "feature/permissions", "feature/shell", "feature/processes", "feature/limits"],
  ...["tool/agent", "tool/task-create", "tool/task-output", "tool/task-stop", "tool/bash", "tool/read-file", "tool/write-file"],
  ...["permission-mode/read-only", "permission-mode/workspace-write", "permission-mode/danger-full-access"],
];

/** Replies by what the first user message of a session begins with; each list is used up, then the actor says "done". */
export type Actors = Readonly<Record<string, readonly (Reply | ((request: Request) => Reply))[]>>;

export async function stage(actors: Actors, more: Partial<HarnessOptions> = {}): Promise<Harness> {
  const left = new Map(Object.entries(actors).map(([task, replies]) => [task, [...replies]]));
  const play = (request: Request): Reply => {
    const task = textOf(request.messages[0]?.content ?? []);
    const reply = [...left].find(([begin]) => task.startsWith(begin))?.[1].shift();
    return reply ?? { content: [{ type: "text", text: "done" }] };
  };
  const script = Array.from({ length: 500 }, () => play);
  const { config, plugins = PLUGINS, ...rest } = more;
  return createHarness({ plugins, script, config: { permissionMode: "workspace-write", ...(config as object) }, ...rest });
}

/** A reply with these calls. */
export function asks(...wanted: readonly (readonly [tool: string, input: Json])[]): Reply {
  return { content: wanted.map(([tool, input]) => ({ type: "call", id: crypto.randomUUID(), tool, input })), stop: "calls" };
}
export function agent(prompt: string, more: object = {}): readonly [string, Json] {
  return ["Agent", { description: "a part", prompt, ...more }];
}

export function textOf(content: readonly Block[]): string {
  return content.map((block) => (block.type === "text" ? block.text : block.type === "result" ? textOf(block.content) : "")).join("");
}
/** Results of all calls of the user's own session, in order. */
export function results(on: Harness): readonly string[] {
  const blocks = on.shell.session.messages.flatMap(({ content }) => content);
  return blocks.flatMap((block) => (block.type === "result" ? [textOf(block.content)] : []));
}
/** The requests of the sessions whose task begins so. */
export function requestsOf(on: Harness, task: string): readonly Request[] {
  return on.requests.filter(({ messages }) => textOf(messages[0]?.content ?? []).startsWith(task));
}
/** Resolves with the first event of that type that `which` accepts. */
export function seen(on: Harness, type: string, which: (data: { readonly [key: string]: unknown }) => boolean = () => true): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const listener = on.host.bus.onAny((event) => {
    if (event.type !== type || !which(event.data as { readonly [key: string]: unknown })) return;
    resolve();
    queueMicrotask(() => listener[Symbol.dispose]());
  });
  return promise;
}
