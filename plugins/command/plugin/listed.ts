// What a plugin adds, in words, from its manifest and its folders. Pure.
import type { Listed, Manifest } from "claw";
import type { StoredPlugin } from "claw/kit";

/** "tool echo, sum", "hooks draft", "skills review", … */
export function listedNames({ manifest, brings = {} }: { readonly manifest: Manifest } & Partial<Pick<StoredPlugin, "brings">>): readonly string[] {
  const { contributes = {}, hooks = {}, provides = [], settings = [], options = [] } = manifest;
  const names = (all: readonly Listed[]): string => all.map((one) => (typeof one === "string" ? one : one.name)).join(", ");
  const row = (what: string, list: readonly string[]): readonly string[] => (list.length === 0 ? [] : [`${what} ${list.join(", ")}`]);
  return [
    ...Object.entries(contributes).flatMap(([kind, all = []]) => (all.length === 0 ? [] : [`${kind} ${names(all)}`])),
    ...row("hooks on", Object.keys(hooks)),
    ...row("services", provides),
    ...row("settings", settings),
    ...row(
      "options",
      options.map(({ name }) => `--${name}`),
    ),
    ...Object.entries(brings).flatMap(([sort, list]) => row(sort, list)),
  ];
}

/** One word for what sort of plugin it is: the kind of its first contribution, else what it brings. */
export function kindOf({ manifest, brings = {} }: { readonly manifest: Manifest } & Partial<Pick<StoredPlugin, "brings">>): string {
  return Object.keys(manifest.contributes ?? {})[0] ?? Object.keys(brings)[0] ?? "feature";
}
