// What authors need, gathered from the repository: the SDK and the pages. In the binary, a module that has all of it embedded stands in place of
// this one (`scripts/build/archive.ts`).
import { readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Texts by path. `sdk` becomes `node_modules` of a plugin's folder; `pages` are Markdown. */
export interface Archive {
  readonly sdk: Readonly<Record<string, string>>;
  readonly pages: Readonly<Record<string, string>>;
}

/** Reads all of it. Only where the repository is. */
export async function readArchive(): Promise<Archive> {
  const kernel = dirname(realpathSync(createRequire(import.meta.url).resolve("claw/package.json")));
  return { sdk: await readSdk(kernel), pages: readPages(kernel) };
}

// --- internal ---

/** Libraries of the kernel, as one small file each: nobody reads them. */
const LIBRARIES = ["@valibot/to-json-schema", "diff", "jsonc-parser", "tapable"];
/** Bundled plugins that a test may want beside its own, since they provide a service. */
const COMPANIONS = ["feature/processes", "feature/workspace"];
const BUN_TYPES = ["bun", "bun.ns", "globals", "extensions", "fetch", "overrides", "shell", "serve", "sqlite", "test"];
const NODE_TYPES = [
  ...["assert", "buffer", "buffer.buffer", "child_process", "console", "crypto", "events", "fs", "fs/promises", "globals"],
  ...["globals.typedarray", "http", "net", "os", "path", "process", "readline", "stream", "stream/promises", "stream/web"],
  ...["string_decoder", "timers", "timers/promises", "tty", "url", "util", "worker_threads", "zlib"],
];

async function readSdk(kernel: string): Promise<Record<string, string>> {
  const pack = JSON.parse(read(kernel, "package.json")) as { version: string };
  const sdk: Record<string, string> = {};
  const put = (path: string, text: string): void => void Object.assign(sdk, { [path]: text });
  const sources = (from: string, to: string): void => {
    for (const path of glob("**/*.{ts,json}", from)) {
      if (/\.test\.ts$|^testing\/.*probes|node_modules/.test(path) && !path.startsWith("testing/index")) continue;
      // The author's compiler is to read it, not to judge it by the author's settings.
      put(`claw/${to}/${path}`, path.endsWith(".ts") ? `// @ts-nocheck\n${read(from, path)}` : read(from, path));
    }
  };
  sources(kernel, "kernel");
  for (const name of COMPANIONS) sources(join(kernel, "..", "plugins", name), `plugins/${name}`);
  const from = createRequire(join(kernel, "index.ts"));
  for (const name of LIBRARIES) {
    put(`claw/node_modules/${name}/package.json`, JSON.stringify({ name, type: "module", exports: "./index.js" }));
    put(`claw/node_modules/${name}/index.js`, await bundled(name, kernel));
  }
  const valibot = dirname(from.resolve("valibot/package.json"));
  put("valibot/index.js", read(valibot, "dist/index.min.mjs"));
  put("valibot/index.d.ts", bare(read(valibot, "dist/index.d.mts")));
  const { version } = JSON.parse(read(valibot, "package.json")) as { version: string };
  const exports = { ".": { types: "./index.d.ts", default: "./index.js" }, "./package.json": "./package.json" };
  put("valibot/package.json", JSON.stringify({ name: "valibot", version, license: "MIT", type: "module", exports }));
  types(from, put);
  const doors = { ".": "./kernel/index.ts", "./kit": "./kernel/kit/index.ts", "./testing": "./kernel/testing/index.ts" };
  const rest = { "./bun": { types: "./types/index.d.ts" }, "./package.json": "./package.json" };
  const sum = Bun.hash(JSON.stringify(sdk)).toString(36);
  put("claw/package.json", JSON.stringify({ ...{ name: "claw", version: pack.version, sdk: sum, type: "module" }, exports: { ...doors, ...rest } }));
  return sdk;
}

/** Types of Bun and the Node modules that plugins use, without their comments. */
function types(from: NodeJS.Require, put: (path: string, text: string) => void): void {
  const bun = dirname(realpathSync(from.resolve("bun-types/package.json")));
  const node = dirname(createRequire(join(bun, "index.d.ts")).resolve("@types/node/package.json"));
  const listed: string[] = [];
  for (const [folder, at, names] of [["bun", bun, BUN_TYPES] as const, ["node", node, NODE_TYPES] as const])
    for (const name of names) {
      put(`claw/types/${folder}/${name}.d.ts`, bare(read(at, `${name}.d.ts`)));
      listed.push(`/// <reference path="./${folder}/${name}.d.ts" />\n`);
    }
  const fetched = dirname(createRequire(join(node, "index.d.ts")).resolve("undici-types/package.json"));
  const parts = ["fetch", "formdata", "patch", "websocket", "eventsource"];
  for (const name of parts) put(`claw/node_modules/undici-types/${name}.d.ts`, bare(read(fetched, `${name}.d.ts`)));
  put("claw/node_modules/undici-types/index.d.ts", parts.map((name) => `export * from "./${name}";\n`).join(""));
  put("claw/node_modules/undici-types/package.json", JSON.stringify({ name: "undici-types", license: "MIT", types: "./index.d.ts" }));
  const head = "// Types of Bun and Node (MIT, by their contributors), cut to what plugins use. `bun-types` has all of them.\n";
  put("claw/types/index.d.ts", `${head}${listed.join("")}declare var onmessage: Bun.__internal.UseLibDomIfAvailable<"onmessage", never>;\n`);
}

function readPages(kernel: string): Record<string, string> {
  const root = join(kernel, "..");
  const pages: Record<string, string> = { "kernel.md": read(kernel, "README.md"), "errors.md": read(kernel, "errors.md") };
  for (const path of glob("docs/*.md", kernel)) pages[path.slice(5)] = read(kernel, path);
  for (const path of glob("plugins/*/*/README.md", root)) pages[`${path.slice(8, -10)}.md`] = read(root, path);
  return pages;
}

async function bundled(name: string, kernel: string): Promise<string> {
  const from = name === "diff" ? join(kernel, "..", "plugins", "feature", "workspace") : kernel;
  const path = Bun.resolveSync(name, from);
  const keys = Object.keys((await import(path)) as object).filter((key) => key !== "default");
  const file = join(kernel, ".sdk.js");
  const source = `export { ${keys.join(", ")} } from ${JSON.stringify(path)};`;
  const { outputs } = await Bun.build({ entrypoints: [file], files: { [file]: source }, target: "bun", minify: true, external: ["valibot"] });
  return (await outputs[0]?.text()) ?? "";
}

/** A declaration file without comments, and without references to its neighbours. */
function bare(text: string): string {
  const token = /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|\/\*[\s\S]*?\*\/|\/\/.*$/gm;
  return text.replace(token, (_, string: string | undefined) => string ?? "").replace(/\s*\n\s*/g, "\n");
}

const read = (folder: string, path: string): string => readFileSync(join(folder, path), "utf8").replaceAll("\r\n", "\n");
const glob = (pattern: string, cwd: string): string[] =>
  [...new Bun.Glob(pattern).scanSync({ cwd })]
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => !path.includes("node_modules/"))
    .sort();
