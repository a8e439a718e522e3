// Boots the kernel with everything that is bundled, and turns what nobody caught into words and an exit code.
import { writeSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import * as claw from "claw";
import { type ClawError, type Kernel, type Option, wrap } from "claw";
import {
  askTrust,
  bugText,
  connection,
  exitCodeOf,
  failureOf,
  failureReport,
  failureText,
  HOST_OPTIONS,
  type MachineOptions,
  mayAct,
  parseArguments,
  prepareBoot,
} from "claw/kit";
import { version } from "../kernel/package.json" with { type: "json" };
import { bundled } from "./bundled.ts";

/** Runs claw. Never rejects. */
export async function main(given: readonly string[]): Promise<number> {
  let kernel: Kernel | undefined;
  try {
    const argv = given.some((arg) => arg === "--replay" || arg.startsWith("--replay=")) ? (await import("./replay.ts")).replayed(given) : given;
    const listed = () => bundled.flatMap((one) => one.manifest?.contributes?.command ?? []);
    const commands = () => listed().flatMap((one) => (typeof one === "string" ? one : [one.name, ...(one.aliases ?? [])]));
    const parse = (known: readonly Option[], strict: boolean) => parseArguments(argv, [...HOST_OPTIONS, ...known], strict, commands);
    const lost = (error: unknown): void => tell(2, `claw: ${error}\n`);
    const start = {
      bundled,
      cwd: process.cwd(),
      home: home(),
      env: { ...process.env },
      managed: managedSettings(),
      version,
      parse,
      modules: loadModules,
      lost,
    };
    if (connection(0) === "terminal" && connection(1) === "terminal" && !vouched(start, commands)) return 0;
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
    const { bus } = kernel.host;
    // A promise that nobody waits for, a plugin's most likely, ends nothing.
    process.on("unhandledRejection", (thrown) => {
      const { message, code } = wrap(thrown, "CLAW_BUG");
      bus.emit("notice.raised", { level: "error", text: `Something failed outside of any turn: ${message || code}` });
    });
    if (TAPES.some((option) => typeof prepared.options[option] === "string")) await kernel.host.activate("@claw/feature-cassette");
    for (const plugin of prepared.asked) await kernel.host.activate(plugin).catch((thrown: unknown) => unloaded(plugin, thrown));
    return await kernel.run();
  } catch (thrown) {
    return report(wrap(thrown, "CLAW_BUG"), given);
  } finally {
    await kernel?.[Symbol.asyncDispose]();
    // What a plugin has left running, a timer or a server, keeps no process: all that claw had to say is said.
    setTimeout(() => process.exit(), LEFT_MS).unref();
  }
}

// --- internal ---

const LEFT_MS = 300;
const loadModules = async () => (await import("./modules.ts")).modules;

/** Options that must have their plugin before anything is said: nothing else would activate it. */
const TAPES = ["record", "replay"];

/** Commands that answer even when settings are broken: they are how people find out. */
const HARDY = ["config", "doctor", "help", "status", "version"];

/** Asks whether a folder that would act is trusted, where a session with a person begins. False when the person wants no session then. */
function vouched({ cwd, home, env, parse }: Pick<MachineOptions, "cwd" | "home" | "env" | "parse">, commands: () => readonly string[]): boolean {
  const known = bundled.flatMap((one) => one.manifest?.options ?? []);
  const { options, words } = parse(known, false);
  if (["trust", "bare", "print", "help", "version"].some((name) => options[name] === true)) return true;
  if (["output-format", "input-format", "json-schema"].some((name) => options[name] !== undefined)) return true;
  const first = (words[0] ?? "").replace(/^\//, "");
  if (first === "prompt" || commands().includes(first)) return true;
  const folder = resolve(cwd, typeof options["cwd"] === "string" ? options["cwd"] : ".");
  return !mayAct(folder, home, env) || askTrust(folder, home, env);
}

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
