// All checks, and how they are told.
import type { CommandOutcome, PluginScope, TurnScope } from "claw";
import { Inspecting } from "claw";
import { Lsp, Mcp, Sandbox, ShellHooks } from "claw/kit";
import {
  type Check,
  checkBaseUrls,
  checkConfig,
  checkCredentials,
  checkFolder,
  checkHome,
  checkHooks,
  checkMcp,
  checkPlugins,
  checkSandbox,
  checkStore,
  checkTools,
} from "./checks.ts";

/** Exits 1 when a check fails. A check that itself breaks has failed. */
export async function examine(scope: TurnScope, plugin: PluginScope): Promise<CommandOutcome> {
  const inspection = await plugin.use(Inspecting);
  const provided = ({ id }: { readonly id: string }): boolean => inspection.plugins().some(({ manifest }) => manifest.provides?.includes(id));
  const named: readonly (readonly [string, () => Check | Promise<Check>])[] = [
    ["credentials", () => checkCredentials(scope)],
    ["base URLs", () => checkBaseUrls(scope.env)],
    ["config", () => checkConfig(inspection)],
    ["plugins", () => checkPlugins(inspection)],
    ["home", () => checkHome(scope.home)],
    ["store", () => checkStore(scope, inspection.config.store)],
    ["folder", () => checkFolder(scope.cwd, inspection)],
    ["tools", () => checkTools(scope.env, provided(Lsp) ? scope.settings("lspServers") : undefined)],
    ...(provided(Sandbox) ? [["sandbox", () => checkSandbox(scope)] as const] : []),
    ...(provided(ShellHooks) ? [["hooks", () => checkHooks(scope)] as const] : []),
    ...(provided(Mcp) ? [["MCP", () => checkMcp(scope)] as const] : []),
  ];
  const checks = await Promise.all(named.map(async ([name, check]) => ({ name, ...(await guarded(check)) })));
  const count = (status: Check["status"]): number => checks.filter((check) => check.status === status).length;
  const summary = { total: checks.length, ok: count("ok"), warnings: count("warn"), failures: count("fail") };
  const status = summary.failures > 0 ? "fail" : summary.warnings > 0 ? "warn" : "ok";
  const lines = checks.flatMap(({ name, status: mark, summary: text, details, hint }) => [
    `${mark.padEnd(4)}  ${name.padEnd(11)}  ${text}`,
    ...details.map((detail) => `                   ${detail}`),
    ...(hint === undefined ? [] : [`                   → ${hint.replaceAll("\n", "\n                     ")}`]),
  ]);
  const notice = [...lines, `${summary.ok} ok, ${summary.warnings} warnings, ${summary.failures} failures`].join("\n");
  const listed = checks.map(({ hint, ...check }) => ({ id: check.name.toLowerCase().replace(" ", "-"), ...check, hint: hint ?? null }));
  const data = { kind: "doctor", action: "show", status, message: notice, has_failures: summary.failures > 0, summary, checks: listed };
  return summary.failures > 0 ? { kind: "exit", code: 1, notice, data } : { kind: "done", notice, data };
}

// --- internal ---

async function guarded(check: () => Check | Promise<Check>): Promise<Check> {
  try {
    return await check();
  } catch (thrown) {
    return { status: "fail", summary: thrown instanceof Error ? thrown.message : String(thrown), details: [] };
  }
}
