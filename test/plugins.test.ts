// Every bundled plugin has the shape of a plugin: its folder, its manifest, its README, and only the imports a third party could have.
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { checkNeeds, manifestSchema } from "claw/kit";
import * as v from "valibot";
import { bundledSources, helpSource, specsSource } from "../scripts/bundle.ts";
import { bundled } from "../scripts/bundled.ts";
import { files, imports, read, root } from "./support/sources.ts";

const kinds = ["tool", "command", "provider", "compactor", "permission-mode", "renderer", "store", "frontend", "feature"];
const headings = ["What it adds", "Config", "Permissions", "Events and services", "Limits"];

test("bundled.gen.ts > is what the manifests say", async () => {
  const { list, manifests } = await bundledSources();
  expect(read("scripts/bundled.gen.ts")).toBe(list);
  expect(read("scripts/manifests.gen.json")).toBe(manifests);
  expect(read("scripts/help.gen.txt")).toBe(helpSource());
  expect(read("scripts/specs.gen.ts")).toBe(await specsSource());
});

/** A start does not look again: `kernel/kit/machine.ts`. */
test("plugins > what each needs, another provides", () => {
  const lacking = (of: typeof bundled) => checkNeeds(of).flatMap(({ name, problem }) => (problem === undefined ? [] : [name]));
  expect(lacking(bundled)).toEqual([]);
  expect(lacking(bundled.filter(({ name }) => name !== "@claw/feature-workspace"))).toContain("@claw/tool-read-file");
});

test("plugins > every file is in a plugin's folder, plugins/<kind>/<name>/", () => {
  const folders = new Set(files("plugins/*/*/package.json").map((path) => path.replace(/\/package\.json$/, "")));
  expect(files("plugins/**/*").filter((path) => !folders.has(path.split("/").slice(0, 3).join("/")))).toEqual([]);
});

for (const path of files("plugins/*/*/package.json")) {
  const [, kind = "", name = ""] = path.split("/");
  const folder = `plugins/${kind}/${name}`;
  const pack = JSON.parse(read(path));

  describe(`${kind}/${name}`, () => {
    test("has a manifest, code, a test and a README", () => {
      expect(["package.json", "index.ts", "index.test.ts", "README.md"].filter((file) => !existsSync(join(root, folder, file)))).toEqual([]);
    });

    test("is named by its folder, in kebab-case, and pins what it depends on", () => {
      expect(kinds).toContain(kind);
      expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      const { name: called, private: hidden, type, exports, dependencies, devDependencies, version } = pack;
      expect({ called, hidden, type, exports }).toEqual({
        called: `@claw/${kind}-${name}`,
        hidden: true,
        type: "module",
        exports: "./index.ts",
      });
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
      const pinned = Object.entries<string>({ ...dependencies, ...devDependencies }).filter(
        ([key, range]) => key !== "claw" && !/^\d+\.\d+\.\d+$/.test(range),
      );
      expect(pinned).toEqual([]);
      expect(dependencies.claw).toBe("workspace:*");
    });

    test("contributes what its folder says, and a feature only hooks, events, services, and names that it learns at run time", () => {
      const { contributes = {} } = v.parse(manifestSchema(), pack.claw);
      const known = Object.values(contributes).flatMap((listed = []) => listed.filter((one) => !String(one).endsWith("*")));
      if (kind === "feature") return expect(known).toEqual([]);
      const names = Object.entries(contributes).flatMap(([of, listed]) =>
        of === kind ? (listed ?? []).map((one) => kebab(typeof one === "string" ? one : one.name)) : [],
      );
      expect(names).toContain(name);
      return undefined;
    });

    test("has a README of 10 to 30 lines with the five headings", () => {
      const text = read(`${folder}/README.md`).trimEnd();
      expect([...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)).toEqual(headings);
      const lines = text.split("\n").filter((line) => line.trim() !== "").length;
      expect(lines).toBeGreaterThanOrEqual(10);
      expect(lines).toBeLessThanOrEqual(30);
    });

    test("imports claw, its declared packages, Bun, Node and its own files", () => {
      const foreign = files(`${folder}/**/*.ts`)
        .flatMap(imports)
        .filter(({ from, specifier, file }) => {
          if (file !== undefined) return !file.startsWith(`${folder}/`);
          const testing = /\.test\.ts$|\/testing\/|\/fixtures?\.ts$/.test(from);
          if (specifier === "claw/testing" || specifier === "bun:test") return !testing;
          if (specifier === "claw" || specifier === "claw/kit" || /^(bun|bun:.+|node:.+)$/.test(specifier)) return false;
          const name = specifier
            .split("/")
            .slice(0, specifier.startsWith("@") ? 2 : 1)
            .join("/");
          return !(name in { ...pack.dependencies, ...(testing && pack.devDependencies) });
        });
      expect(foreign.map(({ from, specifier }) => `${from} → ${specifier}`)).toEqual([]);
    });

    test("loads nothing heavy with its entry file", () => {
      // The schema library is in every plugin's graph already; all else waits for `import()` where it is used.
      const eager = reached(`${folder}/index.ts`).filter(
        (specifier) => !/^(claw|claw\/kit|claw\/package\.json|valibot|bun|bun:.+|node:.+|\..+)$/.test(specifier),
      );
      expect(eager).toEqual([]);
    });
  });
}

// --- internal ---

/** What importing `path` imports by value, through the plugin's own files. */
function reached(path: string, seen = new Set<string>()): string[] {
  if (seen.has(path) || !path.endsWith(".ts")) return [];
  seen.add(path);
  const values = imports(path).filter(({ types, lazy }) => !types && !lazy);
  return values.flatMap(({ specifier, file }) => [specifier, ...(file === undefined ? [] : reached(file, seen))]);
}

/** `read_file` → `read-file`, `WebFetch` → `web-fetch`. */
function kebab(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replaceAll("_", "-")
    .toLowerCase();
}
