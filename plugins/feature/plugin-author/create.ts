// `claw plugin new`: a folder that type-checks, tests and runs as it is. What is in it is the complete example of the kind's page.
import { existsSync, readdirSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ClawError, type CommandOutcome, type TurnScope } from "claw";
import { didYouMean } from "claw/kit";
import { readArchive } from "./archive.ts";
import type { Asked } from "./run.ts";
import { ensureSdk } from "./sdk.ts";
import { ignored, readme, tsconfig } from "./template.ts";

export async function create({ words, values }: Asked, scope: TurnScope): Promise<CommandOutcome> {
  const [name = "", ...strange] = words;
  if (name === "" || strange.length > 0)
    throw new ClawError("CLAW_USAGE", "plugin new wants one name", { hint: "claw plugin new my-tool --kind tool" });
  const kind = values["--kind"] ?? "tool";
  if (!KINDS.includes(kind)) {
    const hint = didYouMean(kind, KINDS) || `Kinds: ${KINDS.join(", ")}.`;
    throw new ClawError("CLAW_USAGE", `there is no kind ${JSON.stringify(kind)}`, { hint });
  }
  if (!/^(@[a-z0-9][a-z0-9-]*\/)?[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 100) {
    const hint = "Small letters, digits and single hyphens, as in word-count or @me/word-count.";
    throw new ClawError("CLAW_USAGE", `not a name for a plugin: ${JSON.stringify(name)}`, { hint });
  }
  const short = name.replace(/^@[^/]*\//, "");
  const folder = resolve(scope.cwd, short);
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw new ClawError("CLAW_USAGE", `${folder} is there already`, { hint: "Choose another name, or another folder to make it in." });
  const files = await filesOf(kind, name, short);
  await mkdir(folder, { recursive: true });
  for (const [path, text] of Object.entries(files)) await writeFile(join(folder, path), text);
  await ensureSdk(folder);
  const made = Object.keys(files);
  const tell = [
    `Made ${folder}: ${made.join(", ")}`,
    `  claw plugin test ${short}     runs its tests`,
    `  claw plugin check ${short}    looks at manifest, contract, size and cost`,
    `  claw plugin dev ${short}      a session with it; it is loaded again whenever a file is saved`,
    `  claw docs ${kind}${" ".repeat(Math.max(1, 14 - kind.length))}how such a plugin is written`,
  ];
  const data = { kind: "plugin", action: "new", status: "ok", name, contributes: kind, path: folder, files: made };
  return { kind: "done", notice: tell.join("\n"), data };
}

// --- internal ---

const KINDS = ["tool", "command", "provider", "compactor", "permission-mode", "renderer", "store", "frontend", "feature"];

/** The files of a new plugin: the page's example with another name. */
async function filesOf(kind: string, name: string, short: string): Promise<Record<string, string>> {
  const page = (await readArchive()).pages[`${kind}.md`] ?? "";
  const blocks = [...page.matchAll(/^```(?:json|ts) (\S+)\n([\s\S]*?)^```$/gm)].map(([, path = "", text = ""]) => [path, text] as const);
  const example = JSON.parse(Object.fromEntries(blocks)["package.json"] ?? "{}") as { name: string };
  const pack = JSON.parse(renamed(JSON.stringify(example), example.name, short)) as Record<string, unknown>;
  const { claw, description, ...rest } = pack;
  const about = {
    ...{ ...rest, name, description, keywords: ["claw-plugin"], license: "MIT" },
    ...{ files: ["*.ts", "!*.test.ts"], engines: { claw: ">=0.1.0" }, claw },
  };
  const code = blocks.filter(([path]) => path !== "package.json").map(([path, text]) => [path, renamed(text, example.name, short)]);
  return {
    "package.json": `${JSON.stringify(about, undefined, 2)}\n`,
    ...Object.fromEntries(code),
    "README.md": readme(kind, name, String(description), claw as object),
    "tsconfig.json": tsconfig,
    ".gitignore": ignored,
  };
}

/** `word-count`, `word_count`, `wordCount` and `WordCount`, each in its own way of writing. */
function renamed(text: string, from: string, to: string): string {
  const ways: readonly ((name: string) => string)[] = [
    (name) => name,
    (name) => name.replaceAll("-", "_"),
    (name) => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
    (name) => name.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase()),
  ];
  return ways.reduce(
    (result, way) => result.replace(new RegExp(`(?<![a-z])${way(from)}(?![a-z])|(?<=create|[ "\`/])${way(from)}`, "g"), way(to)),
    text,
  );
}
