// What somebody sees before a package is put in the store. Text only; asking is words.ts.
import { asksIsolation, type Capabilities, packageSize, plain, type StagedPlugin, type StoredPlugin } from "claw/kit";
import { listedNames } from "./listed.ts";

/** A staged package, in full. */
export function described(staged: StagedPlugin): string {
  const { plugin, before, warnings, wider, bytes } = staged;
  const { name, version, publisher, source, sort, files, dependencies, description } = plugin;
  const needed = Object.entries(dependencies).map(([one, at]) => `${one} ${at}`);
  const change =
    before === undefined ? "" : before.version === version ? ` (again; installed is ${before.version})` : ` (installed is ${before.version})`;
  const rows: readonly (readonly [string, string])[] = [
    ...(description === undefined ? [] : [["", description] as const]),
    ["From", sort === "npm" ? `npm, published by ${publisher ?? "somebody the registry does not name"}` : `${sort}: ${source}`],
    [
      "Size",
      `${packageSize(plugin.bytes)} in ${files} file${files === 1 ? "" : "s"}${needed.length === 0 ? "" : `, ${packageSize(bytes)} with what it needs`}`,
    ],
    ["Needs", needed.length === 0 ? "nothing else" : clipped(needed)],
    ["Adds", listedNames(plugin).join("; ") || "nothing by name"],
    ["Declares", capabilitiesText(plugin.capabilities)],
    ...(before !== undefined && wider.length > 0 ? [["MORE", `than ${before.version} declared: ${wider.join(", ")}`] as const] : []),
    ...warnings.map((warning) => ["WARNING", warning] as const),
  ];
  return [`${name} ${version}${change}`, ...rows.map(([key, value]) => `  ${key.padEnd(9)} ${oneLine(value)}`)].join("\n");
}

/** Text from outside on a line of its own: it must not be able to look like another row. */
export function oneLine(text: string): string {
  return plain(text).replace(/\s+/g, " ").trim();
}

/** The end of every such text. */
export function caution(plugins: readonly StoredPlugin[]): string {
  const one = plugins.length === 1;
  if (plugins.every(({ manifest, family }) => family === undefined && asksIsolation(manifest))) {
    return `${one ? "It is" : "They are"} isolated: inside the sandbox ${one ? "it can do what it declares" : "they can do what they declare"}, and no more.`;
  }
  return `${one ? "It runs" : "They run"} inside claw with all of your rights; what ${one ? "it declares" : "they declare"} is a promise, no limit.`;
}

/** "fs read:./**; net a.com", or that there is none. */
export function capabilitiesText(capabilities: Capabilities): string {
  const said = Object.entries(capabilities).map(([sort, wants]) => (wants.includes("*") ? sort : `${sort} ${wants.join(", ")}`));
  return said.length === 0 ? "no files, network, programs, variables or model of its own" : said.join("; ");
}

// --- internal ---

const MOST = 12;

function clipped(list: readonly string[]): string {
  return list.length <= MOST ? list.join(", ") : `${list.slice(0, MOST).join(", ")} and ${list.length - MOST} more`;
}
