// A screen on a terminal emulator, for the tests beside this folder.
import { Terminal } from "@xterm/headless";
import type { Device, Listeners } from "../device.ts";
import { TerminalScreen } from "../screen.ts";

/** A screen on a terminal emulator, closed when disposed. `hold` is what keeps the terminal from taking what is written, as a slow one does. */
export function openEmulated({
  columns = 40,
  rows = 12,
  plain = false,
  env = { TERM: "xterm-256color", TERM_PROGRAM: "vscode" } as Record<string, string>,
} = {}) {
  const emulator = new Terminal({ cols: columns, rows, scrollback: 5_000, allowProposedApi: true });
  const state = { written: "", raw: false, hold: false, busy: false, exits: [] as number[], errors: [] as unknown[] };
  const exited = Promise.withResolvers<number>();
  let listeners: Listeners | undefined;
  let held: PromiseWithResolvers<void> | undefined;
  const device: Device = {
    get columns() {
      return emulator.cols;
    },
    get rows() {
      return emulator.rows;
    },
    get busy() {
      return state.busy;
    },
    write(text) {
      state.written += text;
      emulator.write(text);
      if (!state.hold) return;
      state.busy = true;
      held ??= Promise.withResolvers<void>();
    },
    writeNow: (text) => device.write(text),
    drained: async () => {
      await held?.promise;
      await new Promise<void>((resolve) => emulator.write("", resolve));
    },
    take: (raw) => {
      state.raw = raw;
    },
    give: () => {
      state.raw = false;
    },
    stop: async () => {
      state.written += "[stopped]";
    },
    close: () => undefined,
  };
  const screen = new TerminalScreen({
    env,
    colors: 256,
    plain,
    device: async (heard) => {
      listeners = heard;
      return device;
    },
    failed: (error) => void state.errors.push(error),
    exit: (code) => exited.resolve(state.exits.push(code)),
  });
  const shown = async (all = false): Promise<string[]> => {
    await screen.flush();
    await device.drained();
    return readLines(emulator, all);
  };
  return {
    screen,
    emulator,
    state,
    /** Resolves when the process would have ended. */
    exited: exited.promise,
    shown,
    type: (text: string) => listeners?.data(new TextEncoder().encode(text)),
    tell: (name: "exit" | "gone") => listeners?.[name](),
    signal: (name: Parameters<Listeners["signal"]>[0]) => listeners?.signal(name),
    release() {
      [state.hold, state.busy] = [false, false];
      held?.resolve();
      held = undefined;
      listeners?.drain();
    },
    resize(width: number, height: number) {
      emulator.resize(width, height);
      listeners?.resize();
    },
    [Symbol.asyncDispose]: () => screen.close(),
  };
}

/** The same, with the terminal taken. */
export async function startEmulated(options?: Parameters<typeof openEmulated>[0]): Promise<ReturnType<typeof openEmulated>> {
  const emulated = openEmulated(options);
  await emulated.screen.open();
  return emulated;
}

// --- internal ---

/** What is in sight, or all there is; rows that the terminal wrapped are one line. */
function readLines(emulator: Terminal, all: boolean): string[] {
  const { active } = emulator.buffer;
  const lines: string[] = [];
  for (let at = all ? 0 : active.baseY; at < active.length; at++) {
    const line = active.getLine(at);
    const text = line?.translateToString(true).trimEnd() ?? "";
    if (line?.isWrapped && lines.length > 0) lines.push(lines.pop()! + text);
    else lines.push(text);
  }
  while (lines.at(-1) === "") lines.pop();
  return lines;
}
