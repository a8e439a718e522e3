// `claw plugin check`: manifest against code, the contract suites, types where there is a compiler, what it weighs, what it costs each start and each
// request. The code runs in children of its own, without claw's secrets.
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ClawError, type CommandOutcome, type Json, type Loadable, type TurnScope } from "claw";
import { tokensOf } from "claw/kit";
import { type Finding, loadableOf, staticFindings } from "./findings.ts";
import { packed } from "./pack.ts";
import { contractText, MARK, probeText } from "./probe.ts";
import { ensureSdk } from "./sdk.ts";
import { bun } from "./suite.ts";

/** What the probe has measured, in milliseconds and bytes. */
interface Measured {
  readonly importMs: number;
  readonly setupMs: number;
  readonly system: number;
  readonly tools: Readonly<Record<string, number>>;
}

/** Ends with 1 when there is an error. */
export async function check(folder: string, scope: TurnScope): Promise<CommandOutcome> {
  await ensureSdk(folder);
  const found = loadableOf(folder);
  const findings: Finding[] = [...staticFindings(folder)];
  const { name, version } = found instanceof ClawError ? { name: folder, version: "?" } : found;
  const ran = found instanceof ClawError ? undefined : await exercise(folder, found, findings, scope);
  const types = await compiled(folder, findings, scope);
  const parcel = await packed(folder, scope).catch((error: ClawError) => void findings.push({ level: "error", message: error.message }));
  const errors = findings.filter(({ level }) => level === "error").length;
  const rows: readonly (readonly [string, string])[] = [
    ["plugin", `${name} ${version}`],
    ["contract", ran === undefined ? "not run" : `${ran.passed} passed, ${ran.failed} failed`],
    ["types", types],
    ["size", parcel === undefined ? "?" : `${parcel.files.length} files, ${parcel.size}`],
    [
      "start-up",
      ran?.measured === undefined ? "not measured" : `${ran.measured.importMs} ms import, ${ran.measured.setupMs} ms setup, at its first use`,
    ],
    ["prompt", ran?.measured === undefined ? "not measured" : promptOf(ran.measured)],
  ];
  const lines = [
    ...rows.map(([key, value]) => `${key.padEnd(10)}${value}`),
    ...findings.map(({ level, message }) => `${level.padEnd(10)}${message}`),
    `${errors} errors, ${findings.length - errors} warnings`,
  ];
  const measured = ran?.measured === undefined ? null : { ...ran.measured, tokens: tokensOf(bytesOf(ran.measured)) };
  const counts = { contract: ran === undefined ? null : { passed: ran.passed, failed: ran.failed }, errors, warnings: findings.length - errors };
  const facts = { kind: "plugin", action: "check", status: errors === 0 ? "ok" : "error", name, version, path: folder, ...counts, types };
  const rest = { size: parcel?.size ?? null, files: [...(parcel?.files ?? [])], measured, findings: [...findings] };
  const data = { ...facts, ...rest } as unknown as Json;
  return errors === 0 ? { kind: "done", notice: lines.join("\n"), data } : { kind: "exit", code: 1, notice: lines.join("\n"), data };
}

// --- internal ---

interface Ran {
  readonly passed: number;
  readonly failed: number;
  readonly measured: Measured | undefined;
}

/** Runs the contract suites and the probe. What fails becomes a finding. */
async function exercise(folder: string, plugin: Loadable, findings: Finding[], scope: TurnScope): Promise<Ran> {
  const work = join(folder, "node_modules", ".claw-check");
  await mkdir(work, { recursive: true });
  try {
    await writeFile(join(work, "contract.test.ts"), contractText(folder, plugin));
    await writeFile(join(work, "probe.ts"), probeText(folder, plugin));
    const suite = await bun(["test", "./node_modules/.claw-check/contract.test.ts"], folder, scope);
    const count = (word: string): number => Number([...suite.output.matchAll(new RegExp(`^ *(\\d+) ${word}s?$`, "gm"))].at(-1)?.[1] ?? 0);
    const failed = Math.max(count("fail"), count("error"), suite.code === 0 ? 0 : 1);
    for (const [, what = ""] of suite.output.matchAll(/^\(fail\) (.+?)(?: \[[\d.]+m?s\])?$/gm))
      findings.push({ level: "error", message: `contract: ${what}` });
    const why = [...suite.output.matchAll(/^(?:error|ClawError): .+$/gm)].map(([line]) => line);
    if (failed > 0) findings.push({ level: "error", message: `contract: ${why[0] ?? (suite.output.trim().split("\n").at(-1) || "it did not run")}` });
    const probe = await bun(["node_modules/.claw-check/probe.ts"], folder, scope);
    const said = probe.output.split("\n").find((line) => line.startsWith(MARK));
    if (said === undefined && failed === 0) findings.push({ level: "error", message: `it does not run: ${whyOf(probe.output)}` });
    return { passed: count("pass"), failed, measured: said === undefined ? undefined : (JSON.parse(said.slice(MARK.length)) as Measured) };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function whyOf(output: string): string {
  return /^(?:error|\w*Error): .+$/m.exec(output)?.[0] ?? (output.trim().split("\n").at(-1) || "it ended without a word");
}

/** Runs the TypeScript that the folder has, when there is one. */
async function compiled(folder: string, findings: Finding[], scope: TurnScope): Promise<string> {
  const compiler = compilerOf(folder);
  if (compiler === undefined || !existsSync(join(folder, "tsconfig.json")))
    return "not checked: no TypeScript here (bun add -d typescript, or npm install -D typescript)";
  const end = await bun([compiler, "-p", "."], folder, scope);
  if (end.code === 0) return "fine";
  const lines = end.output.split("\n").filter((line) => /error TS\d+/.test(line));
  for (const line of lines.slice(0, 20)) findings.push({ level: "error", message: line.trim() });
  if (lines.length === 0) findings.push({ level: "error", message: `tsc: ${whyOf(end.output)}` });
  return `${Math.max(1, lines.length)} errors`;
}

function compilerOf(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const file = join(at, "node_modules", "typescript", "package.json");
    if (existsSync(file)) {
      const { bin } = JSON.parse(readFileSync(file, "utf8")) as { bin?: Readonly<Record<string, string>> };
      return bin?.["tsc"] === undefined ? undefined : join(dirname(file), bin["tsc"]);
    }
    if (at === dirname(at)) return undefined;
  }
}

const bytesOf = ({ system, tools }: Measured): number => system + Object.values(tools).reduce((sum, bytes) => sum + bytes, 0);

function promptOf(measured: Measured): string {
  const parts = Object.entries(measured.tools).map(([name, bytes]) => `${name} ${bytes} B`);
  if (measured.system > 0) parts.unshift(`system prompt ${measured.system} B`);
  return parts.length === 0 ? "nothing" : `about ${tokensOf(bytesOf(measured))} tokens in each request: ${parts.join(", ")}`;
}
