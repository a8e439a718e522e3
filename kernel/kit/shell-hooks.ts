// The shell-hooks service: commands and addresses that users and plugins have run at certain points. Provided by feature/shell-hooks.
// Nothing here runs one: reading their settings is the plugin's affair too.
import { defineService, type Json, type ServiceToken, type TurnScope } from "claw";

/** The points at which hooks run, by the names that people write. */
export const SHELL_HOOK_EVENTS = [
  ...["PreToolUse", "PostToolUse", "PostToolUseFailure", "PermissionRequest", "UserPromptSubmit", "SessionStart", "SessionEnd"],
  ...["Stop", "SubagentStart", "SubagentStop", "PreCompact", "PostCompact", "Notification"],
] as readonly ShellHookEvent[];
export type ShellHookEvent =
  | ("PreToolUse" | "PostToolUse" | "PostToolUseFailure" | "PermissionRequest" | "UserPromptSubmit" | "SessionStart" | "SessionEnd")
  | ("Stop" | "SubagentStart" | "SubagentStop" | "PreCompact" | "PostCompact" | "Notification");

/** Hooks as people write them under `hooks`, with where they come from. Unread: what is wrong in `hooks` is told as a problem of `origin`. */
export interface ShellHookSet {
  /** `{ EVENT: [{ matcher?, hooks: [{ type: "command", command, timeout?, onFailure? } | { type: "http", url, headers?, … }] }] }`. */
  readonly hooks: unknown;
  /** The file it stands in, or the plugin it is of. */
  readonly origin: string;
  /** Named by the user, or vouched for as a folder: only the user's may speak to private addresses. */
  readonly source: "user" | "project" | "plugin";
  /** Commands find it as `CLAUDE_PLUGIN_ROOT` and `PLUGIN_ROOT`, and `${…}` of these in their text stands for it. */
  readonly root?: string;
  /** Written for Claude Code: tools are told by its names (`Bash`, `Read`, …), and files as `file_path`. */
  readonly foreign?: boolean;
}
/** One hook. `run` is its command line or its address. */
export interface ShellHook {
  readonly event: ShellHookEvent;
  /** What it is for; absent for everything. */
  readonly matcher?: string;
  readonly type: "command" | "http";
  readonly run: string;
  readonly timeoutMs: number;
  /** What becomes of it when it neither allows nor denies: `continue` warns and goes on. */
  readonly onFailure: "continue" | "deny" | "ask";
  readonly origin: string;
  readonly source: ShellHookSet["source"];
  /** False for one of a folder that nobody has vouched for: it is listed and never runs. */
  readonly trusted: boolean;
  /** How often it was started in this process. */
  readonly runs: number;
}
/** What one hook came to. `notes` are for people; `context` is for the model. */
export interface ShellHookEnd {
  readonly hook: ShellHook;
  readonly outcome: "none" | "allow" | "ask" | "deny" | "failed";
  readonly reason?: string;
  readonly context?: string;
  readonly notes: readonly string[];
  readonly ms: number;
}
export interface ShellHooks {
  /** Every hook that settings of the scope and plugins name, in the order of their layers. */
  list(scope: TurnScope): Promise<readonly ShellHook[]>;
  /** What is wrong with them, a line each: unknown events, bad entries, matchers that mean no tool there is. For lists and for `doctor`. */
  problems(scope: TurnScope): Promise<readonly string[]>;
  /** What would be wrong with `hooks` in the user's settings, a line each: what a run refuses, and events that there are not. */
  judge(hooks: unknown, file: string): Promise<readonly string[]>;
  /** Runs the hooks of `event` that `subject` matches, with `payload` added to what every hook gets, and nothing comes of it. */
  rehearse(event: ShellHookEvent, subject: string, payload: Readonly<Record<string, Json>>, scope: TurnScope): Promise<readonly ShellHookEnd[]>;
  /** What the PreToolUse hooks of the call with this id have said, until its result is there. A denial holds against every rule that allows. */
  verdict(call: string): "allow" | "ask" | "deny" | undefined;
  /** Adds the hooks of another format, until disposed. The caller has made sure that they may act. */
  add(set: ShellHookSet): Disposable;
}
/** Provided by `@claw/feature-shell-hooks`. */
export const ShellHooks: ServiceToken<ShellHooks> = defineService<ShellHooks>("claw.shell-hooks@1");

declare module "claw" {
  interface EventMap {
    /** `hook` is the command line or address; `call` the id of the call it was about. */
    "hook.ended": Readonly<{
      event: string;
      hook: string;
      origin: string;
      call?: string;
      outcome: ShellHookEnd["outcome"];
      reason?: string;
      ms: number;
    }>;
  }
}
