// How the code of a plugin on disk is imported, with the binary's own modules.
import { ClawError, type Plugin } from "claw";

/** What external plugins can import from claw, by module name. */
export type Modules = Readonly<Record<string, Record<string, unknown>>>;
export type Loader = (path: string) => Promise<{ readonly default: Plugin }>;

/** Imports plugins. `modules` are asked for before the first. */
export function createLoader(modules: () => Promise<Modules>): Loader {
  let served: Promise<void> | undefined;
  return async (path) => {
    served ??= modules().then(serve);
    await served;
    return importFile(path).catch((thrown) => misfit(misspelled(thrown)));
  };
}

/** Imports it as it is. */
export const importFile: Loader = (path) => import(Bun.pathToFileURL(path).href);

// --- internal ---

/** What Bun says of a file it cannot read as code, with the place; several mistakes by the first. Anything else as it is. */
function misspelled(thrown: Error & { readonly errors?: readonly unknown[] }): Error {
  const [first = thrown] = thrown.errors ?? [];
  const { message, position } = first as { message: string; position?: { file: string; line: number; column: number } | null };
  if (!position) return thrown;
  const more = (thrown.errors?.length ?? 1) - 1;
  const others = more > 0 ? ` (and ${more} more)` : "";
  const hint = "Correct the file. `claw plugin check` looks at a whole plugin.";
  const place = `${position.file}:${position.line}:${position.column}`;
  return new ClawError("CLAW_PLUGIN_LOAD_FAILED", `${place}: ${message}${others}`, { hint, cause: thrown });
}

/** Bun blames the module when an export is missing; the cause is a plugin written for another claw. */
function misfit(thrown: Error): never {
  if (!/not found in module ['"]claw/.test(thrown.message)) throw thrown;
  const hint = "It was written for another version of claw: update the plugin, or claw.";
  throw new ClawError("CLAW_PLUGIN_API_MISMATCH", thrown.message, { hint, cause: thrown });
}

/** Makes `claw` and its companions importable by external plugins. They win over copies on disk. */
function serve(modules: Modules): void {
  Bun.plugin({
    name: "claw",
    setup(build) {
      for (const [name, exports] of Object.entries(modules)) build.module(name, () => ({ exports, loader: "object" }));
    },
  });
}
