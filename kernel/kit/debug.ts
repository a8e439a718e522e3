// Diagnostics for `--debug [FILTER]` and `CLAW_LOG`: every event that is no piece of text, as a line. For whoever looks for a fault, never for programs.
import type { AnyEvent, PluginScope } from "claw";

/** An event's line, or nothing for one that the filter leaves out. */
export type Debugging = (event: AnyEvent) => string | undefined;

/**
 * `undefined` when nobody asked. The filter is names with commas between: what an event's type or plugin begins with (`call`, `plugin.failed`,
 * `@claw/feature-retry`), with `!` in front what to leave out. `CLAW_LOG` takes the same, or one of the words `1`, `all`, `debug`, `trace`, `info`.
 */
export function debugging({ options, env }: Pick<PluginScope, "options" | "env">): Debugging | undefined {
  const given = options["debug"] ?? env["CLAW_LOG"] ?? "";
  if (given === false || given === "" || /^(0|off|none|error|warn)$/i.test(String(given))) return undefined;
  const words = given === true || EVERYTHING.test(String(given)) ? [] : String(given).split(",").filter(Boolean);
  const wanted = words.filter((word) => !word.startsWith("!"));
  const unwanted = words.filter((word) => word.startsWith("!")).map((word) => word.slice(1));
  return (event) => {
    const names = [event.type, event.source, event.source.replace(/^@claw\/[a-z]+-/, "")];
    const among = (list: readonly string[]): boolean => list.some((word) => names.some((name) => name.startsWith(word)));
    if (event.type.endsWith(".delta") || among(unwanted) || (wanted.length > 0 && !among(wanted))) return undefined;
    const at = [event.session?.slice(0, 8), event.turn, event.step].filter((part) => part !== undefined).join("/");
    return `debug ${new Date(event.at).toISOString().slice(11, 23)} ${event.type} ${event.source}${at === "" ? "" : ` ${at}`} ${short(event.data)}\n`;
  };
}

// --- internal ---

const EVERYTHING = /^(1|true|all|\*|debug|trace|info)$/i;
const MOST = 400;

function short(data: unknown): string {
  const text = JSON.stringify(data) ?? "";
  return text.length <= MOST ? text : `${text.slice(0, MOST).toWellFormed()}… (${text.length} characters)`;
}
