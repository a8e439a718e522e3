// The skills service: which skills there are, the text of one, and what it lets pass without asking for a turn. Provided by feature/skills.
import { defineService, type PluginScope, type ServiceToken, type TurnScope } from "claw";
import type { DefinitionSource } from "./definitions.ts";

/** One skill as it lies on disk or in the binary. Of a name, the one without `shadowedBy` is meant. */
export interface Skill {
  readonly name: string;
  /** What it is for and when to use it, from its front matter; empty when that says nothing. */
  readonly description: string;
  readonly source: DefinitionSource;
  /** The plugin that brings it; it can be called `plugin:name` too. */
  readonly plugin?: string;
  /** Whether it may act: not in a project that nobody has trusted. */
  readonly trusted: boolean;
  /** Its `SKILL.md`; `bundled:NAME` for one in the binary. */
  readonly path: string;
  /** The folder its relative paths mean; absent for one in the binary. */
  readonly folder?: string;
  /** Bytes of its text, which is what using it costs. */
  readonly bytes: number;
  /** What to write after its name, for people. */
  readonly hint?: string;
  /** Rules that pass without asking while it is used. */
  readonly tools: readonly string[];
  /** The model that it wants for the rest of the turn, when a user calls it. */
  readonly model?: string;
  /** The agent definition that follows it in a context of its own when the model chooses it (`context: fork`). */
  readonly agent?: string;
  /** Whether the model may choose it, and whether a user may call it. */
  readonly byModel: boolean;
  readonly byUser: boolean;
  readonly shadowedBy?: string;
  /** Why it cannot be used. */
  readonly problem?: string;
}
/** A skill made ready for use. */
export interface UsedSkill {
  readonly skill: Skill;
  /** Its body with the arguments in place, under a line that says what it is and where its files are. */
  readonly text: string;
}
export interface Skills {
  /** All of the scope's folder, nearest first, hidden and broken ones too. Reads the disk each time. */
  list(scope: PluginScope): Promise<readonly Skill[]>;
  /**
   * The skill that `name` means (case, a leading `/` or `$` and `plugin:` are no matter), ready for use; what it allows holds until the turn ends.
   * Throws `CLAW_USAGE` with the nearest names, `CLAW_PLUGIN_UNTRUSTED`, or `CLAW_CONFIG_INVALID` for a broken one.
   */
  use(name: string, args: string, scope: TurnScope, by: "model" | "user"): Promise<UsedSkill>;
  /** Lets calls that the rules cover pass without asking until the session's turn ends; deny and ask rules, guarded places and the mode's refusals still hold. */
  allow(rules: readonly string[], scope: TurnScope): void;
  /** Takes `model` for the rest of the turn, then goes back. Gives false, and changes nothing, when the provider knows no such model. */
  lend(model: string, scope: TurnScope): Promise<boolean>;
}
/** Provided by `@claw/feature-skills`. */
export const Skills: ServiceToken<Skills> = defineService<Skills>("claw.skills@1");
