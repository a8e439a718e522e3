// The files of a new plugin that are the same for every kind.

/** For the editor and `tsc`: types come from the SDK in `node_modules`. */
export const tsconfig = `${JSON.stringify(
  {
    compilerOptions: {
      ...{ target: "ESNext", lib: ["ESNext"], module: "Preserve", moduleResolution: "bundler", moduleDetection: "force", types: ["claw/bun"] },
      ...{ noEmit: true, skipLibCheck: true, strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true },
      ...{ verbatimModuleSyntax: true, erasableSyntaxOnly: true, allowImportingTsExtensions: true, resolveJsonModule: true },
    },
    include: ["**/*.ts"],
    exclude: ["node_modules"],
  },
  undefined,
  2,
)}\n`;

export const ignored = "node_modules/\n*.tgz\n";

/** With the five headings that readers of plugins know. */
export function readme(kind: string, name: string, description: string, claw: object): string {
  const {
    contributes = {},
    hooks = {},
    provides = [],
  } = claw as { contributes?: Record<string, readonly (string | { name: string })[]> } & Record<string, object>;
  const adds = Object.entries(contributes).flatMap(([of, all]) => all.map((one) => `the ${of} \`${typeof one === "string" ? one : one.name}\``));
  const tapped = Object.keys(hooks).map((hook) => `\`${hook}\``);
  const services = (provides as readonly string[]).map((id) => `\`${id}\``);
  const told = [...(tapped.length > 0 ? [`Taps ${tapped.join(", ")}.`] : []), ...(services.length > 0 ? [`Provides ${services.join(", ")}.`] : [])];
  const added =
    adds.length > 0 ? `${adds.join(", ")}.`.replace(/^./, (first) => first.toUpperCase()) : "Nothing by name: it acts through hooks and a service.";
  const config = `None but what \`config\` in \`index.ts\` says; users set it under \`plugins\` → \`${name}\` in their settings.`;
  const sections = [
    [`# ${name}`, `${description}. A ${kind === "feature" ? "plugin" : kind} for claw.`],
    [`\`claw plugin add ${name}\``],
    ["## What it adds", added],
    ["## Config", config],
    ["## Permissions", "What it reads, writes, starts or fetches, and how it is asked for."],
    ["## Events and services", told.length > 0 ? told.join(" ") : "None."],
    ["## Limits", "What it does not do, and where it stops."],
  ];
  return `${sections.flat().join("\n\n")}\n`;
}
