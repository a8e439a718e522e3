// The settings by key and by layer, with secrets kept out of sight. Changing them is change.ts.
import { ClawError, type CommandOutcome, Inspecting, type Inspection, type Json, type Setting, type TurnScope } from "claw";
import { calledHere, didYouMean, Permissions } from "claw/kit";

/** `words` are those of the command line; a key alone is shown. */
export async function config(words: readonly string[], scope: TurnScope): Promise<CommandOutcome> {
  const inspection = await scope.use(Inspecting);
  const [verb, key] = words.length === 1 && words[0] !== "show" ? ["show", words[0]] : words;
  if (key === undefined) return showAll(inspection, scope);
  const found = lookUp(key, inspection);
  const strange = inspection.warnings().filter((warning) => warning.includes(`unknown key "${key}"`));
  return verb === "explain" ? explain(key, found, strange, await startOf(key, scope)) : show(key, found);
}

/** `value` as it may be shown: without what a key's name says is secret. */
export function redact(value: unknown, key = ""): Json {
  if (typeof value === "object" && value !== null) {
    if (Array.isArray(value)) return value.map((item) => redact(item, key));
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, redact(item, name)]));
  }
  if (value === undefined) return null;
  return typeof value === "string" && SECRET.test(key) ? "[redacted]" : (value as Json);
}

/** What every layer says of one key, and what comes of it. `used` is by whom. */
export interface Found {
  readonly layers: readonly Setting[];
  readonly value: unknown;
  readonly used: Setting | undefined;
}

/** Throws `CLAW_USAGE` for a key that nobody knows, naming the nearest. */
export function lookUp(key: string, inspection: Inspection): Found {
  const [top = "", ...path] = key.split(".");
  const kernel = inspection.config as unknown as Readonly<Record<string, unknown>>;
  const all = inspection.layers()[top] ?? [];
  if (all.length === 0 && !(top in kernel)) {
    const owned = inspection.plugins().flatMap((plugin) => plugin.manifest.settings ?? []);
    const known = [...new Set([...Object.keys(kernel), ...Object.keys(inspection.layers()), ...owned])];
    if (!owned.includes(top)) throw unknown(key, known);
  }
  const layers = all.map((layer) => ({ ...layer, value: at(layer.value, path) })).filter((layer) => layer.value !== undefined);
  const used = layers.findLast((layer) => layer.trusted);
  return { layers, used, value: top in kernel ? at(kernel[top], path) : used?.value };
}

// --- internal ---

const SECRET = /api_?key|token|secret|password|passwd|authorization|credential|cookie/i;

function show(key: string, { value, used }: Found): CommandOutcome {
  const shown = redact(value, key);
  const data = { kind: "config", action: "show", status: "ok", key, value: shown, source: used?.source ?? "default" };
  return { kind: "done", notice: value === undefined ? `${key} is not set` : JSON.stringify(shown, null, 2), data };
}

/** Two keys say which mode a session starts in: what comes of both, when `key` is one of them. */
async function startOf(key: string, scope: TurnScope): Promise<{ readonly [name: string]: Json } | undefined> {
  if (key !== "permissionMode" && key !== "permissions.defaultMode") return undefined;
  try {
    const { mode, key: by, setting } = await (await scope.use(Permissions)).mode(scope);
    return { mode, key: by, source: setting?.source ?? "default", origin: setting?.origin ?? null };
  } catch {
    // Nobody knows, or the rules cannot be read: a run says what is wrong with them.
    return undefined;
  }
}

function explain(
  key: string,
  { layers, value, used }: Found,
  strange: readonly string[],
  start: Awaited<ReturnType<typeof startOf>>,
): CommandOutcome {
  const lines = layers.map((layer) => {
    const mark = layer === used ? "*" : " ";
    const trusted = layer.trusted ? "" : "  (not used: this folder is not trusted; see --trust)";
    return `${mark} ${layer.source.padEnd(11)}  ${JSON.stringify(redact(layer.value, key))}  ${layer.origin}${trusted}`;
  });
  if (used === undefined) lines.unshift(value === undefined ? "  nothing sets it" : `* default      ${JSON.stringify(redact(value, key))}`);
  if (start !== undefined && start["key"] !== key)
    lines.push(`> A session starts in ${start["mode"]}: ${start["key"]}${start["origin"] === null ? "" : `, ${start["origin"]}`}`);
  lines.push(...strange.map((warning) => `warning: ${warning}`));
  const notice = `${key}, lowest precedence first; * is in force${merged(value) ? ", parts of the others may be too" : ""}\n${lines.join("\n")}`;
  const told = layers.map(({ source, origin, trusted, value: said }) => ({ source, origin, trusted, value: redact(said, key) }));
  const data = { kind: "config", action: "explain", status: "ok", key, value: redact(value, key), source: used?.source ?? "default" };
  return {
    kind: "done",
    notice,
    data: { ...data, layers: told, ...(strange.length > 0 && { warnings: [...strange] }), ...(start === undefined ? {} : { in_force: start }) },
  };
}

async function showAll(inspection: Inspection, scope: TurnScope): Promise<CommandOutcome> {
  const kernel = inspection.config as unknown as Readonly<Record<string, unknown>>;
  const keys = [...new Set([...Object.keys(kernel), ...Object.keys(inspection.layers())])].sort();
  const entries = keys.map((key) => [key, lookUp(key, inspection)] as const);
  const files = [...new Set(Object.values(inspection.layers()).flatMap((layers) => layers.map((layer) => layer.origin)))];
  const lines = entries.map(([key, { value, used }]) => {
    const from = used === undefined ? "default" : `${used.source}: ${used.origin}`;
    return `${key.padEnd(15)}  ${JSON.stringify(redact(value, key)) ?? "not set"}  (${from})`;
  });
  const warnings = inspection.warnings();
  const notice = [
    ...lines,
    ...warnings.map((warning) => `warning: ${warning}`),
    `\`${await calledHere("config explain KEY", scope)}\` shows every layer.`,
  ].join("\n");
  const merged = Object.fromEntries(entries.map(([key, { value }]) => [key, redact(value, key)]));
  const status = warnings.length === 0 ? "ok" : "degraded";
  return { kind: "done", notice, data: { kind: "config", action: "show", status, loaded_files: files, merged, warnings: [...warnings] } };
}

function unknown(key: string, known: readonly string[]): ClawError {
  const [top = key] = key.split(".");
  return new ClawError("CLAW_USAGE", `no setting is named ${top}`, {
    hint: didYouMean(top, known) || `Known: ${known.toSorted().join(", ")}.`,
  });
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (part, key) => (typeof part === "object" && part !== null && Object.hasOwn(part, key) ? (part as Record<string, unknown>)[key] : undefined),
    value,
  );
}

/** Objects and lists are put together by whoever owns the key. */
function merged(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
