// Places: what a path means in a session, and holding a running call to the places that the gate judged.
import { statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { type CallScope, ClawError, type PluginScope, type ToolCall, type TurnScope } from "claw";
import type { Place } from "claw/kit";
import { guarded } from "./guard.ts";
import { follow, type Trail, within } from "./resolve.ts";
import type { Scratches } from "./scratch.ts";

/** The places of all sessions. `home` and `options` of `plugin` say which folders are guarded and which are added. */
export class Places {
  readonly #plugin: Pick<PluginScope, "cwd" | "home" | "env" | "options">;
  readonly #scratches: Scratches;
  readonly #roots = new Map<string, readonly string[]>();
  readonly #judged = new WeakMap<object, readonly (Place | ClawError)[]>();
  readonly #user: string;
  #private: readonly string[] | undefined;

  constructor(plugin: Pick<PluginScope, "cwd" | "home" | "env" | "options">, scratches: Scratches) {
    this.#plugin = plugin;
    this.#scratches = scratches;
    this.#user = plugin.env["HOME"] ?? homedir();
  }

  /** Remembers the places of a call. Does not throw for a path that has no place: that is told to whoever asks for it. */
  judge(call: ToolCall, scope: TurnScope): void {
    const found = call.paths.map((path) => this.#attempt(path, scope));
    this.#judged.set(call, found);
  }

  places(call: { readonly paths: readonly string[] }, scope: TurnScope): readonly Place[] {
    const found = this.#judged.get(call) ?? call.paths.map((path) => this.#attempt(path, scope));
    return found.map(orThrow);
  }

  locate(path: string, scope: TurnScope | CallScope): Place {
    const call = "call" in scope ? scope.call : undefined;
    const before = call === undefined ? undefined : this.#judged.get(call);
    const now = this.#placeOf(path, scope);
    refuseKernel(now);
    return call === undefined || before === undefined ? now : asJudged(call, before, now);
  }

  forget(session: string): void {
    this.#roots.delete(session);
  }

  #placeOf(given: string, scope: TurnScope): Place {
    const trail = follow(tilde(given, this.#user), scope.session.cwd);
    const inside = this.#rootsOf(scope).some((root) => within(trail.path, root));
    return Object.freeze({ given, path: trail.path, inside, guarded: this.#guards(trail) });
  }

  #attempt(given: string, scope: TurnScope): Place | ClawError {
    try {
      return this.#placeOf(given, scope);
    } catch (thrown) {
      if (thrown instanceof ClawError) return thrown;
      throw thrown;
    }
  }

  /** Fixed at first use: a folder that is swapped for a link later does not take its rights along. */
  #rootsOf(scope: TurnScope): readonly string[] {
    const { id, cwd } = scope.session;
    let known = this.#roots.get(id);
    if (known === undefined) {
      const start = this.#plugin.cwd;
      const given = listOf(this.#plugin.options["add-dir"]).map((folder) => [folder, start] as const);
      const added = [...given, ...addedBySettings(scope)].flatMap(([folder, base]) => rootAt(tilde(folder, this.#user), base));
      known = [follow(cwd, start).path, ...added];
      this.#roots.set(id, known);
    }
    const scratch = this.#scratches.of(id);
    return scratch === undefined ? known : [...known, scratch];
  }

  #guards(trail: Trail): boolean {
    this.#private ??= privateFolders(this.#plugin.home, this.#user);
    const folders = this.#private;
    return [trail.path, ...trail.spelled].some((name) => guarded(name) || folders.some((folder) => within(name, folder)));
  }
}

/** Throws for what the kernel makes up: files there are doors to other processes, to devices and to claw itself. `/dev/shm` is plain storage. */
export function refuseKernel(place: Pick<Place, "given" | "path">): void {
  if (!KERNEL.test(place.path) || within(place.path, "/dev/shm")) return;
  throw new ClawError("CLAW_TOOL_FAILED", `${place.given} is no ordinary file: it belongs to the system (${place.path}).`, {
    hint: "File tools do not open /proc, /sys or /dev.",
  });
}

// --- internal ---

const KERNEL = /^\/(proc|sys|dev)(\/|$)/;

/** Folders of the user in which files make things run whatever they are called. */
function privateFolders(home: string, user: string): readonly string[] {
  const named = [home, "/etc/claw", ...[".config", ".local/bin", "bin", "Library/LaunchAgents"].map((name) => join(user, name))];
  const found = new Set(named);
  for (const folder of named) {
    try {
      found.add(follow(folder, "/").path);
    } catch {
      // Cannot be looked at, so nothing can be written there either; the name itself stays guarded.
    }
  }
  return [...found];
}

/** The judged place that `now` is. Throws when it has moved, or was never part of what was judged. */
function asJudged(call: ToolCall, before: readonly (Place | ClawError)[], now: Place): Place {
  const index = call.paths.indexOf(now.given);
  const was = before[index];
  if (was === undefined) {
    const covered = before.some((one) => !(one instanceof ClawError) && within(now.path, one.path) && (one.guarded || !now.guarded));
    if (covered || (now.inside && !now.guarded)) return now;
    throw new ClawError("CLAW_TOOL_FAILED", `${now.given} (${now.path}) is not what this call was allowed for.`, {
      hint: "Name the file in a call of its own.",
    });
  }
  const place = orThrow(was);
  if (place.path === now.path) return place;
  throw new ClawError("CLAW_TOOL_FAILED", `${now.given} now leads to ${now.path}, but was allowed as ${place.path}.`, {
    hint: "Something changed a folder or a link on the way. Make the call again.",
  });
}

/** A path without a place is a mistake of the call: then the model is told just that. */
function orThrow(found: Place | ClawError): Place {
  if (found instanceof ClawError) throw new ClawError("CLAW_TOOL_INPUT_INVALID", found.message, { ...found.info, cause: found });
  return found;
}

/** `permissions.additionalDirectories` of every layer that is trusted, with the folder that relative ones start from. What is malformed is told by whoever owns the key. */
function addedBySettings(scope: TurnScope): readonly (readonly [string, string])[] {
  return scope.settings("permissions").flatMap(({ value, source, origin, trusted }) => {
    const listed = (value as { readonly additionalDirectories?: unknown } | null)?.additionalDirectories;
    if (!trusted || !Array.isArray(listed)) return [];
    const base = source === "project" || source === "local" ? dirname(dirname(origin)) : scope.session.cwd;
    return listed.flatMap((folder) => (typeof folder === "string" && folder !== "" ? [[folder, base] as const] : []));
  });
}

/** Only a folder that is there: a name for later could be anybody's by then. */
function rootAt(folder: string, base: string): readonly string[] {
  try {
    const { path } = follow(folder, base);
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? [path] : [];
  } catch {
    return [];
  }
}

function tilde(path: string, user: string): string {
  return path === "~" || path.startsWith("~/") ? join(user, path.slice(1)) : path;
}

function listOf(value: PluginScope["options"][string]): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" ? value : [];
}
