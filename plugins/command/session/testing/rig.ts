// For the tests beside it: a host with the store, sessions to keep, and a seat that notes where the person was led.
import { type CommandOutcome, definePlugin, type Loadable } from "claw";
import { type GoOn, Interactive } from "claw/kit";
import { createHarness, type Harness } from "claw/testing";

/** Stands for the frontend that a person sits at. */
function seat(went: GoOn[]): Loadable {
  const manifest = { api: 1, provides: ["claw.interactive@1"] } as const;
  const plugin = definePlugin({
    setup({ provide }) {
      provide(Interactive, { goOn: (where) => void went.push(where), suggest: () => {} });
    },
  });
  return { name: "seat", version: "0.0.0", manifest, load: async () => ({ default: plugin }) };
}
export async function rig(answers?: readonly string[]): Promise<Harness & { readonly went: GoOn[]; keep(text: string): Promise<string> }> {
  const went: GoOn[] = [];
  const plugins = ["command/session", "command/export", "store/jsonl", "feature/slash", seat(went)];
  const harness = await createHarness({ plugins, config: { store: "jsonl" }, ...(answers && { answers }) });
  const keep = async (text: string): Promise<string> => {
    const shell = await harness.host.open();
    await shell.submit({ text });
    await shell.close();
    return shell.session.id;
  };
  return Object.assign(harness, { went, keep });
}
export const told = (outcome: CommandOutcome): string => (outcome.kind === "done" ? (outcome.notice ?? "") : "");
export const data = (outcome: CommandOutcome): { readonly [key: string]: unknown } =>
  outcome.kind === "done" ? (outcome.data as object as never) : {};
export async function run(harness: Harness, ...words: string[]): Promise<CommandOutcome> {
  return harness.shell.run(await harness.host.get("command", "session"), words);
}
