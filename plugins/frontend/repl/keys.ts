// What the editor's effects do to the session: submit, stop, quit, and the rest that keys ask for.
import { type Host, wrap } from "claw";
import {
  copyText,
  type Editor,
  type EditorEffect,
  type EditorInput,
  type FrontendAction,
  failureOf,
  type LineEditor,
  type Screen,
  type Themes,
} from "claw/kit";
import { runBeside } from "./beside.ts";
import type { Conversation } from "./conversation.ts";
import { remember } from "./memory-line.ts";
import { editOutside } from "./outside.ts";
import type { Prompt } from "./prompt.ts";
import type { Questions } from "./questions.ts";
import { runShellLine } from "./shell-line.ts";

export interface KeysOptions {
  readonly host: Host;
  readonly screen: Screen;
  readonly themes: Themes;
  readonly line: LineEditor;
  /** Absent when there is none: images then stay what they are in the text. */
  readonly editor: Editor | undefined;
  readonly prompt: Prompt;
  readonly questions: Questions;
  readonly conversation: Conversation;
  /** Steps to the next permission mode, and names it. */
  nextMode(): string;
  /** Ends the session. */
  leave(): void;
  /** Aborts when the session ends. */
  readonly signal: AbortSignal;
}
export interface Keys {
  take(effect: EditorEffect): void;
  /** Stops what runs; what waited goes back into the editor. */
  stop(): void;
}

export function createKeys(at: KeysOptions): Keys {
  const { conversation, line, prompt, host } = at;
  /** Until when another Ctrl-C ends the session. */
  let armed = Number.NEGATIVE_INFINITY;

  const stop = (): void => {
    const left = conversation.stop("interrupt");
    if (left.length > 0) line.replace([...left, line.text].filter((text) => text !== "").join("\n"));
    prompt.update();
    // Most is over before anybody could read that; a program that ignores signals takes longer.
    setTimeout(() => conversation.busy && prompt.hint("stopping…"), SOON_MS).unref();
  };
  const interrupt = (used: boolean, again: boolean): void => {
    const now = performance.now();
    if (again && now < armed) at.leave();
    else if (!(conversation.busy && used)) {
      if (conversation.busy) stop();
      armed = now + AGAIN_MS;
      prompt.hint("ctrl-c again to quit");
    }
  };
  const leaveOff = (used: boolean, again: boolean): void => {
    if (conversation.busy) stop();
    else if (used || line.text !== "" || !host.names("command").includes("rewind")) return;
    else if (again) conversation.add({ kind: "turn", text: "/rewind" });
    else prompt.hint("esc again to rewind");
  };
  return {
    stop,
    take(effect) {
      switch (effect.kind) {
        case "submit":
          submit(effect.input, at);
          break;
        case "escape":
          leaveOff(effect.used, effect.again);
          break;
        case "interrupt":
          interrupt(effect.used, effect.again);
          break;
        case "exit":
          at.leave();
          break;
        case "open-editor":
          void attempt(at, async () => line.replace(await editOutside(effect.text, host.env, at.screen))).then(prompt.update);
          break;
        case "copy":
          void attempt(at, async () => {
            if (!(await copyText(effect.text, host.env))) prompt.hint("there is no program for the clipboard");
          });
          break;
        case "act":
          act(effect.action, at);
          break;
      }
    },
  };
}

// --- internal ---

const AGAIN_MS = 2_000;
const SOON_MS = 80;
/** Nobody who says this wants to wait for the end of a turn. */
const LEAVING = /^\/(?:exit|quit)$/i;

function submit(input: EditorInput, at: KeysOptions): void {
  const { conversation, host, screen, themes, questions, signal } = at;
  const { kind, text, body } = input;
  if (kind === "shell") {
    if (body.trim() === "") return;
    conversation.add({ kind: "other", text, run: (shell) => runShellLine(body.trim(), shell, { host, screen, themes }) });
  } else if (kind === "memory") {
    const said = (what: string): void => host.bus.emit("notice.raised", { level: "info", text: what });
    conversation.add({
      kind: "other",
      text,
      run: ({ session }) => remember(body, { cwd: session.cwd, home: host.home, ask: questions, signal, said }),
    });
  } else if (conversation.busy && LEAVING.test(text.trim())) at.leave();
  else if (input.images.length > 0 && at.editor !== undefined) void withImages(input, at.editor, at);
  else if (text.trim() !== "" && !(conversation.busy && runBeside(text.trim(), conversation.shell, host)))
    conversation.add({ kind: "turn", text: text.trim() });
}

/** An image that cannot be had brings the text back. */
async function withImages(input: EditorInput, editor: Editor, at: KeysOptions): Promise<void> {
  try {
    at.conversation.add({ kind: "turn", text: input.text.trim(), blocks: await editor.blocks(input) });
  } catch (thrown) {
    at.host.bus.emit("error.raised", failureOf(wrap(thrown, "CLAW_TOOL_INPUT_INVALID")));
    at.line.replace([input.text, at.line.text].filter((text) => text !== "").join("\n"));
    at.prompt.update();
  }
}

function act(action: FrontendAction, at: KeysOptions): void {
  const { host, screen, prompt } = at;
  switch (action) {
    case "cycle-mode": {
      const mode = at.nextMode();
      if (screen.plain) screen.print([`permission mode: ${mode}`]);
      else prompt.hint(`permission mode: ${mode}`);
      break;
    }
    case "toggle-details":
      host.bus.emit("view.toggled", { view: "details" });
      break;
    case "toggle-todos":
      host.bus.emit("view.toggled", { view: "todos" });
      break;
    case "toggle-thinking":
      host.bus.emit("view.toggled", { view: "thinking" });
      break;
    case "clear-screen":
      scrollAway(screen);
      break;
    case "suspend":
      void attempt(at, () => screen.suspend());
      break;
  }
}

/** What is in sight goes up into the scrollback: nothing is lost. */
export function scrollAway(screen: Screen): void {
  screen.print(Array.from({ length: screen.rows }, () => ""));
}

async function attempt({ host }: KeysOptions, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    host.bus.emit("error.raised", failureOf(wrap(thrown, "CLAW_TOOL_FAILED")));
  }
}
