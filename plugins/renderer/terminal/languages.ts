// The languages that have colours, by the names people give them. Pure.
// biome-ignore lint/correctness/useImportExtensions: its types are beside it, in `grammars.d.mts`.
import { GRAMMARS } from "./grammars.mjs";

/** `typescript` stands for all that Bun colours; the others are highlight.js's. */
export function languageOf(given: string): string | undefined {
  const name = given.toLowerCase().replace(/^\{?\.?|[,}:].*$/g, "");
  if (name === "") return undefined;
  return SCRIPTS.has(name) ? "typescript" : (ALIASES[name] ?? (Object.hasOwn(GRAMMARS, name) ? name : undefined));
}

// --- internal ---

const SCRIPTS: ReadonlySet<string> = new Set(["ts", "tsx", "js", "jsx", "mjs", "cjs", "mts", "cts", "typescript", "javascript", "typescriptreact"]);
const ALIASES: Readonly<Record<string, string>> = {
  ...{
    sh: "bash",
    shell: "bash",
    zsh: "bash",
    console: "bash",
    py: "python",
    rb: "ruby",
    rs: "rust",
    golang: "go",
    yml: "yaml",
    html: "xml",
    svg: "xml",
  },
  ...{
    vue: "xml",
    toml: "ini",
    conf: "ini",
    "c++": "cpp",
    hpp: "cpp",
    cc: "cpp",
    h: "c",
    cs: "csharp",
    "c#": "csharp",
    kt: "kotlin",
    md: "markdown",
  },
  ...{
    make: "makefile",
    docker: "dockerfile",
    ps1: "powershell",
    pwsh: "powershell",
    proto: "protobuf",
    jsonc: "json",
    json5: "json",
  },
  ...{ scss: "css", less: "css", patch: "diff", gql: "graphql", postgresql: "sql", mysql: "sql", sqlite: "sql" },
};
