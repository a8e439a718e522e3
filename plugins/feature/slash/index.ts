// Commands by their slash door: input that starts with `/name` runs the command instead of going to the model.
import { ClawError, definePlugin, Inspecting, type Listed, type Route, type TurnScope } from "claw";
import { didYouMean, Prompts, refuseInput, splitWords } from "claw/kit";

export default definePlugin({
  setup(ctx) {
    ctx.hooks.route.tap(({ text }, scope) => (text.startsWith("/") ? route(text, scope) : undefined), "late");
    async function route(text: string, scope: TurnScope): Promise<Route | undefined> {
      const [, name, rest = ""] = SLASH.exec(text) ?? [];
      if (name === undefined) return undefined;
      const doors = doorsOf((await ctx.use(Inspecting)).plugins().flatMap((plugin) => plugin.manifest.contributes?.command ?? []));
      const found = doors.get(name) ?? doors.get(name.toLowerCase());
      if (found !== undefined) return { to: "command", command: await ctx.get("command", found), words: splitWords(rest) };
      const names = [...new Set([...doors.keys(), ...(await promptNames(scope))])];
      const near = didYouMean(
        `/${name}`,
        names.map((one) => `/${one}`),
      );
      if (scope.ask === undefined) {
        const error = new ClawError("CLAW_USAGE", `unknown command: /${name}`, { hint: near || "`claw help` lists all." });
        return refuseInput(name, error, "");
      }
      scope.bus.emit("notice.raised", { level: "info", text: `Unknown command: /${name}. ${near || "/help lists all."}` });
      return { to: "handled" };
    }
  },
});

/** A path, with a second slash in its first word, is a prompt. */
const SLASH = /^\/([a-z][\w:.-]*)(?:\s+([\s\S]*))?$/i;

/** Every name and alias that has a slash door, with the name it stands for. */
function doorsOf(listed: readonly Listed[]): ReadonlyMap<string, string> {
  const doors = new Map<string, string>();
  for (const one of listed) {
    if (typeof one === "string" || one.slash !== true) continue;
    for (const door of [one.name, ...(one.aliases ?? [])]) doors.set(door, one.name);
  }
  return doors;
}

/** Markdown commands and skills, which others run. */
async function promptNames(scope: TurnScope): Promise<readonly string[]> {
  try {
    return (await (await scope.use(Prompts)).list(scope)).map(({ name }) => name);
  } catch (thrown) {
    if (thrown instanceof ClawError && thrown.code === "CLAW_SERVICE_MISSING") return [];
    throw thrown;
  }
}
