// `/plugin dev FOLDER` in a session that runs: the tools of the folder's plugin join it, and are loaded again whenever a file is saved. All else that a
// plugin adds has to be known when claw starts.
import { ClawError, type CommandOutcome, type PluginContext, type TurnScope } from "claw";
import { loadableOf } from "./findings.ts";
import { host } from "./reload.ts";
import { ensureSdk } from "./sdk.ts";

/** Throws `CLAW_USAGE` for a plugin that is more than tools, and what its `setup` throws. */
export async function join(folder: string, own: PluginContext<unknown>, scope: TurnScope): Promise<CommandOutcome> {
  const found = loadableOf(folder);
  if (found instanceof ClawError) throw found;
  const { manifest, name } = found;
  const { tool: tools = [], ...others } = manifest?.contributes ?? {};
  const more = [...Object.keys(others), ...Object.keys(manifest?.hooks ?? {}), ...(manifest?.provides ?? []), ...(manifest?.options ?? [])];
  if (manifest === undefined || tools.length === 0 || more.length > 0) {
    const hint = `Leave the session and start \`claw plugin dev ${folder} -- --continue\`: it goes on there.`;
    throw new ClawError("CLAW_USAGE", `only tools can join a session that runs; ${name} is ${manifest ? "more than that" : "without a manifest"}`, {
      hint,
    });
  }
  await ensureSdk(folder);
  const before = new Set(scope.names("tool"));
  await host(folder, { ...own, plugin: name, config: {} });
  const added = scope.names("tool").filter((one) => !before.has(one));
  const notice = `${name} has joined: ${added.join(", ") || "its tools were there already"}. It is loaded again whenever a file of it is saved.`;
  return { kind: "done", notice, data: { kind: "plugin", action: "dev", status: "ok", name, path: folder, tools: added } };
}
