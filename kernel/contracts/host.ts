// What a frontend drives: the host, and one opened session of it.
import type { Config } from "../config/schema.ts";
import type { Manifest } from "../host/manifest.ts";
import type { Command, CommandOutcome, Input, StoreOptions, TurnOutcome } from "./contributions.ts";
import type { Session } from "./message.ts";
import type { Ask, PluginScope, Selection, Setting } from "./scopes.ts";

/** Reads input and drives turns. Returns the exit code. `words` are the command line's words that are no options. */
export interface Frontend {
  readonly name: string;
  run(words: readonly string[], host: Host): Promise<number>;
}
/** What the host knows of itself, for commands that show it: the service `Inspecting`. */
export interface Inspection {
  readonly config: Config;
  plugins(): readonly PluginStatus[];
  /** Activates a plugin now. Rejects with why it cannot be. */
  activate(plugin: string): Promise<void>;
  /** Every settings value, by key, lowest precedence first. */
  layers(): Readonly<Record<string, readonly Setting[]>>;
  /** What was found while loading and the user should know. */
  warnings(): readonly string[];
}
/** A plugin in a list. `source` is `bundled` or a path; `ms` what activation took; `problem` why it is off. */
export interface PluginStatus extends Readonly<{ name: string; version: string; source: string; manifest: Manifest }> {
  readonly state: "listed" | "active" | "off";
  readonly ms?: number;
  readonly problem?: string;
}
/** The running kernel, the service `Hosting`. Holds as many sessions at once as are opened; none sees another. */
export interface Host extends PluginScope, Inspection {
  open(options?: OpenOptions): Promise<Shell>;
}
/** `store` picks another store than the config's; `tools` narrows; `system` comes before all other system parts; `agent` names a sub-agent. */
export interface OpenOptions extends Partial<StoreOptions> {
  readonly store?: string;
  readonly selection?: Partial<Selection>;
  readonly tools?: readonly string[];
  readonly system?: readonly string[];
  readonly ask?: Ask;
  readonly agent?: string;
}
/** One opened session. Turns run one after another. */
export interface Shell extends Readonly<{ session: Session; selection: Selection }> {
  select(change: Partial<Selection>): void;
  /** Runs a turn. Never rejects for what goes wrong in it; `CLAW_BUG` when one is running already. */
  submit(input: Input): Promise<TurnOutcome>;
  /** Queues input for the running turn; it is added between steps. */
  steer(input: Input): void;
  /** Ends the running turn; resolves through `submit`. */
  abort(reason: string): void;
  /** Runs a command outside any turn. Throws `CLAW_USAGE` when its words do not parse. */
  run(command: Command, words: readonly string[]): Promise<CommandOutcome>;
  close(): Promise<void>;
}
