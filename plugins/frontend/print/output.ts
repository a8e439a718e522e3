// How a renderer is fed. Which one it is, `formatOf` of claw/kit says.
import type { Host } from "claw";
import { debugging, type Output } from "claw/kit";

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
