// The agents service: definitions of sub-agents, and running them. Provided by feature/agents.
import { type CallScope, defineService, type PluginScope, type ServiceToken, type TurnOutcome, type Usage } from "claw";
import type { DefinitionSource } from "./definitions.ts";
import type { BackgroundTask } from "./tasks.ts";

/** What a sub-agent is, as its Markdown file says. */
export interface AgentDefinition {
  readonly name: string;
  /** For the model: when to use it. */
  readonly description: string;
  /** Its system prompt. */
  readonly prompt: string;
  /** `flag` is the command line's `--agents`. */
  readonly source: DefinitionSource | "flag";
  /** Its file, or what else it comes from. */
  readonly path: string;
  /** The plugin whose it is. */
  readonly plugin?: string;
  /** The only tools it has, as written. Absent: all that whoever starts it has. */
  readonly tools?: readonly string[];
  /** Tools it does not have, as written. */
  readonly disallowedTools?: readonly string[];
  readonly model?: string;
  /** The most steps of one run. */
  readonly maxTurns?: number;
  /** A stricter permission mode than that of whoever starts it. A looser one has no effect. */
  readonly permissionMode?: string;
  /** Skills it begins with. */
  readonly skills?: readonly string[];
}
/** A definition in a list. One with `shadowedBy` (the path of the one that hides it) or `problem` never acts. */
export interface ListedAgent extends AgentDefinition {
  readonly shadowedBy?: string;
  readonly problem?: string;
}
/** What to have done. */
export interface AgentOrder {
  readonly prompt: string;
  /** In a few words, for people. */
  readonly description: string;
  /** Name of a definition. Default `general-purpose`. */
  readonly type?: string;
  /** What the run is called where several are shown. */
  readonly name?: string;
  /** Instead of the definition's. */
  readonly model?: string;
}
/** How a run ended. */
export interface AgentEnd {
  /** Its answer for whoever asked, capped, with a line for what went wrong. */
  readonly text: string;
  readonly failed: boolean;
  readonly outcome: TurnOutcome["kind"];
  readonly reason?: string;
  readonly agent: string;
  readonly session: string;
  readonly model: string;
  readonly steps: number;
  readonly calls: number;
  readonly usage: Usage;
  /** US dollars, sub-agents of its own not included; absent when a price is unknown. */
  readonly cost?: number;
  readonly ms: number;
  /** File with the whole answer, when `text` is only a part. */
  readonly file?: string;
}
export interface Agents {
  /** All definitions of the scope's folder, those that hide others first. Reads the disk each time. Throws `CLAW_USAGE` for bad `--agents`. */
  list(scope: PluginScope): Promise<readonly ListedAgent[]>;
  /**
   * Runs to the end, in a session of its own with at most the rights of the scope's. Ends with `scope.signal`. Announces `call.progress`.
   * Throws `CLAW_TOOL_INPUT_INVALID` for an unknown type, `CLAW_MODEL_UNKNOWN`, `CLAW_TOOL_FAILED` when there are too many or too deep.
   */
  run(order: AgentOrder, scope: CallScope): Promise<AgentEnd>;
  /** The same in the background of the session: outlives the turn, ends with the session. Listed by the tasks service. */
  start(order: AgentOrder, scope: CallScope): Promise<BackgroundTask>;
  /** Whether the session is a sub-agent's. */
  nested(session: string): boolean;
}
/** Provided by `@claw/feature-agents`. */
export const Agents: ServiceToken<Agents> = defineService<Agents>("claw.agents@1");
