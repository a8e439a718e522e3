// Events, and what the renderer makes of them, for the tests beside this folder.
import type { AnyEvent, EventMap, Json } from "claw";
import { createHarness, type Harness } from "claw/testing";

export const PLUGINS = ["renderer/terminal", "feature/screen", "feature/theme"];
export type Given = readonly [keyof EventMap, Json, string?];

export function events(...given: Given[]): AnyEvent[] {
  const opened: Given = ["session.opened", { cwd: "/w", resumed: false }];
  return [opened, ...given].map(([type, data, session = "s"], seq) => ({ type, data, seq, at: seq, session, source: "claw" }) as unknown as AnyEvent);
}
/** What is written while no screen is open: all that is finished, in order. */
export async function shown(all: readonly AnyEvent[], config: Json = {}, harness?: Harness): Promise<string> {
  await using own = harness ?? (await createHarness({ plugins: PLUGINS, config, env: { NO_COLOR: "1", TERM: "xterm" } }));
  const renderer = await own.host.get("renderer", "terminal");
  let written = "";
  await renderer.open(
    (text) => {
      written += text;
    },
    () => undefined,
  );
  for (const event of all) renderer.render(event);
  await renderer.close();
  // Colours are off, but bold and dim are none.
  return written.replaceAll(/\x1b\[[\d;]*m/g, "");
}
export const turn: Given = ["turn.started", { text: "do it" }];
export const step: Given = ["step.started", { model: "m" }];
export const delta = (text: string): Given => ["text.delta", { delta: text }];
export const said = (text: string): Given => ["message.added", { message: { role: "assistant", content: [{ type: "text", text }] } }];
export const ended = (about: object = {}): Given => ["turn.ended", { outcome: "completed", ...about }];
export const started = (id: string, tool: string, subject = ""): Given => [
  "call.started",
  { id, tool, access: "read", subject, input: { given: subject } },
];
export const done = (id: string, tool: string, text: string, more: object = {}): Given => [
  "call.ended",
  { id, tool, failed: false, ms: 1, content: [{ type: "text", text }], ...more },
];
