// Which renderer shows a run, and how it is fed.
import { ClawError, type Host } from "claw";
import { debugging, didYouMean, type Output } from "claw/kit";

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

/** Opens a renderer, which sees every event until it is disposed. */
export async function openRenderer(host: Host, name: string, output: Output): Promise<AsyncDisposable> {
  const renderer = await host.get("renderer", name);
  await renderer.open(output.out, output.err);
  const debug = debugging(host);
  const listening = host.bus.onAny((event) => {
    renderer.render(event);
    if (debug !== undefined) output.err(debug(event) ?? "");
  });
  return {
    async [Symbol.asyncDispose]() {
      await renderer.close();
      listening[Symbol.dispose]();
    },
  };
}

/** Says what was found while loading. */
export function warn(host: Host): void {
  for (const text of host.warnings()) host.bus.emit("notice.raised", { level: "warn", text });
}
