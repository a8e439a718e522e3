// Which sub-agents are defined, by whom, and which of them may act. Reads files; knows nothing of running.
import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { ClawError, type Json, type Options, type PluginScope, type PluginStatus, wrap } from "claw";
import {
  type AgentDefinition,
  definitionFolders,
  fields,
  headOf,
  type ListedAgent,
  listField,
  markdownFiles,
  parseFrontMatter,
  textField,
} from "claw/kit";
import { BUNDLED } from "./bundled.ts";

/** Every definition, those that win first: the command line's, the project's, the user's, plugins', the binary's. Throws `CLAW_USAGE` for bad `--agents`. */
export function listAgents(scope: PluginScope, plugins: readonly PluginStatus[]): readonly ListedAgent[] {
  const found: ListedAgent[] = [...flagged(scope.options)];
  for (const folder of definitionFolders("agents", scope, plugins)) {
    for (const { name, path } of markdownFiles(folder.path)) {
      const from = { source: folder.source, path, ...(folder.plugin === undefined ? {} : { plugin: folder.plugin }) };
      const read = fromFile(path, name, from);
      found.push(folder.trusted || read.problem !== undefined ? read : { ...read, problem: "nobody has trusted this folder; see --trust" });
    }
  }
  for (const text of BUNDLED) found.push(fromText(text, "", { source: "bundled", path: "bundled" }));
  const first = new Map<string, string>();
  return found.map((one) => {
    const key = one.name.toLowerCase();
    const winner = one.problem === undefined ? first.get(key) : undefined;
    if (one.problem === undefined && winner === undefined) first.set(key, one.path);
    return winner === undefined ? one : { ...one, shadowedBy: winner };
  });
}

/** Those that may act. */
export function acting(listed: readonly ListedAgent[]): readonly AgentDefinition[] {
  return listed.filter((one) => one.problem === undefined && one.shadowedBy === undefined);
}

/** The one of that name, in any case of letters. Throws `code` with the names there are. */
export function findAgent(name: string, listed: readonly ListedAgent[], code: "CLAW_TOOL_INPUT_INVALID" | "CLAW_USAGE"): AgentDefinition {
  const able = acting(listed);
  const lower = name.toLowerCase();
  // A plugin's answers to `plugin:name` too.
  const called = ({ name: own, plugin }: AgentDefinition): boolean => own.toLowerCase() === lower || `${plugin}:${own}`.toLowerCase() === lower;
  const found = able.find((one) => one.name === name) ?? able.find(called);
  if (found !== undefined) return found;
  const broken = listed.find((one) => one.name.toLowerCase() === name.toLowerCase());
  const why = broken === undefined ? "" : `: ${broken.path}: ${broken.problem}`;
  const known = able.map((one) => one.name).join(", ");
  // The hint is not part of what a model is told of bad input.
  if (code === "CLAW_TOOL_INPUT_INVALID") throw new ClawError(code, `There is no agent ${JSON.stringify(name)}${why}. Known: ${known}.`);
  throw new ClawError(code, `there is no agent ${JSON.stringify(name)}${why}`, { hint: `Known: ${known}. \`claw agents\` lists all.` });
}

// --- internal ---

const NAME = /^[A-Za-z0-9][\w.:-]{0,63}$/;
const MOST_BYTES = 200_000;
const MOST_CHARACTERS = 40_000;
type From = Pick<AgentDefinition, "source" | "path" | "plugin">;

function fromFile(path: string, name: string, from: From): ListedAgent {
  try {
    const { size } = statSync(path);
    if (size > MOST_BYTES) return broken(name, from, `larger than ${MOST_BYTES} bytes`);
    return fromText(readFileSync(path, "utf8"), name, from);
  } catch (thrown) {
    return broken(name, from, thrown instanceof ClawError ? thrown.message : `cannot be read: ${(thrown as Error).message}`);
  }
}

function fromText(text: string, fallback: string, from: From): ListedAgent {
  try {
    const { fields, body } = parseFrontMatter(text.toWellFormed());
    return make(textField(fields["name"]) ?? fallback, { ...fields, prompt: body.trim() }, from);
  } catch (thrown) {
    return broken(fallback, from, wrap(thrown, "CLAW_CONFIG_INVALID").message);
  }
}

function make(name: string, fields: Readonly<Record<string, Json>>, from: From): ListedAgent {
  const description = textField(fields["description"]);
  const prompt = typeof fields["prompt"] === "string" ? fields["prompt"] : "";
  if (!NAME.test(name)) return broken(name, from, "its name must be letters, digits and . : _ - only");
  if (description === undefined) return broken(name, from, "it has no description");
  if (prompt === "") return broken(name, from, "it has no prompt");
  const turns = fields["maxTurns"] ?? fields["max-turns"] ?? null;
  if (turns !== null && !(typeof turns === "number" && Number.isInteger(turns) && turns > 0))
    return broken(name, from, "maxTurns is no whole number above 0");
  const [model, mode] = [textField(fields["model"]), textField(fields["permissionMode"])];
  const [tools, without] = [fields["tools"] ?? null, fields["disallowedTools"] ?? null];
  const skills = listField(fields["skills"]);
  return {
    ...from,
    name,
    description: description.replace(/\s+/g, " "),
    prompt: headOf(prompt.toWellFormed(), MOST_CHARACTERS),
    ...(tools === null || tools === "*" ? {} : { tools: listField(tools) }),
    ...(without === null ? {} : { disallowedTools: listField(without) }),
    ...(model === undefined || model === "inherit" ? {} : { model }),
    ...(turns === null ? {} : { maxTurns: turns as number }),
    ...(mode === undefined ? {} : { permissionMode: mode }),
    ...(skills.length === 0 ? {} : { skills }),
  };
}

function broken(name: string, from: From, problem: string): ListedAgent {
  return { ...from, name: name === "" ? basename(from.path) : name, description: "", prompt: "", problem };
}

/** `--agents {"NAME": {"description": …, "prompt": …, "tools": […]}}`. What is wrong with it is a mistake of usage. */
function flagged({ agents }: Options): readonly ListedAgent[] {
  if (typeof agents !== "string") return [];
  const hint = 'Write --agents \'{"NAME": {"description": "…", "prompt": "…"}}\'.';
  let value: unknown;
  try {
    value = JSON.parse(agents);
  } catch (thrown) {
    throw new ClawError("CLAW_USAGE", `--agents: not valid JSON: ${(thrown as Error).message}`, { hint });
  }
  if (!fields(value)) throw new ClawError("CLAW_USAGE", "--agents: not an object of agents by name", { hint });
  return Object.entries(value).map(([name, given]) => {
    const made = fields<Json>(given) ? make(name, given, { source: "flag", path: "--agents" }) : undefined;
    if (made !== undefined && made.problem === undefined) return made;
    throw new ClawError("CLAW_USAGE", `--agents: ${name}: ${made?.problem ?? "it is no object"}`, { hint });
  });
}
