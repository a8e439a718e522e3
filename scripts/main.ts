// Boots the kernel with everything that is bundled, and turns what nobody caught into words and an exit code.
import * as claw from "claw";
import { type ClawError, type Kernel, type Option, wrap } from "claw";
import { createReport, exitCode, failureOf, failureText, HOST_OPTIONS, parseArguments, prepareBoot } from "claw/kit";
import { bundled } from "./bundled.gen.ts";

/** Runs claw. Never rejects. */
export async function main(argv: readonly string[], home: string): Promise<number> {
  let kernel: Kernel | undefined;
  try {
    const commands = bundled.flatMap((one) => one.manifest?.contributes?.command ?? []).map((one) => (typeof one === "string" ? one : one.name));
    const parse = (known: readonly Option[], strict: boolean) => parseArguments(argv, [...HOST_OPTIONS, ...known], strict, commands);
    const lost = (error: unknown): void => void process.stderr.write(`claw: ${error}\n`);
    const start = { bundled, cwd: process.cwd(), home, env: { ...process.env }, managed: managedSettings(), parse, modules, lost };
    kernel = await claw.boot(await prepareBoot(start));
    return await kernel.run();
  } catch (thrown) {
    return report(wrap(thrown, "CLAW_BUG"), argv);
  } finally {
    await kernel?.[Symbol.asyncDispose]();
  }
}

// --- internal ---

/** What external plugins import from the binary. Loaded only when there is one. */
async function modules(): Promise<Readonly<Record<string, Record<string, unknown>>>> {
  return { claw, "claw/kit": await import("claw/kit"), valibot: await import("valibot") };
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
  if (machine) process.stdout.write(`${JSON.stringify(createReport({ calls: true }).result(failureOf(error)))}\n`);
  else {
    const stack = error.code === "CLAW_BUG" ? `${error.stack}\nThis is a bug of claw: please report it.\n` : "";
    process.stderr.write(`${failureText(failureOf(error))}${stack}`);
  }
  return exitCode({ kind: "failed", error });
}
