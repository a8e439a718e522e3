// The case of the gate: what reading a command line, deciding on a call and confining a command take. In this process, on the real kernel.
import { type Block, definePlugin, defineTool, type Plugin, type TurnScope } from "claw";
import { type ProcessEnd, Processes, Sandbox, Shell } from "claw/kit";
import { createHarness, type Harness, type HarnessOptions, type Reply, says } from "claw/testing";
import * as v from "valibot";
import { interleave, median, type Row } from "./measure.ts";
import type { World } from "./world.ts";

/** Milliseconds that the issue of the gate allows. */
const LIMITS = { line: 0.3, parts: 5, decision: 0.1, bubblewrap: 8, namespaces: 15 } as const;

export async function gate(_: World, runs: number): Promise<readonly Row[]> {
  return [...(await lines(runs * 20)), ...(await decisions(runs)), ...(await confined("bubblewrap", runs)), ...(await confined("namespaces", runs))];
}

// --- internal ---

/** What models write, none twice in a row. */
const LINES = [
  "cd src && grep -rn 'foo' . --include=*.ts | head -20; git status --short && cat a.txt",
  "bun test src/a.test.ts 2>&1 | tail -40",
  'git add -A && git commit -q -m "Say what changed" && git log --oneline -3',
  'for f in a.txt b.txt; do wc -l "$f"; done',
  "sed -n '10,40p' src/a.ts; rg -n 'export (const|function)' src | sort | uniq -c",
  "find . -name '*.ts' -not -path './node_modules/*' -exec grep -l needle {} +",
  "python3 - <<'E'\nprint(1)\nE",
] as const;
const MANY = Array.from({ length: 30 }, (_, index) => `cat a.txt | grep ${index}`).join("; ");
const GATE = ["feature/permissions", "feature/shell", "feature/workspace", "permission-mode/workspace-write"];
const RULES = {
  allow: Array.from({ length: 10 }, (_, index) => `Bash(tool-${index} *)`),
  ask: ["Bash(git push *)", "WebFetch(domain:example.com)", "Edit(./generated/**)"],
  deny: ["Read(./.env)", "Read(./secrets/**)", "Bash(rm -rf *)", "Edit(*.lock)", "Read(~/.ssh/**)", "mcp__other__*"],
};

/** What `body` gives, run in a call of the session of a harness. */
async function within<T>(options: HarnessOptions, body: (scope: TurnScope) => Promise<T>): Promise<T> {
  let given: T | undefined;
  const tool = defineTool({
    name: "measure",
    description: "Measures",
    input: v.strictObject({}),
    access: () => "none",
    subject: () => "",
    async run(_input, scope) {
      given = await body(scope);
      return { content: [{ type: "text", text: "measured" }] };
    },
  });
  await using harness = await createHarness({
    ...options,
    plugins: [...options.plugins, definePlugin({ setup: ({ contribute }) => void contribute("tool", tool) })],
  });
  const { content } = await harness.call("measure", {});
  if (given === undefined) throw new Error(`the gate was not measured: ${JSON.stringify(content)}`);
  return given;
}

/** The middle of what `times` runs take, after half as many that do not count. */
async function middle(times: number, run: (round: number) => Promise<unknown>): Promise<number> {
  const taken: number[] = [];
  for (let round = -Math.ceil(times / 2); round < times; round += 1) {
    const started = performance.now();
    await run(Math.abs(round));
    if (round >= 0) taken.push(performance.now() - started);
  }
  return median(taken);
}

async function lines(times: number): Promise<readonly Row[]> {
  const files = { "a.txt": "a\n", "b.txt": "b\n", "src/a.ts": "a\n" };
  const [one, many] = await within({ plugins: GATE, files, config: { permissionMode: "workspace-write" } }, async (scope) => {
    const shell = await scope.use(Shell);
    if ((await shell.analyse(MANY, scope)).parts.length !== 60) throw new Error("the long line has not sixty parts");
    const short = await middle(times, (round) => shell.analyse(LINES[round % LINES.length] ?? "", scope));
    return [short, await middle(Math.ceil(times / 5), () => shell.analyse(MANY, scope))];
  });
  return [
    { what: "gate: read a command line", unit: "ms", ours: one ?? 0, limit: LIMITS.line },
    { what: "gate: read one of 60 parts", unit: "ms", ours: many ?? 0, limit: LIMITS.parts },
  ];
}

/** A tool that does nothing with a path, and a mode that asks nobody anything. */
const nothing: Plugin = definePlugin({
  setup({ contribute }) {
    const input = v.strictObject({ path: v.string() });
    const named = { name: "read_file", description: "Does nothing", input, subject: ({ path }: { readonly path: string }) => path };
    const run = async () => ({ content: [{ type: "text" as const, text: "done" }] });
    contribute("tool", defineTool({ ...named, access: () => "read" as const, paths: ({ path }) => [path], run }));
    contribute("permission-mode", { name: "free", summary: "Lets all run", decide: async () => ({ verdict: "allow" }) });
  },
});

/** What rules and a mode add to a call that needs no question, by many calls with them and without, in turn. */
async function decisions(runs: number): Promise<readonly Row[]> {
  const files = Object.fromEntries(Array.from({ length: EACH }, (_, index) => [`src/${index}.ts`, "a\n"]));
  const open = (plugins: readonly string[], config: object): Promise<Harness> => {
    const script = Array.from({ length: runs * 2 + 4 }, () => [stepOf(EACH), says("done")]).flat();
    return createHarness({ plugins: [...plugins, nothing], files, config: config as never, script });
  };
  await using free = await open(["feature/workspace"], { permissionMode: "free" });
  await using gated = await open(GATE, { permissionMode: "workspace-write", permissions: RULES });
  const took = async (harness: Harness): Promise<number> => {
    // A session of its own: what one step costs must not grow with those before.
    const shell = await harness.host.open({});
    const started = performance.now();
    await shell.submit({ text: "go" });
    const taken = performance.now() - started;
    await shell.close();
    return taken / EACH;
  };
  for (let round = 0; round < 2; round += 1) for (const one of [free, gated]) await took(one);
  const all = await interleave(runs, { free: () => took(free), gated: () => took(gated) });
  for (const { events } of [free, gated]) {
    const ran = events.filter((event) => event.type === "call.ended" && event.data.failed !== true).length;
    if (ran < EACH * runs) throw new Error("the calls were not allowed");
  }
  const [ours, floor] = [median(all.gated), median(all.free)];
  const note = `with 19 rules; ${ours.toFixed(3)} by ${floor.toFixed(3)} ms`;
  return [{ what: "gate: decide on a call without asking, more", unit: "ms", ours: Math.max(0, ours - floor), limit: LIMITS.decision, note }];
}
/** Calls in one step. */
const EACH = 100;

const stepOf = (count: number): Reply => ({
  stop: "calls",
  content: Array.from(
    { length: count },
    (_, index): Block => ({ type: "call", id: crypto.randomUUID(), tool: "read_file", input: { path: `src/${index}.ts` } }),
  ),
});

/** `true` in this tier, over `true` started the way every command is. No row where the tier does not work. */
async function confined(tier: "bubblewrap" | "namespaces", runs: number): Promise<readonly Row[]> {
  const config = { permissionMode: "workspace-write", plugins: { "@claw/feature-sandbox": { tiers: [tier] } } };
  const plugins = ["feature/sandbox", "feature/processes", "feature/workspace", "permission-mode/workspace-write"];
  const found = await within({ plugins, config }, async (scope) => {
    const [processes, sandbox] = [await scope.use(Processes), await scope.use(Sandbox)];
    if ((await sandbox.inspect(scope)).tier !== tier) return [];
    const plain = { argv: ["true"], cwd: scope.session.cwd, env: processes.environment(scope), name: "true" };
    const well = ({ code, output }: ProcessEnd): void => {
      if (code !== 0) throw new Error(`true in ${tier} ended with ${code}: ${output}`);
    };
    const inside = async (): Promise<void> => {
      const wrapped = await sandbox.wrap(plain, scope);
      if (wrapped === undefined) throw new Error(`true was not confined by ${tier}`);
      const end = await processes.run(wrapped.options, scope);
      wrapped.finish(end);
      well(end);
    };
    const floor = await middle(runs * 2, async () => well(await processes.run(plain, scope)));
    return [await middle(runs * 2, inside), floor];
  });
  const [ours, floor] = found;
  if (ours === undefined || floor === undefined) return [];
  return [
    {
      what: `gate: true in ${tier}, more`,
      unit: "ms",
      ours: ours - floor,
      limit: LIMITS[tier],
      note: `${ours.toFixed(1)} by ${floor.toFixed(1)} ms`,
    },
  ];
}
