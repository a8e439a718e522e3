// What a request is made of: its parts with their size, and the plugin each comes from. Reads only.
import { type Block, Inspecting, type Message, type PluginStatus, type TurnScope } from "claw";
import { Deferral, type InstructionFile, listTools, MemoryFiles, summaryOf } from "claw/kit";

/** The sort of a source. */
export const SORTS = ["system", "instructions", "tools", "messages", "results"] as const;
export type Sort = (typeof SORTS)[number];
/** One source. `plugin` is absent where it cannot be told, and for what people and the model said. */
export interface Source {
  readonly sort: Sort;
  readonly name: string;
  readonly bytes: number;
  readonly count?: number;
  readonly plugin?: string;
}

export async function sourcesOf(scope: TurnScope): Promise<readonly Source[]> {
  const plugins = (await scope.use(Inspecting)).plugins();
  const { system, messages } = await scope.draft();
  const { session, home, env, options } = scope;
  const memory = await scope.use(MemoryFiles).catch(() => undefined);
  const files = (await memory?.list({ cwd: session.cwd, home, env, options }))?.files ?? [];
  const tools = (await listTools(scope)).filter(({ state }) => state === "sent");
  return [
    ...system.flatMap((text) => systemSources(text, files, plugins)),
    ...tools.map(({ name, bytes, plugin }): Source => ({ sort: "tools", name, bytes, ...(plugin === undefined ? {} : { plugin }) })),
    ...said(messages),
    ...results(messages),
  ].filter(({ bytes }) => bytes > 0);
}

// --- internal ---

/** A part of the system prompt; one of instruction files by file. */
function systemSources(text: string, files: readonly InstructionFile[], plugins: readonly PluginStatus[]): readonly Source[] {
  const title = titleOf(text);
  const plugin = pluginOf(title, plugins);
  const own = plugin === undefined ? {} : { plugin };
  const held = text.includes("<instructions from=") ? files.flatMap((file) => frameOf(text, file)) : [];
  const rest = Buffer.byteLength(text) - held.reduce((sum, { bytes }) => sum + bytes, 0);
  return [
    { sort: "system", name: title, bytes: rest, ...own },
    ...held.map(({ path, bytes }): Source => ({ sort: "instructions", name: path, bytes, ...own })),
  ];
}

function frameOf(text: string, { path }: InstructionFile): readonly { readonly path: string; readonly bytes: number }[] {
  const start = text.indexOf(`<instructions from=${JSON.stringify(path)} `);
  const end = start < 0 ? -1 : text.indexOf("</instructions>", start);
  return end < 0 ? [] : [{ path, bytes: Buffer.byteLength(text.slice(start, end)) + "</instructions>".length }];
}

/** The heading that a part begins with; without one it is the prompt itself. */
function titleOf(text: string): string {
  return /^# (.{1,60})$/m.exec(text.slice(0, text.indexOf("\n") < 0 ? undefined : text.indexOf("\n")))?.[1]?.trim() ?? "Prompt";
}

/** Parts are named after their plugin, or after the service that fills them. */
function pluginOf(title: string, plugins: readonly PluginStatus[]): string | undefined {
  const word = title.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  const service = { instructions: MemoryFiles.id, "more-tools": Deferral.id }[word];
  const drafting = plugins.filter(({ manifest, state }) => state !== "off" && manifest.hooks?.draft !== undefined);
  const named = word === "prompt" ? "system-prompt" : word;
  const found = drafting.find(({ name, manifest }) =>
    service === undefined ? name.endsWith(`-${named}`) : manifest.provides?.includes(service) === true,
  );
  return found?.name;
}

/** What people and the model said, by who and how. */
function said(messages: readonly Message[]): readonly Source[] {
  const sums = new Map<string, { bytes: number; count: number }>();
  const add = (name: string, bytes: number): void => {
    const { bytes: before, count } = sums.get(name) ?? { bytes: 0, count: 0 };
    sums.set(name, { bytes: before + bytes, count: count + 1 });
  };
  for (const message of messages) {
    const summed = summaryOf(message) !== undefined;
    for (const [at, block] of message.content.entries()) {
      if (block.type === "result") continue;
      const name = summed && at === 0 ? "summary" : block.type === "text" ? message.role : WORDS[block.type];
      add(name, sizeOf(block));
    }
  }
  return [...sums].map(([name, { bytes, count }]) => ({ sort: "messages", name, bytes, count }));
}

/** Results by the tool that was called. */
function results(messages: readonly Message[]): readonly Source[] {
  const blocks = messages.flatMap(({ content }) => content);
  const tools = new Map(blocks.flatMap((block) => (block.type === "call" ? [[block.id, block.tool] as const] : [])));
  const groups = Map.groupBy(
    blocks.filter((block) => block.type === "result"),
    ({ id }) => tools.get(id) ?? "unknown",
  );
  return [...groups].map(([name, own]) => ({ sort: "results", name, bytes: own.reduce((sum, block) => sum + sizeOf(block), 0), count: own.length }));
}

const WORDS = { thinking: "thinking", image: "images", call: "calls" } as const;
/** What an image costs, as bytes of text. */
const IMAGE = 6_400;

function sizeOf(block: Block): number {
  if (block.type === "result") return block.content.reduce((sum, one) => sum + sizeOf(one), 0);
  if (block.type === "image") return IMAGE;
  return Buffer.byteLength(block.type === "call" ? JSON.stringify(block.input) : block.text);
}
