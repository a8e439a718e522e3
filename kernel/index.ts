// The public API of claw: explicit named re-exports, nothing else.
// biome-ignore-all format: names in rows, a row a file

export { type BootOptions, boot, type Kernel } from "./boot.ts";
export type { AnyEvent, Bus, Decided, Envelope, EventMap, Stamp } from "./bus/events.ts";
export type {
  Access, Block, Command, CommandOutcome, Compaction, Compactor, Contributions, Decision, Draft, Finish, Frontend, Input, Json, Kind, Message, Model,
  Part, PermissionMode, Provider, Renderer, Request, Session, SessionSummary, StopReason, Store, StoreOptions, Tool, ToolCall, ToolResult, ToolSpec,
  TurnOutcome, Usage,
} from "./contracts/contributions.ts";
export { defineCommand, defineTool } from "./contracts/contributions.ts";
export type {
  Answer, Ask, CallScope, Config, Env, Host, Inspection, Layers, Listed, Loadable, Manifest, OpenOptions, Option, Options, Plugin, PluginContext,
  PluginScope, PluginStatus, Question, Selection, ServiceToken, Setting, SettingSource, Shell, StepScope, TurnScope,
} from "./contracts/plugin.ts";
export { definePlugin, defineService, Hosting, Inspecting } from "./contracts/plugin.ts";
export { ClawError, type ErrorCode, type ErrorInfo, wrap } from "./errors.ts";
export { HOOKS, type HookName, type Next, type Recovery, type Route, type Runner, STAGES, type Stage, type StepEnd, type Tap, type Taps } from "./hooks/hooks.ts";
export type { LoopSignal, LoopState } from "./loop/state.ts";
