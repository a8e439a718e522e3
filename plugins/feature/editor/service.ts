// The editor service: opens line editors, and changes the keymap of all of them at once.
import { ClawError, Inspecting, type PluginScope } from "claw";
import {
  Completion,
  didYouMean,
  type Editor,
  type EditorAction,
  type EditorInput,
  type EditorOptions,
  Histories,
  type Keymap,
  keymapToken,
} from "claw/kit";
import { type Bindings, COMMON, Keys, readBindings } from "./bindings.ts";
import { EditedLine } from "./line-editor.ts";

/** `wanted` is the name of the keymap to start with; one that cannot be had is said, and the default taken. */
export async function createEditor(scope: PluginScope, wanted: string): Promise<Editor> {
  // What is wrong is found before anybody can show it: it waits for a session, or the first key.
  const problems: string[] = [];
  const warn = (text: string): void => void problems.push(text);
  const tell = (): void => {
    for (const text of problems.splice(0)) scope.bus.emit("notice.raised", { level: "warn", text });
  };
  scope.bus.on("session.opened", tell);
  const own = await readBindings(scope.home, warn);
  const lines = new Set<EditedLine>();
  let current = await firstKeymap(scope, wanted, warn);
  const keysOf = (keymap: Keymap): Keys => new Keys([own, keymap.bindings, COMMON]);
  return {
    async open(options) {
      const line: EditedLine = new EditedLine({
        ...{ cwd: options.cwd, keymap: current, own: new Keys([own]), keys: keysOf(current) },
        ...(options.completion === true && { completion: () => scope.use(Completion) }),
        clipboard: async () => (await import("./clipboard.ts")).readClipboard(scope.env),
        wrong: async (image) => (await import("./images.ts")).wrongOf(image),
        said: (level, text) => scope.bus.emit("notice.raised", { level, text }),
        pressed: tell,
        closed: (closed) => void lines.delete(closed),
      });
      lines.add(line);
      if (options.history === true) void attachHistory(scope, line, options);
      return line;
    },
    async blocks({ images }: EditorInput) {
      const { blockOf } = await import("./images.ts");
      const blocks = [];
      // One after the other: each may be many megabytes.
      for (const image of images) blocks.push(await blockOf(image));
      return blocks;
    },
    get keymap() {
      return current.name;
    },
    keymaps: () => keymapsOf(scope),
    async useKeymap(name) {
      current = await findKeymap(scope, name);
      for (const line of lines) line.use(current, keysOf(current));
    },
    bindings: async () => bound(own, current),
  };
}

// --- internal ---

const DEFAULT = "emacs";
/** Names of before. */
const ALIASES: Readonly<Record<string, string>> = { default: DEFAULT, normal: DEFAULT, readline: DEFAULT, vi: "vim" };
const TOKEN = /^claw\.keymap-([a-z0-9-]+)@1$/;

async function keymapsOf(scope: PluginScope): Promise<readonly string[]> {
  const plugins = (await scope.use(Inspecting)).plugins().filter(({ state }) => state !== "off");
  return plugins.flatMap(({ manifest }) => (manifest.provides ?? []).flatMap((id) => TOKEN.exec(id)?.[1] ?? [])).sort();
}

async function findKeymap(scope: PluginScope, given: string): Promise<Keymap> {
  const name = ALIASES[given] ?? given;
  const known = await keymapsOf(scope);
  if (known.includes(name)) return scope.use(keymapToken(name));
  const hint = didYouMean(name, known) || `Known: ${known.join(", ")}.`;
  throw new ClawError("CLAW_USAGE", `there is no keymap "${name}"`, { hint });
}

async function firstKeymap(scope: PluginScope, wanted: string, warn: (text: string) => void): Promise<Keymap> {
  try {
    return await findKeymap(scope, wanted);
  } catch (thrown) {
    if (!(thrown instanceof ClawError)) throw thrown;
    warn(`editorMode: ${[thrown.message, thrown.info.hint ?? ""].join(". ")} The keymap is ${DEFAULT}.`);
    return scope.use(keymapToken(DEFAULT));
  }
}

/** Without a history there is none to go back in; why, was announced. */
async function attachHistory(scope: PluginScope, line: EditedLine, { cwd }: EditorOptions): Promise<void> {
  const histories = await scope.use(Histories).catch(() => undefined);
  const history = await histories?.open(cwd).catch(() => undefined);
  if (history !== undefined) line.history = history;
}

function bound(own: Bindings, keymap: Keymap): readonly Readonly<{ keys: string; action: EditorAction }>[] {
  const { all } = new Keys([own, keymap.bindings, COMMON]);
  return [...all].flatMap(([keys, action]) => (action === null ? [] : [{ keys, action }]));
}
