// The public API of claw: explicit named re-exports, nothing else.
// biome-ignore-all format: names in rows, a row a file

export { type BootOptions, boot, type Kernel } from "./boot.ts";
export type { AnyEvent, Bus, Decided, Envelope, EventMap, Stamp } from "./bus/events.ts";
export type {
  Access, Command, CommandOutcome, Compactor, Contributions, Decision, Draft, Finish, Frontend, Input, Kind, Model, Part, PermissionMode, Provider,
  Renderer, Request, StopReason, Store, StoreOptions, Tool, ToolCall, ToolResult, ToolSpec, TurnOutcome,
} from "./contracts/contributions.ts";
export { defineCommand, defineTool } from "./contracts/contributions.ts";
export type { Block, Compaction, Json, Message, Session, SessionSummary, Usage } from "./contracts/message.ts";
export type {
  Config, Host, Inspection, Layers, Listed, Loadable, Manifest, OpenOptions, Option, Plugin, PluginContext, PluginStatus, Shell,
} from "./contracts/plugin.ts";
export { definePlugin, defineService, Hosting, Inspecting } from "./contracts/plugin.ts";
export type {
  Answer, Ask, CallScope, Env, Options, PluginScope, Question, Selection, ServiceToken, Setting, SettingSource,
  StepScope, TurnScope,
} from "./contracts/scopes.ts";
export { ClawError, type ErrorCode, type ErrorInfo, wrap } from "./errors.ts";
export type { HookName, Next, Recovery, Route, Runner, Stage, StepEnd, Tap, Taps } from "./hooks/hooks.ts";
export { HOOKS, STAGES } from "./hooks/hooks.ts";
export type { LoopSignal, LoopState } from "./loop/state.ts";
