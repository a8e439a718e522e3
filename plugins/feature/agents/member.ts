// A session that runs as an agent: a sub-agent's, or the user's own with `--agent`. What it may do and how far it is.
import type { Ask, Shell, Usage } from "claw";
import type { AgentDefinition } from "claw/kit";
import type { Equipment } from "./tools.ts";

export interface Member {
  readonly definition: AgentDefinition;
  /** How deep it is nested: 0 is the user's own session. */
  readonly level: number;
  /** Its own limits and those of everyone above it. */
  readonly limits: readonly Equipment[];
  readonly maxTurns?: number;
  /** Of a sub-agent: the session that started it, its own shell, and what it has done. */
  readonly parent?: string;
  readonly shell?: Shell;
  readonly work: Work;
  /** Steps of the turn under way. */
  steps: { turn: number; count: number };
}
/** What a sub-agent has done so far. `cost` is unknown once a price was. */
export interface Work {
  steps: number;
  calls: number;
  usage: Usage;
  cost: number | undefined;
  /** Told of each call and each step. */
  moved(line?: string): void;
}
export interface AgentsConfig {
  /** How deep sub-agents may nest. */
  readonly levels: number;
  /** The most steps of a run whose definition names no limit. */
  readonly maxTurns: number;
  /** The most that run at once. */
  readonly most: number;
  readonly timeoutMs: number;
  /** For definitions that name no model. */
  readonly model?: string | undefined;
}
/** What every run needs of the plugin. */
export interface Runtime {
  readonly config: AgentsConfig;
  readonly members: Map<string, Member>;
  /** By the session that started them, what ends them. */
  readonly background: Map<string, Set<Background>>;
  /** Sessions that are somebody's: `--agent` is not for them. */
  readonly nested: Set<string>;
  /** The part of the system prompt that names agents, by session. */
  readonly parts: Map<string, string | Promise<string>>;
  asking?: (ask: Ask, agent: string) => Ask;
  /** Sub-agents under way. */
  running: number;
}
export interface Background {
  readonly ended: Promise<unknown>;
  abort(reason: string): void;
}
