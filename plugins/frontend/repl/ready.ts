// What happens once the prompt stands: the first input, the offer of credentials where there are none, and loading what the first turn will need.
import { type Host, wrap } from "claw";
import { failureOf, type Keychain, type Screen } from "claw/kit";
import type { Conversation } from "./conversation.ts";
import type { Questions } from "./questions.ts";

export interface ReadyOptions {
  readonly host: Host;
  readonly screen: Screen;
  readonly conversation: Conversation;
  readonly questions: Questions;
  readonly keychain?: Keychain | undefined;
  /** What the session starts with; empty for nothing. */
  readonly text: string;
  readonly signal: AbortSignal;
}

/** Never rejects. */
export async function getReady({ host, screen, conversation, questions, keychain, text, signal }: ReadyOptions): Promise<void> {
  const start = (): void => {
    if (text !== "") conversation.add({ kind: "turn", text });
  };
  try {
    const { missingCredentials } = await import("./missing.ts");
    if (!(await missingCredentials(conversation.shell, host))) {
      start();
      if (text === "") await prefetch(host, signal);
      return;
    }
    // It stands in the line of inputs: what is typed meanwhile comes after it.
    const offered = Promise.withResolvers<void>();
    conversation.add({
      kind: "other",
      text: "",
      run: async (shell) => {
        try {
          const { offer } = await import("./first-run.ts");
          const { said, demo } = await offer({ shell, host, questions, keychain, signal });
          if (said !== undefined) host.bus.emit("notice.raised", { level: "info", text: said });
          if (demo === true) await screen.lend(showDemo);
        } finally {
          offered.resolve();
        }
        return [];
      },
    });
    await offered.promise;
    start();
  } catch (thrown) {
    host.bus.emit("error.raised", failureOf(wrap(thrown, "CLAW_BUG")));
  }
}

// --- internal ---

const IDLE_MS = 100;

/** A claw of its own, with the terminal as long as it runs. */
function showDemo(): Promise<number> {
  const self = Bun.isStandaloneExecutable ? [process.execPath] : [process.execPath, Bun.main];
  return Bun.spawn([...self, "demo"], { stdio: ["inherit", "inherit", "inherit"] }).exited;
}

/** What the first turn asks for. One after another, so that a key that is pressed meanwhile does not wait for all of them. */
async function prefetch(host: Host, signal: AbortSignal): Promise<void> {
  for (const kind of ["permission-mode", "tool"] as const) {
    for (const name of host.names(kind)) {
      await new Promise<void>((resolve) => setTimeout(resolve, kind === "tool" ? 1 : IDLE_MS / 10));
      if (signal.aborted) return;
      // One that cannot be loaded is announced when it is used.
      await (kind === "tool" ? host.spec(name) : host.get(kind, name)).catch(() => undefined);
    }
  }
}
