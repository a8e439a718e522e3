// `claw plugin pack` and `publish`: the tarball that npm would make, and sending it to the registry of the user's npm configuration. No lifecycle script
// runs, and nothing is sent before the user has seen what it is.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ClawError, type CommandOutcome, type TurnScope } from "claw";
import { connection, headOf, plain } from "claw/kit";
import { staticFindings } from "./findings.ts";
import type { Asked } from "./run.ts";
import { bun } from "./suite.ts";

/** What a tarball would have in it. */
export interface Packed {
  readonly name: string;
  readonly files: readonly string[];
  readonly size: string;
}

/** Asks for a tarball without writing it. */
export async function packed(folder: string, scope: TurnScope): Promise<Packed> {
  return packedOf((await succeed(["pm", "pack", "--dry-run", "--ignore-scripts"], folder, scope)).output);
}

/** Writes the tarball to `out`, else to where claw was started. */
export async function pack(folder: string, out: string | undefined, scope: TurnScope): Promise<CommandOutcome> {
  const target = resolve(scope.cwd, out ?? ".");
  const end = await succeed(["pm", "pack", "--ignore-scripts", "--destination", target], folder, scope);
  const { files, size } = packedOf(end.output);
  const name = /^\S+\.tgz$/m.exec(end.output)?.[0] ?? "";
  const path = resolve(target, name);
  const notice = `${path}\n${files.map((file) => `  ${file}`).join("\n")}\n${files.length} files, ${size} unpacked`;
  return { kind: "done", notice, data: { kind: "plugin", action: "pack", status: "ok", path, files: [...files], unpacked: size } };
}

/** Shows what would be published, asks, and publishes. Throws `CLAW_USAGE` where nobody can be asked and nobody agreed. */
export async function publish(folder: string, { flags, values }: Asked, scope: TurnScope): Promise<CommandOutcome> {
  const problems = staticFindings(folder).filter(({ level }) => level === "error");
  if (problems.length > 0 && !flags.has("--allow-problems"))
    throw new ClawError("CLAW_USAGE", `it is not fit to be published: ${problems.map(({ message }) => message).join("; ")}`, {
      hint: "`claw plugin check` says all; --allow-problems publishes it as it is.",
    });
  const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { name: string; version: string };
  const given = Object.entries(values).flat();
  const line = ["publish", "--ignore-scripts", ...given];
  const { files, size } = await packed(folder, scope);
  const where = values["--registry"] ?? "the registry of your npm configuration";
  const shown = [`Publish ${name}@${version} to ${where}:`, ...files.map((file) => `  ${file}`), `${files.length} files, ${size} unpacked`].join(
    "\n",
  );
  const facts = { kind: "plugin", action: "publish", name, version, files: [...files], unpacked: size };
  if (flags.has("--dry-run")) return { kind: "done", notice: `${shown}\nNothing was sent.`, data: { ...facts, status: "ok", published: false } };
  if (!flags.has("--yes") && !flags.has("-y")) await agree(shown, scope);
  await succeed(line, folder, scope, environment(scope));
  return { kind: "done", notice: `${shown}\nPublished ${name}@${version}.`, data: { ...facts, status: "ok", published: true } };
}

// --- internal ---

async function agree(shown: string, { ask, signal }: TurnScope): Promise<void> {
  const text = `${shown}\nPublish it?`;
  const seated = connection(0) === "terminal" && connection(2) === "terminal";
  if (ask === undefined && !seated) {
    throw new ClawError("CLAW_USAGE", `${shown}\nNobody can be asked here.`, { hint: "--yes publishes without asking." });
  }
  const agreed = ask === undefined ? confirm(plain(text)) : (await ask.choose({ text, choices: ["yes", "no"] }, signal)).choice === "yes";
  if (!agreed) throw new ClawError("CLAW_ABORTED", "nothing was published");
}

/** The user's own: a registry's token may stand in any variable that `.npmrc` names. */
function environment({ env }: TurnScope): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

async function succeed(words: readonly string[], folder: string, scope: TurnScope, env?: Readonly<Record<string, string>>) {
  const end = await bun(words, folder, scope, env);
  if (end.code === 0) return end;
  const why = headOf(end.output.trim().replace(/\s*\n\s*/g, "; "), 600);
  const hint = /\b40[13]\b|auth|login/i.test(why) ? "Put a token for the registry into your .npmrc." : "Check package.json and your .npmrc.";
  throw new ClawError("CLAW_TOOL_FAILED", `${words.slice(0, 2).join(" ")} failed: ${why}`, { hint });
}

function packedOf(output: string): Packed {
  const files = [...output.matchAll(/^packed \S+ (.+)$/gm)].map(([, file = ""]) => file.trim());
  return { name: /^\S+\.tgz$/m.exec(output)?.[0] ?? "", files, size: /^Unpacked size: (.+)$/m.exec(output)?.[1]?.trim() ?? "?" };
}
