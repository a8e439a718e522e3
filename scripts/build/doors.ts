// What an `import()` of something packed becomes: a call that gives what it asks for. A module to stand for it would take a kilobyte, and a function half
// of that.
import { join } from "node:path";
import { quoted, type Unit } from "./unit.ts";

/** What begins the names of modules that are in no file. */
export const VIRTUAL = "packed:";
/** The module in the place of a library that packages in `folder` import. */
export const libraryOf = (folder: string, specifier: string): string => `${VIRTUAL}${specifier}:${folder}`;

/** The module with all units that are brought back by `import()` alone and need nothing before: a module for each would be larger than its list. */
export const ALONE = `${VIRTUAL}alone`;
export const alone = ({ fixed, statics }: Unit): boolean => !fixed && statics.size === 0;

/** The module whose `door` gives an entry of a unit that is alone, and whose `later` gives a function that does: for lists of many. */
export const DOOR = `${VIRTUAL}door`;
export const door = `export const door = (name, one) => import(${quoted(ALONE)}).then(({ unit }) => unit(name)[one]());
export const later = (name, one) => () => door(name, one);`;

/** What gives an entry of a unit, in place of an `import()` of it: so it needs no module of its own, which would take a kilobyte. */
export function doorsOf(units: readonly Unit[]): ReadonlyMap<string, string> {
  const doors = units.flatMap((unit) => {
    const { name, folder, entries } = unit;
    const through = (one: string): string =>
      alone(unit) ? `$door(${quoted(name)}, ${quoted(one)})` : `import(${quoted(VIRTUAL + name)}).then(({ unit }) => unit()[${quoted(one)}]())`;
    return [...entries.keys()].map((one) => [one.startsWith("./") ? join(folder, one) : libraryOf(folder, one), through(one)] as const);
  });
  return new Map(doors);
}

/** `source` with every `import()` of something packed replaced, but not where it is a type; `meant` gives what it means. */
export function throughDoors(source: string, doors: ReadonlyMap<string, string>, meant: (to: string) => string): string {
  const led = source.replace(/(?<!typeof )\bimport\("([^"\n]+)"\)(?!\.[A-Z])/g, (whole, to: string) => doors.get(meant(to)) ?? whole);
  if (!led.includes("$door(")) return led;
  return `import { door as $door, later as $later } from ${quoted(DOOR)};\n${led.replaceAll("() => $door(", "$later(")}`;
}
