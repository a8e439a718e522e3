// What can be said of a plugin's folder without running any of its code.
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { ClawError, type Loadable } from "claw";
import { discover } from "claw/kit";

export interface Finding {
  readonly level: "error" | "warning";
  readonly message: string;
}

/** Errors keep it from being of use to others; warnings make it worse. */
export function staticFindings(folder: string): readonly Finding[] {
  const findings: Finding[] = [];
  const tell = (level: Finding["level"], message: string): void => void findings.push({ level, message });
  let pack: Pack;
  try {
    pack = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Pack;
  } catch (cause) {
    return [{ level: "error", message: `package.json cannot be read: ${(cause as Error).message}` }];
  }
  judgePackage(pack, folder, tell);
  judgeManifest(pack, folder, tell);
  if (!existsSync(join(folder, "README.md"))) tell("error", "there is no README.md");
  else {
    const text = readFileSync(join(folder, "README.md"), "utf8");
    const lacking = HEADINGS.filter((heading) => !text.includes(`## ${heading}`));
    if (lacking.length > 0) tell("error", `README.md lacks the headings ${lacking.join(", ")}`);
  }
  return findings;
}

/** The plugin of a folder, or why it is none. */
export function loadableOf(folder: string): Loadable | ClawError {
  try {
    return discover(folder, folder, folder);
  } catch (thrown) {
    return thrown instanceof ClawError ? thrown : new ClawError("CLAW_PLUGIN_LOAD_FAILED", String(thrown));
  }
}

// --- internal ---

interface Pack {
  readonly name?: string;
  readonly version?: string;
  readonly description?: string;
  readonly license?: string;
  readonly private?: boolean;
  readonly type?: string;
  readonly exports?: unknown;
  readonly main?: string;
  readonly keywords?: readonly string[];
  readonly engines?: { readonly claw?: string };
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly claw?: { readonly contributes?: Readonly<Record<string, readonly unknown[]>> };
}
type Tell = (level: Finding["level"], message: string) => void;
const HEADINGS = ["What it adds", "Config", "Permissions", "Events and services", "Limits"];
/** Scripts that npm would run on the machine of whoever installs it. */
const LIFECYCLE = ["preinstall", "install", "postinstall", "prepare", "preprepare", "postprepare"];

function judgePackage(pack: Pack, folder: string, tell: Tell): void {
  const { name = "", version = "", scripts = {}, dependencies = {}, devDependencies = {} } = pack;
  if (!/^(@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/.test(name)) tell("error", `name is none that npm takes: ${JSON.stringify(name)}`);
  if (!/^\d+\.\d+\.\d+(-[\w.-]+)?$/.test(version)) tell("error", `version is no semantic version: ${JSON.stringify(version)}`);
  if (pack.type !== "module") tell("error", '"type" must be "module"');
  if (pack.private === true) tell("warning", "it is private: it cannot be published");
  if (pack.keywords?.includes("claw-plugin") !== true) tell("warning", 'the keyword "claw-plugin" is missing: `claw plugin search` will not find it');
  if ((pack.description ?? "") === "") tell("warning", "there is no description");
  if (pack.license === undefined && !existsSync(join(folder, "LICENSE"))) tell("warning", "no license is named");
  if (pack.engines?.claw === undefined) tell("warning", "engines.claw does not say which versions of claw it is for");
  for (const script of LIFECYCLE.filter((one) => one in scripts)) tell("error", `script "${script}": claw never runs it; make it work without`);
  const provided = ["claw", "valibot"].filter((one) => one in dependencies && !String(dependencies[one]).startsWith("workspace:"));
  if (provided.includes("claw") || (devDependencies["claw"] ?? "workspace:").startsWith("workspace:") === false)
    tell("error", '"claw" is no dependency: it comes from the binary, and on npm the name is somebody else\'s');
  if (basename(folder) !== name.replace(/^@[^/]*\//, "") && !name.startsWith("@claw/"))
    tell("warning", `the folder is not called as the package, ${name}`);
}

function judgeManifest(pack: Pack, folder: string, tell: Tell): void {
  if (pack.claw === undefined) tell("error", 'there is no manifest: package.json has no field "claw"');
  const found = loadableOf(folder);
  if (found instanceof ClawError) {
    tell("error", found.message);
    return;
  }
  const exported = typeof pack.exports === "string" ? pack.exports : undefined;
  if (exported !== undefined && !existsSync(join(folder, exported))) tell("error", `exports names ${exported}, which is not there`);
  for (const one of found.manifest?.contributes?.command ?? [])
    if (typeof one === "string" || (one.slash !== true && one.shell !== true))
      tell("warning", `the command ${typeof one === "string" ? one : one.name} has no door: give it "slash", "shell" or both, and a summary`);
    else if (one.summary === undefined) tell("warning", `the command ${one.name} has no summary`);
}
