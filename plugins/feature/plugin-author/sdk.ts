// The SDK in a plugin's folder: `claw`, `claw/kit`, `claw/testing`, `valibot` and the types of Bun and Node, as they are in this binary. Nothing is
// fetched. It stands in `node_modules`, is never published, and is renewed when the binary is another.
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ClawError } from "claw";
import { readArchive } from "./archive.ts";

/** Makes `claw/testing` importable in `folder`. Leaves alone a `claw` that is a whole repository, as in a workspace. */
export async function ensureSdk(folder: string): Promise<void> {
  const own = resolved(folder);
  if (own !== undefined && own.sdk === undefined) return;
  const { sdk } = await readArchive();
  const { sdk: sum } = JSON.parse(sdk["claw/package.json"] ?? "{}") as { sdk?: string };
  if (own?.sdk === sum && own?.folder === realOf(join(folder, "node_modules", "claw"))) return;
  const modules = join(folder, "node_modules");
  const scratch = join(modules, `.claw-${process.pid}`);
  try {
    for (const [path, text] of Object.entries(sdk)) {
      await mkdir(dirname(join(scratch, path)), { recursive: true });
      await writeFile(join(scratch, path), text);
    }
    await put(join(scratch, "claw"), join(modules, "claw"));
    // The author's own valibot stays; the kernel's copy then stands beside the kernel.
    if (dependsOn(folder, "valibot")) await put(join(scratch, "valibot"), join(modules, "claw", "node_modules", "valibot"));
    else await put(join(scratch, "valibot"), join(modules, "valibot"));
  } catch (cause) {
    throw new ClawError("CLAW_TOOL_FAILED", `the SDK could not be written to ${modules}: ${(cause as Error).message}`, { cause });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

// --- internal ---

/** What `claw` is for a file in `folder`: where, and the sum when this file has put it there. */
function resolved(folder: string): { folder: string; sdk?: string } | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const file = join(at, "node_modules", "claw", "package.json");
    if (existsSync(file)) {
      const pack = JSON.parse(readFileSync(file, "utf8")) as { sdk?: string; exports?: Record<string, unknown> };
      const found = realpathSync(dirname(file));
      if (pack.sdk !== undefined) return { folder: found, sdk: pack.sdk };
      if (pack.exports?.["./testing"] !== undefined) return { folder: found };
      const hint = 'Take "claw" out of the dependencies and out of node_modules: it comes from the binary.';
      throw new ClawError("CLAW_USAGE", `${dirname(file)} is another package of the name claw, from a registry`, { hint });
    }
    if (at === dirname(at)) return undefined;
  }
}

function dependsOn(folder: string, name: string): boolean {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<string, object | undefined>;
  return name in { ...dependencies, ...devDependencies };
}

async function put(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await mkdir(dirname(to), { recursive: true });
  await rename(from, to);
}

const realOf = (path: string): string => (existsSync(path) ? realpathSync(path) : path);
