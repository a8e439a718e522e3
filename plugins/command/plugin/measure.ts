// `plugin measure NAME`: loads a plugin and says what that took and what its tools cost. The store runs it in a claw of its own.
import { ClawError, type CommandOutcome, Inspecting, type TurnScope } from "claw";
import { specBytes } from "claw/kit";
import type { Asked } from "./words.ts";

export async function measure({ names: [name = ""] }: Asked, scope: TurnScope): Promise<CommandOutcome> {
  const host = await scope.use(Inspecting);
  await host.activate(name);
  const plugin = host.plugins().find((one) => one.name === name);
  if (plugin === undefined) throw new ClawError("CLAW_USAGE", `there is no plugin ${name}`);
  let bytes = 0;
  for (const listed of plugin.manifest.contributes?.tool ?? []) {
    const called = typeof listed === "string" ? listed : listed.name;
    if (called.endsWith("*")) continue;
    bytes += specBytes(await scope.spec(called));
  }
  const data = { kind: "plugin", action: "measure", status: "ok", name, ms: plugin.ms ?? 0, tokens: Math.ceil(bytes / BYTES_A_TOKEN) };
  return { kind: "done", notice: `${name} loads in ${(plugin.ms ?? 0).toFixed(1)} ms; its tools take about ${data.tokens} tokens.`, data };
}

// --- internal ---

/** Of a schema in JSON, about. */
const BYTES_A_TOKEN = 3.5;
