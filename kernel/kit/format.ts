// Which renderer shows what comes of a command line. One rule for one-shot runs and commands.
import { ClawError, type Host } from "claw";
import { didYouMean } from "./nearest.ts";

/** The renderer that the command line, the environment or config asks for. Throws `CLAW_USAGE` for one that does not exist. */
export function formatOf(host: Host): string {
  const given = host.options["output-format"] ?? (host.env["CLAW_OUTPUT_FORMAT"] || undefined);
  if (typeof given !== "string") return host.config.renderers[0] ?? "text";
  const wanted = given.toLowerCase();
  const names = new Map<string, string>();
  for (const { manifest } of host.plugins()) {
    for (const listed of manifest.contributes?.renderer ?? []) {
      const { name, aliases = [] } = typeof listed === "string" ? { name: listed } : listed;
      for (const one of [name, ...aliases]) names.set(one, name);
    }
  }
  const found = names.get(wanted);
  if (found !== undefined) return found;
  const hint = didYouMean(wanted, names.keys()) || `Known: ${[...names.keys()].join(", ")}.`;
  throw new ClawError("CLAW_USAGE", `unknown output format: ${given}`, { hint });
}
