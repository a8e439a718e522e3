// The output style service: how answers are written, as a named text in the system prompt. Provided by feature/output-style.
import { defineService, type PluginScope, type ServiceToken, type TurnScope } from "claw";
import type { DefinitionSource } from "./definitions.ts";

/** One style. Of a name, the one without `shadowedBy` is meant. */
export interface OutputStyle {
  readonly name: string;
  readonly description: string;
  readonly source: DefinitionSource;
  /** Its file; absent for one in the binary. */
  readonly path?: string;
  /** Whether it may act: not in a project that nobody has trusted. */
  readonly trusted: boolean;
  readonly shadowedBy?: string;
  /** Why it cannot be used. */
  readonly problem?: string;
}
export interface OutputStyles {
  /** Those of the scope's folder, nearest first, hidden and broken ones too. Reads the disk each time. */
  list(scope: PluginScope): Promise<readonly OutputStyle[]>;
  /** The name of the style in force: the session's, or what settings say for a new one. `default` adds nothing. */
  current(scope: PluginScope | TurnScope): Promise<string>;
  /**
   * Takes a style (in any case of letters) for the rest of the session, and for later ones in the user's settings. Throws `CLAW_USAGE` with the nearest
   * names, `CLAW_PLUGIN_UNTRUSTED`, or `CLAW_CONFIG_INVALID` for a broken one.
   */
  choose(name: string, scope: TurnScope): Promise<OutputStyle>;
}
/** Provided by `@claw/feature-output-style`. */
export const OutputStyles: ServiceToken<OutputStyles> = defineService<OutputStyles>("claw.output-style@1");

/** The style that adds nothing. */
export const PLAIN_STYLE = "default";
