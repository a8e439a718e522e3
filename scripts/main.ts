// Boots the kernel with everything that is bundled, and turns what nobody caught into words and an exit code.
import { writeSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import * as claw from "claw";
import { type ClawError, type Kernel, type Option, wrap } from "claw";
import { bugText, exitCodeOf, failureOf, failureReport, failureText, HOST_OPTIONS, parseArguments, prepareBoot } from "claw/kit";
import { bundled } from "./bundled.gen.ts";

/** Runs claw. Never rejects. */
export async function main(argv: readonly string[]): Promise<number> {
  let kernel: Kernel | undefined;
  try {
    const listed = bundled.flatMap((one) => one.manifest?.contributes?.command ?? []);
    const commands = listed.flatMap((one) => (typeof one === "string" ? one : [one.name, ...(one.aliases ?? [])]));
    const parse = (known: readonly Option[], strict: boolean) => parseArguments(argv, [...HOST_OPTIONS, ...known], strict, commands);
    const lost = (error: unknown): void => tell(2, `claw: ${error}\n`);
    const start = {
      bundled,
      cwd: process.cwd(),
      home: home(),
      env: { ...process.env },
      managed: managedSettings(),
      parse,
      modules: loadModules,
      lost,
    };
    const prepared = await prepareBoot(start).catch((thrown: unknown) => {
      const { words, options } = parse(
        bundled.flatMap((one) => one.manifest?.options ?? []),
        false,
      );
      const asked = options["help"] === true || options["version"] === true ? "help" : (words[0] ?? "").replace(/^\//, "");
      const code = thrown instanceof claw.ClawError ? thrown.code : "";
      if (!code.startsWith("CLAW_CONFIG_") || !HARDY.includes(asked)) throw thrown;
      return prepareBoot({ ...start, lenient: true });
    });
    kernel = claw.boot(prepared);
    for (const plugin of prepared.asked) await kernel.host.activate(plugin).catch((thrown: unknown) => unloaded(plugin, thrown));
    return await kernel.run();
  } catch (thrown) {
    return report(wrap(thrown, "CLAW_BUG"), argv);
  } finally {
    await kernel?.[Symbol.asyncDispose]();
  }
}

// --- internal ---

const loadModules = async () => (await import("./modules.ts")).modules;

/** Commands that answer even when settings are broken: they are how people find out. */
const HARDY = ["config", "doctor", "help", "status", "version"];

/** A plugin that was asked for and cannot be had, whatever it died of. */
function unloaded(plugin: string, thrown: unknown): never {
  const { code, message, info } = wrap(thrown, "CLAW_PLUGIN_LOAD_FAILED");
  const hint = info.hint ?? "A plugin is a file, or a folder with package.json or index.ts, whose default export definePlugin made.";
  const known = code === "CLAW_PLUGIN_API_MISMATCH" ? code : "CLAW_PLUGIN_LOAD_FAILED";
  throw new claw.ClawError(known, message.includes(plugin) ? message : `plugin ${plugin}: ${message}`, { hint, plugin, cause: thrown });
}

/** `contract.md` section 4: `CLAW_CONFIG_HOME`, else `$XDG_CONFIG_HOME/claw` when that is set, else `~/.claw`. */
function home(): string {
  const { CLAW_CONFIG_HOME: own, XDG_CONFIG_HOME: xdg } = process.env;
  return own || (xdg ? join(xdg, "claw") : join(homedir(), ".claw"));
}

function managedSettings(): string {
  if (process.platform === "darwin") return "/Library/Application Support/claw/settings.json";
  if (process.platform === "win32") return `${process.env["ProgramData"] ?? "C:\\ProgramData"}\\claw\\settings.json`;
  return "/etc/claw/settings.json";
}

/** stderr in words, and on stdout the object that a reader of JSON waits for. */
function report(error: ClawError, argv: readonly string[]): number {
  const format = argv.flatMap((arg, at) => (arg === "--output-format" ? [argv[at + 1]] : arg.startsWith("--output-format=") ? [arg.slice(16)] : []));
  const machine = /^(json|stream-json|ndjson)$/.test(format.at(-1) ?? process.env["CLAW_OUTPUT_FORMAT"] ?? "");
  if (machine) tell(1, `${JSON.stringify(failureReport(error))}\n`);
  else tell(2, failureText(failureOf(error)));
  tell(2, bugText(error));
  return exitCodeOf(error);
}

/** A reader that is gone is nobody's error. */
function tell(fd: 1 | 2, text: string): void {
  try {
    writeSync(fd, text);
  } catch {}
}
