// What stands above the first prompt, and the prompt itself before there is an editor. Needs nothing that would have to be loaded.
import { homedir } from "node:os";
import type { Host } from "claw";
import { clipCells, plain } from "claw/kit";
import pack from "claw/package.json" with { type: "json" };

/** What stands before the first row of the input. */
export const SIGN = "> ";

/** At most three lines, without colours: these are not known yet. `lines`: the terminal hands over lines, not keys. */
export function bannerLines({ config, cwd, env }: Pick<Host, "config" | "cwd" | "env">, columns: number, lines: boolean): readonly string[] {
  const user = env["HOME"] || homedir();
  const folder = cwd === user || cwd.startsWith(`${user}/`) ? `~${cwd.slice(user.length)}` : cwd;
  const model = config.model === "default" ? "" : ` · ${config.model}`;
  const stops = lines ? "ctrl-c stops, twice quits" : "esc stops · ctrl-c twice quits";
  const said = [`claw ${pack.version}${model} · ${folder}`, `/help lists commands · ${stops}`];
  return [...said.map((line) => clipCells(plain(line).replaceAll("\n", " "), Math.max(1, columns - 1))), ""];
}
