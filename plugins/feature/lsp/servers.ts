// Which server is for which files: the setting `lspServers`, then what is known by name and on PATH. Starts nothing.
import { isAbsolute } from "node:path";
import type { PluginScope, Setting } from "claw";
import * as v from "valibot";

/** A server that could be started for some files. */
export interface Definition {
  readonly name: string;
  readonly argv: readonly string[];
  /** What the protocol calls the language, by file extension with its dot. */
  readonly languages: Readonly<Record<string, string>>;
  /** Files that mark the root of a project. */
  readonly markers: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly options?: unknown;
  readonly settings?: unknown;
}
type Scope = Pick<PluginScope, "settings" | "env">;

/** Those that can be started here, the user's own first. A known one is left out when its program is not on PATH. */
export function definitions(scope: Scope): readonly Definition[] {
  const own = ownOf(scope.settings("lspServers"));
  const path = safePath(scope.env["PATH"]);
  const kept = Object.entries(own).flatMap(([name, entry]) => (entry === false ? [] : [defined(name, entry)]));
  const known = KNOWN.filter(({ name }) => !(name in own)).flatMap(({ name, programs, extensions, markers, ...more }) => {
    const found = programs.map((line) => line.split(" ")).find(([program = ""]) => Bun.which(program, { PATH: path }) !== null);
    const [program = "", ...words] = found ?? [];
    if (program === "") return [];
    return [{ name, argv: [Bun.which(program, { PATH: path }) ?? program, ...words], languages: extensions, markers, env: {}, ...more }];
  });
  return [...kept, ...known];
}

/** The one for a file. */
export function definitionFor(path: string, all: readonly Definition[]): Definition | undefined {
  const extension = /\.[^./\\]+$/.exec(path)?.[0]?.toLowerCase() ?? "";
  return all.find(({ languages }) => extension in languages);
}

/** What to install for such files, in a sentence. */
export function adviceFor(path: string): string {
  const extension = /\.[^./\\]+$/.exec(path)?.[0]?.toLowerCase() ?? "";
  const known = KNOWN.find(({ extensions }) => extension in extensions);
  const own = "or name one in the setting lspServers";
  if (known === undefined) return `Name one in the setting lspServers.`;
  return `Install ${known.programs.map((line) => line.split(" ")[0]).join(" or ")}, ${own}.`;
}

// --- internal ---

const Text = v.pipe(v.string(), v.minLength(1));
const Extension = v.pipe(v.string(), v.regex(/^\.[^./\\]+$/, "begins with a dot"));
const Entry = v.strictObject({
  command: Text,
  args: v.optional(v.array(v.string()), []),
  /** `{ ".ts": "typescript" }`. */
  extensions: v.record(Extension, Text),
  roots: v.optional(v.array(Text), []),
  env: v.optional(v.record(v.string(), v.string()), {}),
  initializationOptions: v.optional(v.unknown()),
  settings: v.optional(v.unknown()),
});
type Entry = v.InferOutput<typeof Entry>;
const Entries = v.record(Text, v.union([v.literal(false), Entry]));

/** Later layers replace entries of earlier ones. What nobody has trusted starts no program; a layer that is malformed is passed over. */
function ownOf(layers: readonly Setting[]): Readonly<Record<string, false | Entry>> {
  const all = layers.filter(({ trusted }) => trusted).map(({ value }) => v.safeParse(Entries, value));
  return Object.assign({}, ...all.flatMap(({ success, output }) => (success ? [output] : [])));
}

/** What is wrong with the setting, if anything: told when a server is wanted. */
export function problemsOf({ settings }: Scope): readonly string[] {
  return settings("lspServers").flatMap(({ value, origin, trusted }) => {
    const { issues } = trusted ? v.safeParse(Entries, value) : {};
    return (issues ?? []).map((issue) => `${origin}: lspServers.${v.getDotPath(issue) ?? ""}: ${issue.message}`);
  });
}

function defined(name: string, { command, args, extensions, roots, env, initializationOptions, settings }: Entry): Definition {
  const languages = Object.fromEntries(Object.entries(extensions).map(([extension, language]) => [extension.toLowerCase(), language]));
  const more = {
    ...(initializationOptions === undefined ? {} : { options: initializationOptions }),
    ...(settings === undefined ? {} : { settings }),
  };
  return { name, argv: [command, ...args], languages, markers: roots, env, ...more };
}

/** A folder that is named from where one stands may be anybody's. */
function safePath(path: string | undefined): string {
  return (path ?? "")
    .split(process.platform === "win32" ? ";" : ":")
    .filter((folder) => isAbsolute(folder))
    .join(process.platform === "win32" ? ";" : ":");
}

interface Known {
  readonly name: string;
  /** Command lines without quoting, the best first. */
  readonly programs: readonly string[];
  readonly extensions: Readonly<Record<string, string>>;
  readonly markers: readonly string[];
  readonly options?: unknown;
}
/** Else typescript-language-server answers from one file while it still loads the project, and does not say so. */
const WHOLE = { tsserver: { useSyntaxServer: "never" } };
const same = (language: string, ...extensions: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(extensions.map((extension) => [extension, language]));
// biome-ignore format: a table reads better in rows
const KNOWN: readonly Known[] = [
  { name: "typescript", programs: ["typescript-language-server --stdio", "vtsls --stdio", "tsgo --lsp --stdio"], markers: ["tsconfig.json", "jsconfig.json", "package.json"], options: WHOLE,
    extensions: { ...same("typescript", ".ts", ".mts", ".cts"), ...same("typescriptreact", ".tsx"), ...same("javascript", ".js", ".mjs", ".cjs"), ...same("javascriptreact", ".jsx") } },
  { name: "python", programs: ["pyright-langserver --stdio", "basedpyright-langserver --stdio", "pylsp", "jedi-language-server"], markers: ["pyproject.toml", "pyrightconfig.json", "setup.py", "setup.cfg", "requirements.txt"], extensions: same("python", ".py", ".pyi") },
  { name: "rust", programs: ["rust-analyzer"], markers: ["Cargo.toml"], extensions: same("rust", ".rs") },
  { name: "go", programs: ["gopls"], markers: ["go.work", "go.mod"], extensions: same("go", ".go") },
  { name: "c", programs: ["clangd"], markers: ["compile_commands.json", ".clangd", "CMakeLists.txt", "Makefile"], extensions: { ...same("c", ".c", ".h"), ...same("cpp", ".cpp", ".cc", ".cxx", ".hpp", ".hh", ".hxx") } },
  { name: "java", programs: ["jdtls"], markers: ["pom.xml", "build.gradle", "build.gradle.kts"], extensions: same("java", ".java") },
  { name: "csharp", programs: ["csharp-ls", "OmniSharp -lsp"], markers: ["global.json"], extensions: same("csharp", ".cs") },
  { name: "ruby", programs: ["ruby-lsp", "solargraph stdio"], markers: ["Gemfile"], extensions: same("ruby", ".rb") },
  { name: "php", programs: ["intelephense --stdio", "phpactor language-server"], markers: ["composer.json"], extensions: same("php", ".php") },
  { name: "lua", programs: ["lua-language-server"], markers: [".luarc.json"], extensions: same("lua", ".lua") },
  { name: "zig", programs: ["zls"], markers: ["build.zig"], extensions: same("zig", ".zig") },
  { name: "swift", programs: ["sourcekit-lsp"], markers: ["Package.swift"], extensions: same("swift", ".swift") },
  { name: "kotlin", programs: ["kotlin-language-server"], markers: ["build.gradle.kts", "build.gradle"], extensions: same("kotlin", ".kt", ".kts") },
  { name: "elixir", programs: ["elixir-ls"], markers: ["mix.exs"], extensions: same("elixir", ".ex", ".exs") },
  { name: "bash", programs: ["bash-language-server start"], markers: [], extensions: same("shellscript", ".sh", ".bash") },
  { name: "json", programs: ["vscode-json-language-server --stdio"], markers: [], extensions: { ".json": "json", ".jsonc": "jsonc" } },
  { name: "css", programs: ["vscode-css-language-server --stdio"], markers: [], extensions: { ".css": "css", ".scss": "scss", ".less": "less" } },
  { name: "html", programs: ["vscode-html-language-server --stdio"], markers: [], extensions: same("html", ".html", ".htm") },
  { name: "yaml", programs: ["yaml-language-server --stdio"], markers: [], extensions: same("yaml", ".yaml", ".yml") },
];
