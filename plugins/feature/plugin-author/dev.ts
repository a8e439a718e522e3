// `claw plugin dev`: a session in which the plugin of a folder runs, and runs anew whenever a file of it is saved. The session is a claw of its own, given
// a plugin that stands for the folder's: it has its name and manifest, and hosts it (`reload.ts`).
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClawError, type CommandOutcome, type Manifest, type TurnScope } from "claw";
import { loadableOf } from "./findings.ts";
import { ensureSdk } from "./sdk.ts";

/** `words` are those of the session: `-p TEXT`, `--model M`, … behind `--`. Its exit code is the command's. */
export async function dev(folder: string, words: readonly string[], scope: TurnScope): Promise<CommandOutcome> {
  await ensureSdk(folder);
  const stand = await mkdtemp(join(tmpdir(), "claw-dev-"));
  try {
    await writeStandIn(folder, stand);
    const compiled = /[\\/](\$bunfs|~BUN)[\\/]/.test(Bun.main);
    const argv = [process.execPath, ...(compiled ? [] : [Bun.main]), "--plugin-dir", stand, ...words];
    const child = Bun.spawn(argv, { cwd: scope.cwd, stdio: ["inherit", "inherit", "inherit"], env: { ...scope.env } });
    const end = (): void => child.kill("SIGTERM");
    scope.signal.addEventListener("abort", end, { once: true });
    process.once("exit", end);
    const code = await child.exited.finally(() => void process.removeListener("exit", end));
    return { kind: "exit", code };
  } finally {
    await rm(stand, { recursive: true, force: true });
  }
}

/** Writes the plugin that stands for that of `folder` into `stand`. It can add whatever the folder's comes to add. */
export async function writeStandIn(folder: string, stand: string): Promise<void> {
  const found = loadableOf(folder);
  if (found instanceof ClawError) throw found;
  const { manifest } = found;
  const pack = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as { name?: string; version?: string };
  const claw = manifest === undefined ? {} : { claw: { ...manifest, activate: "start", contributes: open(manifest) } };
  const { name = found.name, version = "0.0.0" } = pack;
  await writeFile(join(stand, "package.json"), JSON.stringify({ name, version, type: "module", exports: "./index.ts", ...claw }));
  await writeFile(
    join(stand, "index.ts"),
    `// Stands for the plugin of a folder, and loads it again when it changes.
import { definePlugin } from "claw";
import { PluginAuthor } from "claw/kit";
import * as v from "valibot";
export default definePlugin({
  config: v.record(v.string(), v.unknown()),
  setup: async (ctx) => (await ctx.use(PluginAuthor)).host(${JSON.stringify(folder)}, ctx),
});
`,
  );
}

// --- internal ---

const KINDS = ["tool", "command", "provider", "compactor", "permission-mode", "renderer", "store", "frontend"] as const;

/** What is listed, and any name besides: a plugin that is being written grows. */
function open({ contributes = {} }: Manifest): Manifest["contributes"] {
  return Object.fromEntries(KINDS.map((kind) => [kind, [...(contributes[kind] ?? []), "*"]]));
}
