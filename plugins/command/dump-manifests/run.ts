// The inventory: the same facts that the commands of each sort tell, in one document.
import { type CommandOutcome, Inspecting, type Json, type PluginStatus, type ServiceToken, type TurnScope } from "claw";
import { Agents, type ListedAgent, listTools, type Prompt, Prompts, type Skill, Skills, type ToolFacts, tokensOf } from "claw/kit";

export async function run(scope: TurnScope): Promise<CommandOutcome> {
  const plugins = (await scope.use(Inspecting)).plugins();
  const problems: string[] = [];
  /** A sort whose service is off or fails is told of, and the others still come. */
  async function all<T>(token: ServiceToken<{ list(scope: TurnScope): Promise<readonly T[]> }>): Promise<readonly T[]> {
    try {
      return await (await scope.use(token)).list(scope);
    } catch (thrown) {
      problems.push(thrown instanceof Error ? thrown.message : String(thrown));
      return [];
    }
  }
  const tools = (await listTools(scope)).map(toolFacts);
  const commands = [...plugins.flatMap(commandFacts), ...(await all(Prompts)).filter(({ kind }) => kind === "command").map(promptFacts)];
  const agents = (await all(Agents)).map(agentFacts);
  const skills = (await all(Skills)).map(skillFacts);
  const sorts = { tools, commands, agents, skills, plugins: plugins.map(pluginFacts) };
  const counts = Object.fromEntries(Object.entries(sorts).map(([sort, items]) => [sort, items.length]));
  const data = { kind: "dump-manifests", status: problems.length === 0 ? "ok" : "degraded", workspace: scope.cwd, counts, problems, ...sorts };
  return { kind: "done", notice: JSON.stringify(data, null, 2), data };
}

// --- internal ---

type Data = { readonly [key: string]: Json };

function toolFacts({ name, plugin, source, state, access, level, spec, bytes, problem }: ToolFacts): Data {
  return {
    ...{ name, description: spec.description, permission: level, access, plugin: plugin ?? null, source: source ?? null, state },
    ...{ deferred: state === "deferred", bytes, estimated_tokens: tokensOf(bytes), input_schema: spec.schema, problem: problem ?? null },
  };
}

/** Those a plugin's manifest lists; a plugin without one adds commands that nobody knows of before it runs. */
function commandFacts({ name: plugin, source, manifest, state }: PluginStatus): readonly Data[] {
  return (manifest.contributes?.command ?? []).map((listed) => {
    const {
      name,
      summary = "",
      aliases = [],
      usage = "",
      category = "",
      slash = false,
      shell = false,
    } = typeof listed === "string" ? { name: listed } : listed;
    return { name, summary, aliases, usage, category, slash, shell, plugin, source, usable: state !== "off" };
  });
}

function promptFacts({ name, description, source, hint, path }: Prompt): Data {
  return {
    name,
    summary: description,
    aliases: [],
    usage: hint ?? "",
    category: "Markdown",
    slash: true,
    shell: false,
    plugin: null,
    source: path ?? source,
    usable: true,
  };
}

function agentFacts({ name, description, source, path, plugin, tools, disallowedTools, model, shadowedBy, problem }: ListedAgent): Data {
  return {
    ...{
      name,
      description,
      source,
      path,
      plugin: plugin ?? null,
      tools: tools ?? null,
      disallowed_tools: disallowedTools ?? null,
      model: model ?? null,
    },
    ...{ active: problem === undefined && shadowedBy === undefined, shadowed_by: shadowedBy ?? null, problem: problem ?? null },
  };
}

function skillFacts({ name, description, source, path, plugin, trusted, tools, bytes, byModel, byUser, shadowedBy, problem }: Skill): Data {
  return {
    ...{ name, description, source, path, plugin: plugin ?? null, trusted, allowed_tools: tools, bytes, by_model: byModel, by_user: byUser },
    ...{ active: problem === undefined && shadowedBy === undefined && trusted, shadowed_by: shadowedBy ?? null, problem: problem ?? null },
  };
}

function pluginFacts({ name, version, source, state, manifest, problem }: PluginStatus): Data {
  return { name, version, source, state, manifest: manifest as unknown as Json, problem: problem ?? null };
}
