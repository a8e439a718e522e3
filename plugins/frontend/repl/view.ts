// The renderer of the session in front: fed with every event, and with what a kept session has to show.
import type { AnyEvent, Host, Session } from "claw";
import { debugging, openOutput, type Screen } from "claw/kit";
import { replayEvents } from "./replay.ts";

export interface View extends AsyncDisposable {
  /** Shows Markdown, as if the model had said it. */
  tell(text: string): void;
  /** Shows the end of a kept session. */
  replay(session: Session): void;
  /** The terminal has shown this input by itself: its turn begins without it. */
  echoed(text: string): void;
}

/** `said` are notices from before there was somebody to show them. */
export async function openView(host: Host, screen: Screen, name: string, said: readonly AnyEvent[]): Promise<View> {
  const renderer = await host.get("renderer", name);
  const output = openOutput();
  await renderer.open(output.out, output.err);
  for (const event of said) renderer.render(event);
  const debug = debugging(host);
  let echoed: string | undefined;
  const listening = host.bus.onAny((event) => {
    const known = event.type === "turn.started" && event.data.text === echoed;
    renderer.render(known ? { ...event, data: { text: "" } } : event);
    if (known) echoed = undefined;
    const line = debug?.(event);
    if (line !== undefined) screen.print([line.trimEnd()]);
  });
  return {
    tell(text) {
      const data = { message: { role: "assistant", content: [{ type: "text", text }] } } as const;
      renderer.render({ type: "message.added", seq: 0, at: Date.now(), source: "claw", data } satisfies AnyEvent);
    },
    replay(session) {
      for (const event of replayEvents(session)) renderer.render(event);
    },
    echoed: (text) => {
      echoed = text;
    },
    async [Symbol.asyncDispose]() {
      listening[Symbol.dispose]();
      await renderer.close();
      await output.flush();
    },
  };
}
