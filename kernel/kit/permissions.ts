// The permissions service: the rules in force and what they would say of a call. For commands that show or test them. Provided by feature/permissions.
import { type Decision, defineService, type Json, type ServiceToken, type Setting, type ToolCall, type TurnScope } from "claw";
import type { JudgedLine } from "./shell.ts";

/** A rule and where it stands: a file, a flag, or an answer. */
export type RuleInForce = Readonly<{ effect: "allow" | "ask" | "deny"; rule: string; origin: string }>;
/** What was decided, by whom (a plugin as `permissions`, or `mode:NAME`), by which rule when it is one, and what a command line would do. */
export type Explained = Readonly<{ decision: Decision; by: string; rule?: string; line?: JudgedLine }>;
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

/** A decision on a call as it is announced and kept with its session. `rule` or `hook` is what it went by; `saved` are the rules that its answer kept. */
export type PermissionRecord = Readonly<{
  at: number;
  call: string;
  tool: string;
  subject: string;
  verdict: Decision["verdict"];
  by: string;
  rule?: string;
  hook?: string;
  answer?: string;
  reason?: string;
  saved?: readonly string[];
}>;
/** The kind of the session notes that hold these records. */
export const PERMISSION_NOTE = "permission";

declare module "claw" {
  interface EventMap {
    "permission.recorded": PermissionRecord;
  }
}
