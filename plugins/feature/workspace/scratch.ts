// The private temporary folder of each session. Nothing in it survives the session.
import { chmodSync, lstatSync, realpathSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { ClawError, type PluginScope } from "claw";
import { explain } from "./fault.ts";

/** The scratch folders of all sessions, under `TMPDIR` of `env`. */
export class Scratches {
  readonly #base: string | undefined;
  readonly #made = new Map<string, Promise<string>>();
  readonly #paths = new Map<string, string>();

  constructor(env: PluginScope["env"]) {
    this.#base = env["TMPDIR"];
  }

  /** Made at the first call, the same one after. */
  make(session: string): Promise<string> {
    const known = this.#made.get(session);
    if (known !== undefined) return known;
    const made = this.#create(session);
    this.#made.set(session, made);
    made.catch(() => this.#made.delete(session));
    return made;
  }

  /** The folder, when there is one already. */
  of(session: string): string | undefined {
    return this.#paths.get(session);
  }

  remove(session: string): void {
    const path = this.#paths.get(session);
    this.#made.delete(session);
    this.#paths.delete(session);
    if (path !== undefined) clear(path);
  }

  removeAll(): void {
    for (const session of [...this.#made.keys()]) this.remove(session);
  }

  async #create(session: string): Promise<string> {
    const path = await makeFolder(this.#base);
    // The session may have closed meanwhile.
    if (this.#made.has(session)) this.#paths.set(session, path);
    else clear(path);
    return path;
  }
}

// --- internal ---

/** `mkdtemp` takes only a name that nothing has yet, so what others left in a shared folder does not matter. */
async function makeFolder(wanted: string | undefined): Promise<string> {
  for (const base of new Set([wanted, tmpdir(), "/tmp"])) {
    if (base === undefined || !isAbsolute(base)) continue;
    try {
      const path = await mkdtemp(join(realpathSync.native(base), "claw-"));
      chmodSync(path, 0o700);
      const stat = lstatSync(path);
      if (stat.isDirectory() && (stat.uid === process.getuid?.() || process.getuid === undefined)) return path;
    } catch (thrown) {
      if (base === "/tmp") throw explain(thrown, "The temporary folder", "made");
    }
  }
  throw new ClawError("CLAW_TOOL_FAILED", "There is no temporary folder to work in.", {
    hint: "Set TMPDIR to a folder that can be written.",
  });
}

/** Does not follow links, and does not stop at what cannot be removed: the system clears its temporary folder in time. */
function clear(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true, maxRetries: 2 });
  } catch {
    // Nobody is left to tell.
  }
}
