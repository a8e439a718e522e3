// What the parts of `plugin` share: the words it is given, which plugin a name means, sizes, and asking for agreement.
import { writeSync } from "node:fs";
import { ClawError, type TurnScope } from "claw";
import { connection, didYouMean, type ListedPlugin, PluginStore, plain, type StoreLevel } from "claw/kit";

/** The words of the command line, taken apart. */
export interface Asked {
  readonly names: readonly string[];
  /** Where to, or whose; undefined when nothing was said. */
  readonly level?: StoreLevel;
  readonly agreed: boolean;
  readonly check: boolean;
  readonly frozen: boolean;
  readonly repair: boolean;
  readonly all: boolean;
  readonly off: boolean;
}

/** Throws `CLAW_USAGE` for an option there is not. */
export function asked(words: readonly string[]): Asked {
  const flags = words.filter((word) => word.startsWith("-"));
  const strange = flags.find((flag) => !FLAGS.flat().includes(flag));
  if (strange !== undefined) {
    const hint = didYouMean(strange, FLAGS.flat()) || "See `claw help plugin`.";
    throw new ClawError("CLAW_USAGE", `plugin: unknown option ${strange}`, { hint });
  }
  const [user, project, yes, check, frozen, repair, all, off] = FLAGS.map((names) => names.some((name) => flags.includes(name)));
  if (user && project) throw new ClawError("CLAW_USAGE", "-g is yours, --project is the project's: say one of them");
  const level = project ? ("project" as const) : user ? ("user" as const) : undefined;
  const said = {
    agreed: yes === true,
    check: check === true,
    frozen: frozen === true,
    repair: repair === true,
    all: all === true,
    off: off === true,
  };
  return { names: words.filter((word) => !word.startsWith("-")), ...said, ...(level !== undefined && { level }) };
}

/** The installed plugins that names mean. Throws `CLAW_USAGE` with the nearest for one that is not installed. */
export async function installed({ names, level }: Asked, scope: TurnScope): Promise<readonly ListedPlugin[]> {
  const all = (await (await scope.use(PluginStore)).list(scope)).filter((one) => level === undefined || one.level === level);
  return names.map((name) => {
    const exact = all.filter((one) => one.name === name);
    const found = exact.length > 0 ? exact : all.filter((one) => one.name.replace(/^@[^/]*\//, "") === name);
    if (found.length > 1) {
      const which = found.map((one) => `${one.name} (${one.level === "user" ? "-g" : "--project"})`).join(", ");
      throw new ClawError("CLAW_USAGE", `${JSON.stringify(name)} is installed more than once: ${which}`, { hint: "Say which." });
    }
    if (found[0] !== undefined) return found[0];
    const known = all.map((one) => one.name);
    throw new ClawError("CLAW_USAGE", `no plugin ${JSON.stringify(name)} is installed`, {
      hint: didYouMean(name, known) || "`claw plugin list` shows all.",
    });
  });
}

/** Throws `CLAW_USAGE` with `text` where nobody can be asked, `CLAW_ABORTED` when the answer is no. */
export async function agree(text: string, refused: string, scope: TurnScope): Promise<void> {
  if (scope.ask === undefined && !(connection(0) === "terminal" && connection(2) === "terminal")) {
    throw new ClawError("CLAW_USAGE", text, { hint: "Look at what it is, then say --yes. Nothing was written." });
  }
  const yes =
    scope.ask === undefined
      ? await typed(text, scope.signal)
      : (await scope.ask.choose({ text, choices: ["yes", "no"] }, scope.signal)).choice === "yes";
  if (!yes) throw new ClawError("CLAW_ABORTED", refused);
}

// --- internal ---

const FLAGS = [
  ["-g", "--global", "--user"],
  ["--project"],
  ["--yes", "-y"],
  ["--check"],
  ["--frozen", "--frozen-lockfile"],
  ["--repair", "--fix"],
  ["--all", "-a"],
  ["--off"],
];

/** A line on the terminal. Only "y" and "yes" agree. */
async function typed(text: string, signal: AbortSignal): Promise<boolean> {
  writeSync(2, `${plain(text)}\nAgree? [y/N] `);
  const reader = Bun.stdin.stream().getReader();
  const over = Promise.withResolvers<undefined>();
  const stop = (): void => over.resolve(undefined);
  signal.addEventListener("abort", stop, { once: true });
  try {
    const decoder = new TextDecoder();
    let line = "";
    while (!line.includes("\n")) {
      const read = await Promise.race([reader.read(), over.promise]);
      if (read?.value === undefined) break;
      line += decoder.decode(read.value, { stream: true });
    }
    return /^y(es)?\s*\n/i.test(line);
  } finally {
    signal.removeEventListener("abort", stop);
    // A later question reads on: Bun gives stdin only once.
    reader.releaseLock();
  }
}
