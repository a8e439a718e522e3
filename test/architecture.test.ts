// The rules that keep the kernel small and plugins apart, checked over every import line and every folder.
// What Biome and knip can say is theirs; this has the rest, types included.
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { cycle, files, type Import, imports, read, root, statements } from "./support/sources.ts";

const kernel = files("kernel/**/*.ts").filter((path) => !path.endsWith(".test.ts"));
const core = kernel.filter((path) => !/^kernel\/(kit|testing)\//.test(path));
const plugins = files("plugins/**/*.ts");
const own = [...files("kernel/**/*.ts"), ...plugins, ...files("scripts/**/*.{ts,mjs}"), ...files("test/**/*.ts")];

/** What each kernel folder may import at run time, besides itself. Types may also come from `contracts`, which takes types from anywhere. */
const layers: Readonly<Record<string, readonly string[]>> = {
  contracts: [],
  errors: [],
  bus: ["contracts"],
  hooks: ["contracts", "errors"],
  loop: ["contracts", "errors", "bus", "hooks"],
  config: ["contracts", "errors"],
  host: ["contracts", "errors", "bus", "hooks", "config", "loop"],
  boot: ["contracts", "errors", "bus", "hooks", "config", "loop", "host"],
  index: ["contracts", "errors", "bus", "hooks", "config", "loop", "host", "boot"],
};

function layer(path: string): string {
  return path.split("/")[1]!.replace(/\.ts$/, "");
}

function shown(found: readonly Import[]): string[] {
  return found.map(({ from, specifier }) => `${from} → ${specifier}`);
}

describe("kernel", () => {
  test("layers import downwards only", () => {
    const upward = core.flatMap(imports).filter(({ from, file, types }) => {
      if (file === undefined || types) return false;
      return layer(file) !== layer(from) && !layers[layer(from)]?.includes(layer(file));
    });
    expect(shown(upward)).toEqual([]);
  });

  test("contracts take only types from other folders", () => {
    const values = files("kernel/contracts/*.ts")
      .flatMap(imports)
      .filter(({ file, types }) => !types && file !== undefined && layer(file) !== "contracts");
    expect(shown(values)).toEqual([]);
  });

  test("core imports its declared packages, Bun and Node, and never kit, testing or a plugin", () => {
    const { dependencies } = JSON.parse(read("kernel/package.json"));
    const foreign = core.flatMap(imports).filter(({ specifier, file }) => {
      if (file !== undefined) return !file.startsWith("kernel/") || /^kernel\/(kit|testing)\//.test(file);
      return !(specifier in dependencies) && !/^(bun|node:.+)$/.test(specifier);
    });
    expect(shown(foreign)).toEqual([]);
  });

  test("contracts, bus, hooks and loop run anywhere JavaScript runs", () => {
    const portable = core.filter((path) => /^kernel\/(contracts|bus|hooks|loop)\//.test(path));
    expect(shown(portable.flatMap(imports).filter(({ specifier }) => /^(bun|node:)/.test(specifier)))).toEqual([]);
    const machine = /\b(Bun|process|Buffer|__dirname|require|setImmediate)\s*[.(]|import\.meta\.(dir|main|path)/;
    const touching = portable.filter((path) =>
      read(path)
        .split("\n")
        .some((line) => !/^\s*(\/\/|\*|\/\*)/.test(line) && machine.test(line)),
    );
    expect(touching).toEqual([]);
  });

  test("kit and testing use the public API only", () => {
    const { dependencies } = JSON.parse(read("kernel/package.json"));
    const deep = kernel
      .filter((path) => /^kernel\/(kit|testing)\//.test(path))
      .flatMap(imports)
      .filter(({ from, specifier, file }) => {
        if (file !== undefined) return layer(file) !== layer(from);
        const testing = layer(from) === "testing" && /^(claw\/kit|bun:test)$/.test(specifier);
        return !testing && specifier !== "claw" && !/^(bun|node:.+)$/.test(specifier) && !(specifier in dependencies && specifier !== "tapable");
      });
    expect(shown(deep)).toEqual([]);
  });

  test("names no plugin", () => {
    expect(core.filter((path) => /["'`]@claw\//.test(read(path)))).toEqual([]);
  });

  test("every public name has a doc comment", () => {
    const index = read("kernel/index.ts");
    const bare: string[] = [];
    for (const [, names, from] of index.matchAll(/export (?:type )?\{([^}]*)\} from "\.\/([^"]+)"/g)) {
      const source = read(`kernel/${from}`);
      for (const name of names!.split(",").map((part) => part.trim().replace(/^type /, "")))
        if (name !== "" && !documented(source, name)) bare.push(`${from}: ${name}`);
    }
    expect(bare).toEqual([]);
  });

  test("every error code is in the catalogue, and sorted", () => {
    const codes = [...read("kernel/errors.ts").matchAll(/\| "(CLAW_\w+)"/g)].map(([, code]) => code!);
    expect(codes).toEqual(codes.toSorted());
    const headings = [...read("kernel/errors.md").matchAll(/^#+ `?(CLAW_\w+)`?/gm)].map(([, code]) => code!);
    expect(headings).toEqual(codes);
  });
});

describe("imports", () => {
  test("only the composition root names plugins", () => {
    const naming = own
      .filter((path) => !path.startsWith("plugins/") && path !== "scripts/claw.ts" && path !== "scripts/bundled.gen.ts")
      .flatMap(imports)
      .filter(({ specifier, file }) => specifier.startsWith("@claw/") || (file?.startsWith("plugins/") && !file.includes("/testing/")));
    expect(shown(naming)).toEqual([]);
  });

  test("no cycles, types included, except among the contracts", () => {
    const edges = new Map(
      own.map((path) => {
        const targets = imports(path).filter(({ lazy, types }) => !lazy && !(types && path.startsWith("kernel/contracts/")));
        return [path, targets.flatMap(({ file }) => file ?? [])];
      }),
    );
    expect(cycle(edges)).toBeUndefined();
  });

  test("nothing heavy of Node's is loaded at the start: only behind an import() where it is used", () => {
    const heavy = /^node:(child_process|crypto|dgram|dns|http2?|https|inspector|net|readline|repl|sqlite|stream|tls|vm|worker_threads|zlib)(\/|$)/;
    const reached = new Set<string>();
    const queue = ["scripts/claw.ts", "scripts/main.ts", "kernel/index.ts", "kernel/kit/index.ts", ...files("plugins/*/*/index.ts")];
    for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
      if (reached.has(path) || !existsSync(join(root, path))) continue;
      reached.add(path);
      queue.push(...imports(path).flatMap(({ file, lazy, types }) => (lazy || types ? [] : (file ?? []))));
    }
    const found = [...reached].flatMap(imports).filter(({ lazy, types, specifier }) => !lazy && !types && heavy.test(specifier));
    expect(shown(found)).toEqual([]);
  });

  test("importing any module of claw or any plugin is free: no output, no handles, no globals", async () => {
    const modules = ["kernel/index.ts", "kernel/kit/index.ts", ...files("plugins/*/*/index.ts")].map((path) => join(root, path));
    const program = `const before = Object.keys(globalThis).join();
      for (const path of ${JSON.stringify(modules)}) await import(path);
      if (Object.keys(globalThis).join() !== before) console.log("a global was added");`;
    const child = Bun.spawn([process.execPath, "-e", program], { cwd: root, stdio: ["ignore", "pipe", "pipe"], timeout: 20_000 });
    const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    expect({ out, err, code }).toEqual({ out: "", err: "", code: 0 });
  });

  test("no module does or keeps anything at its top", () => {
    const declaration = /^(import|export|const|function|async function|class|abstract class|type|interface|declare)\b/;
    const state = /^(export )?(let|var)\b|^(export )?const \w+[^=]*= (await\b|new (Map|Set|WeakMap|WeakSet|Array)(<.*>)?\(\)|\[\];|\{\};)/;
    // What tests start as a program, and what a worker runs, has to do something.
    const modules = [...kernel, ...plugins].filter(
      (path) => !/\.test\.ts$|\/testing\/|\/worker\.ts$/.test(path) || path.startsWith("kernel/testing/"),
    );
    const doing = modules.flatMap((path) =>
      statements(path)
        .filter((line) => !declaration.test(line) || state.test(line))
        .map((line) => `${path}: ${line}`),
    );
    expect(doing).toEqual([]);
  });
});

describe("files", () => {
  test("start with a comment of at most three lines that says what they are", () => {
    const without = own.filter((path) => {
      if (path.endsWith(".test.ts")) return false;
      const lines = read(path).split("\n");
      const header = lines.findIndex((line) => !line.startsWith("//"));
      return header < 1 || lines.slice(0, header).filter((line) => !line.includes("biome-ignore")).length > 3;
    });
    expect(without).toEqual([]);
  });

  test("leave nothing for later, and no drawer for everything", () => {
    const later = new RegExp(`\\b(${["TO-DO", "FIX-ME", "XX-X", "HA-CK"].join("|").replaceAll("-", "")})\\b`);
    expect(own.filter((path) => later.test(read(path)))).toEqual([]);
    expect(own.filter((path) => /(^|\/)(utils?|helpers?|misc|common)(\.ts|\/)/.test(path))).toEqual([]);
  });

  test("link to files and headings that are there", () => {
    const pages = [
      ...files("*.md"),
      ...files("kernel/**/*.md"),
      ...files("plugins/*/*/README.md"),
      ...files("scripts/**/*.md"),
      ...files("test/*.md"),
    ];
    const broken = pages.flatMap((path) =>
      [...read(path).matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].flatMap(([link, to, anchor]) => {
        const target = to === "" ? path : join(dirname(path), to!);
        const found = existsSync(join(root, target)) && (anchor === undefined || anchors(read(target)).includes(anchor));
        return found ? [] : [`${path} ${link}`];
      }),
    );
    expect(broken).toEqual([]);
  });

  test("use .ts in relative imports", () => {
    const bare = own.flatMap(imports).filter(({ specifier, file }) => file !== undefined && !/\.(ts|mjs|json|md|txt|c)$/.test(specifier));
    expect(shown(bare)).toEqual([]);
  });
});

// --- internal ---

/** A page's headings as links name them. */
function anchors(page: string): string[] {
  const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!.toLowerCase());
  return headings.map((heading) =>
    heading
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(/\s/g, "-"),
  );
}

function documented(source: string, name: string): boolean {
  const found = new RegExp(`^export (?:declare )?(?:abstract )?(?:async )?(?:const|function|class|interface|type) ${name}\\b`, "m").exec(source);
  if (!found) return false;
  const before = source
    .slice(0, found.index)
    .trimEnd()
    .split("\n")
    .filter((line) => !line.includes("biome-ignore"));
  return before.at(-1)?.trimEnd().endsWith("*/") ?? false;
}
