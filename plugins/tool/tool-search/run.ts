// One search: what it means, what is found, and what the model gets of it.
import type { CallScope, ToolResult, ToolSpec } from "claw";
import { didYouMean, headOf } from "claw/kit";
import type { Roster } from "./roster.ts";
import { pick, rank, readQuery } from "./search.ts";

type Input = Readonly<{ query: string; max_results?: number | undefined }>;
/** What became of a query: tools by name, and a line for each name that is none of them. */
type Meant = Readonly<{ names: readonly string[]; notes: readonly string[] }>;

/** `roster` is asked again after the draft that brings it up to date. */
export async function run(
  { query, max_results: most = DEFAULT_RESULTS }: Input,
  scope: CallScope,
  roster: () => Roster | undefined,
): Promise<ToolResult> {
  // Tools of a server may have come since the request was made.
  const { tools } = await scope.draft();
  const here = roster();
  const names = here?.deferrable() ?? [];
  if (here === undefined || names.length === 0) return told([], ["No tool is left out here: all there are can be called already."], 0);
  const asked = readQuery(query);
  const { names: meant, notes } =
    "select" in asked ? selected(asked.select, names, tools) : { names: rank(await describe(names, scope), asked).slice(0, most), notes: [] };
  const lines = [...notes];
  const specs: ToolSpec[] = [];
  for (const name of meant.slice(0, MOST_SELECTED)) {
    try {
      specs.push(await scope.spec(name));
    } catch (thrown) {
      lines.push(`${name} cannot be loaded: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    }
  }
  await here.join(
    specs.map(({ name }) => name),
    scope,
  );
  if (specs.length === 0 && lines.length === 0)
    lines.push(`No tool of the ${names.length} matches ${JSON.stringify(query)}. Try other words, or select:NAME.`);
  return told(specs, lines, names.length);
}

// --- internal ---

const DEFAULT_RESULTS = 5;
const MOST_SELECTED = 50;
/** Characters of a result, about, and of one description in it. What finds no room comes with the next request all the same. */
const MOST_TEXT = 30_000;
const MOST_DESCRIPTION = 4_000;
const LEAST_DESCRIPTION = 200;

function selected(wanted: readonly string[], names: readonly string[], sent: readonly string[]): Meant {
  const found = new Set<string>();
  const notes: string[] = [];
  for (const name of wanted) {
    const meant = pick(name, names);
    if (meant !== undefined) found.add(meant);
    else if (pick(name, sent) !== undefined) notes.push(`${pick(name, sent)} is loaded already.`);
    else notes.push([`There is no tool ${JSON.stringify(name)}.`, didYouMean(name, names)].filter(Boolean).join(" "));
  }
  return { names: [...found], notes };
}

async function describe(names: readonly string[], scope: CallScope) {
  const load = (name: string) =>
    scope.spec(name).then(
      ({ description }) => description,
      () => "",
    );
  return Promise.all(names.map(async (name) => ({ name, description: await load(name) })));
}

function told(specs: readonly ToolSpec[], notes: readonly string[], total: number): ToolResult {
  const lines = specs.length === 0 ? [] : ["Loaded. Call as needed:"];
  let left = MOST_TEXT;
  for (const { name, description, schema } of specs) {
    const head = `${name}: ${headOf(description, left > 0 ? MOST_DESCRIPTION : LEAST_DESCRIPTION)}`;
    const shape = JSON.stringify(schema);
    left -= head.length + shape.length;
    lines.push("", head, left >= 0 ? `Input schema: ${shape}` : "Its input schema is with your other tools from now on.");
  }
  const text = [...lines, ...(lines.length > 0 && notes.length > 0 ? [""] : []), ...notes].join("\n").toWellFormed();
  return { content: [{ type: "text", text }], details: { matches: specs.map(({ name }) => name), total_deferred_tools: total } };
}
