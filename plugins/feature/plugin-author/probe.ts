// The two programs by which `claw plugin check` tries a plugin, as text: its contract suites, and what it costs.
import { Hosting, Inspecting, type Listed, type Loadable, type Manifest } from "claw";

/** What stands before the line with the probe's findings. */
export const MARK = "claw-probe ";

/** The suites that need no samples of the author's. */
export function contractText(folder: string, { name, manifest }: Loadable): string {
  const declared = lacking(manifest).length > 0 ? activating(name) : `pluginContract(${JSON.stringify(folder)});`;
  return `import { expect, test } from ${TESTS};
import { commandContract, createHarness, frontendContract, pluginContract, rendererContract, toolContract } from ${KIT};
const plugins = ${plugins(folder, manifest)};
${manifest === undefined ? "" : declared}
const harness = await createHarness({ plugins });
await harness.host.activate(${JSON.stringify(name)}).catch(() => {});
await harness.submit("hi");
const none = { valid: [], invalid: [] };
const each = async (kind, names, suite) => {
  for (const name of names) {
    const item = await harness.host.get(kind, name).catch(() => undefined);
    if (item !== undefined) suite(item);
  }
};
await each("tool", ${namesOf(manifest, "tool")}, (tool) => toolContract(tool, none));
await each("command", ${namesOf(manifest, "command")}, (command) => commandContract(command, none));
await each("frontend", ${namesOf(manifest, "frontend")}, frontendContract);
await each("renderer", ${namesOf(manifest, "renderer")}, (renderer) => rendererContract(() => renderer, harness.events));
await harness[Symbol.asyncDispose]();
`;
}

/** Imports it, sets it up, and sends one request through it. The median of three, since the first pays for the disk. */
export function probeText(folder: string, { name, manifest }: Loadable): string {
  return `import { createHarness } from ${KIT};
const middle = (times) => Math.round(times.toSorted((a, b) => a - b)[1] * 10) / 10;
const [imports, setups] = [[], []];
let request;
const plugins = ${plugins(folder, manifest)};
for (let round = 0; round < 3; round++) {
  await using harness = await createHarness({ plugins });
  const started = performance.now();
  await import(${JSON.stringify(folder)});
  imports.push(performance.now() - started);
  await harness.host.activate(${JSON.stringify(name)});
  setups.push(harness.host.plugins().find((one) => one.name === ${JSON.stringify(name)})?.ms ?? 0);
  await harness.submit("hi");
  request = harness.requests[0];
}
const size = (value) => Buffer.byteLength(JSON.stringify(value));
const tools = Object.fromEntries((request?.tools ?? []).map((tool) => [tool.name, size(tool)]));
const system = (request?.system ?? []).reduce((sum, part) => sum + Buffer.byteLength(part), 0);
const measured = { importMs: Math.round(imports[0] * 10) / 10, setupMs: middle(setups), system, tools };
process.stdout.write(${JSON.stringify(`\n${MARK}`)} + JSON.stringify(measured) + "\\n");
process.exit(0);
`;
}

// --- internal ---

/** What the programs import, which this file does not. */
const [KIT, TESTS] = [JSON.stringify("claw/testing"), JSON.stringify("bun:test")];
/** Bundled plugins that the SDK has: what a plugin needs of these is there, as it is in claw. */
const COMPANIONS: Readonly<Record<string, readonly string[]>> = {
  "claw.processes@1": ["feature/processes", "feature/workspace"],
  "claw.workspace@1": ["feature/workspace"],
};

/** Services that the plugin needs and the SDK has not. */
function lacking(manifest: Manifest | undefined): readonly string[] {
  return (manifest?.needs ?? []).filter((id) => !(id in COMPANIONS) && id !== Inspecting.id && id !== Hosting.id);
}

/** The plugin, what it needs of the bundled ones, and for the rest a stand-in whose every method gives nothing. */
function plugins(folder: string, manifest: Manifest | undefined): string {
  const beside = new Set((manifest?.needs ?? []).flatMap((id) => [...(COMPANIONS[id] ?? [])]));
  const provides = JSON.stringify(lacking(manifest));
  const nothing = 'new Proxy({}, { get: (_, name) => (name === "then" ? undefined : async () => undefined) })';
  const setup = `setup({ provide }) { for (const id of ${provides}) provide({ id }, ${nothing}); }`;
  const standIn = `{ name: "stand-in", version: "0.0.0", manifest: { api: 1, provides: ${provides} }, load: async () => ({ default: { ${setup} } }) }`;
  return `[${[folder, ...beside].map((one) => JSON.stringify(one)).join(", ")}${lacking(manifest).length > 0 ? `, ${standIn}` : ""}]`;
}

/** The heart of `pluginContract`, beside a stand-in. */
function activating(name: string): string {
  const said = JSON.stringify(name);
  return `test(${JSON.stringify(`${name} > activates, adding all it declares and nothing else`)}, async () => {
  await using one = await createHarness({ plugins });
  await one.host.activate(${said});
  expect(one.host.plugins().find((plugin) => plugin.name === ${said})).toMatchObject({ state: "active" });
});`;
}

function namesOf(manifest: Manifest | undefined, kind: "tool" | "command" | "frontend" | "renderer"): string {
  const all: readonly Listed[] = manifest?.contributes?.[kind] ?? [];
  return JSON.stringify(all.map((one) => (typeof one === "string" ? one : one.name)).filter((name) => !name.endsWith("*")));
}
