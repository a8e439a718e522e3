// `plugin marketplace`: catalogues of plugins, added, listed, fetched anew and removed. `add NAME@MARKETPLACE` then installs from one.
import { ClawError, type CommandOutcome, type Json, type TurnScope } from "claw";
import { clipLine, type Marketplace, PluginStore } from "claw/kit";
import { oneLine } from "./consent.ts";
import type { Asked } from "./words.ts";

export async function marketplace({ names: [verb = "list", ...rest] }: Asked, scope: TurnScope): Promise<CommandOutcome> {
  const store = await scope.use(PluginStore);
  const [name = ""] = rest;
  if (["add", "remove", "rm"].includes(verb) && name === "") throw new ClawError("CLAW_USAGE", `plugin marketplace ${verb}: say which one`);
  if (verb === "list") return told("list", await store.marketplaces(scope));
  if (verb === "add") return told("add", [await store.addMarketplace(name, scope)]);
  if (verb === "update") return told("update", await store.updateMarketplaces(rest, scope));
  if (verb !== "remove" && verb !== "rm") {
    throw new ClawError("CLAW_USAGE", `plugin marketplace: unknown word ${JSON.stringify(verb)}`, { hint: "Say one of: list, add, update, remove." });
  }
  await store.removeMarketplace(name, scope);
  return { kind: "done", notice: `Removed ${name}; what came from it stays installed.`, data: { ...about("remove", true), name } };
}

// --- internal ---

function about(action: string, well: boolean): { readonly [key: string]: Json } {
  return { kind: "plugin", action: `marketplace ${action}`, status: well ? "ok" : "degraded" };
}

function told(action: string, markets: readonly Marketplace[]): CommandOutcome {
  const blocks = markets.map(({ name, source, plugins, problem }) =>
    [
      `${name}  (${source})${problem === undefined ? "" : `\n  cannot be read: ${problem}`}`,
      ...plugins.map((one) =>
        clipLine(`  ${one.name}@${name}${one.version === undefined ? "" : `  ${one.version}`}  ${oneLine(one.description)}`, 160),
      ),
    ].join("\n"),
  );
  const none = "No marketplaces. `claw plugin marketplace add OWNER/REPO` adds one; `claw plugin add NAME@MARKETPLACE` installs from it.";
  const marketplaces = markets.map(
    ({ problem = null, ...one }): Json => ({ ...one, problem, plugins: one.plugins.map((plugin) => ({ ...plugin })) }),
  );
  const well = markets.every(({ problem }) => problem === undefined);
  return { kind: "done", notice: blocks.length === 0 ? none : blocks.join("\n"), data: { ...about(action, well), marketplaces } };
}
