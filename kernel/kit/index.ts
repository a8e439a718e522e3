// Helpers for plugins. Pure functions, and the tokens of services that official plugins share. The kernel itself never imports them.
export * from "./arguments.ts";
export * from "./config.ts";
export * from "./cost.ts";
export * from "./failure.ts";
export * from "./levels.ts";
export * from "./machine.ts";
export * from "./manifest.ts";
export * from "./nearest.ts";
export * from "./options.ts";
export * from "./plain.ts";
export * from "./processes.ts";
export * from "./report.ts";
export * from "./session.ts";
export * from "./streams.ts";
export * from "./text.ts";
export * from "./tree.ts";
export * from "./workspace.ts";
