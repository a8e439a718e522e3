// The options that belong to no plugin. A file of its own, since `claw --help` is to load nothing else.
import type { Option } from "claw";

/** What the host itself acts on, before and beside what plugins declare. */
export const HOST_OPTIONS: readonly Option[] = [
  { name: "cwd", short: "C", value: "DIR", summary: "Work in this folder" },
  { name: "settings", value: "FILE|JSON", summary: "Settings that win over those of files" },
  { name: "plugin-dir", value: "DIR", many: true, summary: "Try the plugin in this folder without installing it" },
  { name: "bare", summary: "No user or project plugins, hooks, skills, MCP servers or instruction files" },
  { name: "trust", summary: "Trust this folder: its plugins, hooks and settings may act" },
  { name: "debug", value: "[FILTER]", summary: "Show what happens inside on stderr: all of it, or events and plugins whose names begin so" },
  { name: "no-color", summary: "No colours" },
];
