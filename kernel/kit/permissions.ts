// The permissions service: the rules in force and what they would say of a call. For commands that show or test them. Provided by feature/permissions.
import { type Decision, defineService, type Json, type ServiceToken, type Setting, type ToolCall, type TurnScope } from "claw";

/** A rule and where it stands: a file, a flag, or an answer. */
export type RuleInForce = Readonly<{ effect: "allow" | "ask" | "deny"; rule: string; origin: string }>;
/** What was decided, by whom (a plugin as `permissions`, or `mode:NAME`), and by which rule when it is one. */
export type Explained = Readonly<{ decision: Decision; by: string; rule?: string }>;
/** The mode of a session and what set it: a key, or words that say so. Without `setting`, the default or the session itself. */
export type ModeInForce = Readonly<{ mode: string; key: string; setting?: Setting }>;
/** A policy to be tried: settings as `permissions` has them in place of those in force, and a mode. */
export type Trial = Readonly<{ permissions?: Json; mode?: string }>;
export interface Permissions {
  rules(scope: TurnScope): Promise<readonly RuleInForce[]>;
  /** What the gate would say of a call, with nobody asked and nothing run. */
  explain(call: ToolCall, scope: TurnScope, trial?: Trial): Promise<Explained>;
  mode(scope: TurnScope): Promise<ModeInForce>;
}
/** Provided by `@claw/feature-permissions`. */
export const Permissions: ServiceToken<Permissions> = defineService<Permissions>("claw.permissions@1");
