// `plugin isolate NAME…`: has plugins run in a child inside the sandbox; with `--off` inside claw again.
import { ClawError, type CommandOutcome, type TurnScope } from "claw";
import { PluginStore, refusedParts } from "claw/kit";
import { now } from "./change.ts";
import { capabilitiesText } from "./consent.ts";
import { type Asked, installed } from "./words.ts";

export async function isolate(words: Asked, scope: TurnScope): Promise<CommandOutcome> {
  const on = !words.off;
  const found = await installed(words, scope);
  const foreign = found.find(({ family }) => family !== undefined);
  if (on && foreign !== undefined) {
    const hint = "What it brings are folders, servers and hooks: `claw plugin disable` switches them off.";
    throw new ClawError("CLAW_USAGE", `${foreign.name} is no plugin of claw's own kind and cannot be isolated`, { hint });
  }
  const empty = found.find(({ manifest: { contributes = {} } }) => (contributes.tool ?? []).length + (contributes.command ?? []).length === 0);
  if (on && empty !== undefined) {
    const hint = "Only tools and commands can be in a process of their own.";
    throw new ClawError("CLAW_USAGE", `${empty.name} adds neither tools nor commands and cannot be isolated`, { hint });
  }
  await (await scope.use(PluginStore)).isolate(found, on, scope);
  const lines = found.flatMap(({ name, manifest, capabilities }) => {
    if (!on) return [`${name} runs inside claw with all of your rights, from the next start on.`];
    const left = refusedParts(manifest);
    const without = left.length === 0 ? [] : [`  Refused, since only tools and commands cross over: ${left.join(", ")}.`];
    return [`${name} is isolated from the next start on. It can use: ${capabilitiesText(capabilities)}.`, ...without];
  });
  const data = { kind: "plugin", action: "isolate", status: "ok", isolated: on, plugins: [...(await now(found, scope))] };
  return { kind: "done", notice: lines.join("\n"), data };
}
