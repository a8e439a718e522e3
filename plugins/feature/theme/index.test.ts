import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { STYLES, sgrOf, Themes } from "claw/kit";
import { createHarness, pluginContract } from "claw/testing";
import ansi from "./themes/ansi.json" with { type: "json" };
import dark from "./themes/dark.json" with { type: "json" };
import light from "./themes/light.json" with { type: "json" };
import { openThemes, type ThemesOptions } from "./themes.ts";

pluginContract(import.meta.dir);

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "claw-theme-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function open(options: Partial<ThemesOptions> = {}) {
  const told: string[] = [];
  const tell = (text: string): void => void told.push(text);
  return { themes: await openThemes({ folder, colors: 256, env: {}, changed: tell, problem: tell, ...options }), told };
}

describe("themes", () => {
  test("bundled themes > have a style for everything", () => {
    for (const theme of [dark, light, ansi]) expect(Object.keys(theme.styles)).toEqual([...STYLES]);
  });

  test.each<[string, Partial<ThemesOptions>, string]>([
    ["dark, when nothing is known", {}, "dark"],
    ["light, when the terminal says that it is", { env: { COLORFGBG: "0;15" } }, "light"],
    ["ansi, where there are few colours", { colors: 16 }, "ansi"],
    ["what was asked for", { wanted: "light" }, "light"],
  ])("openThemes > %s", async (_, options, name) => {
    const { themes, told } = await open(options);
    expect([themes.current.name, told]).toEqual([name, []]);
  });

  test("openThemes > a theme there is not is told, with the nearest, and another is used", async () => {
    const { themes, told } = await open({ wanted: "lihgt", origin: "settings.json" });
    expect([themes.current.name, told]).toEqual(["dark", ['settings.json: there is no theme "lihgt". Did you mean "light"?']]);
    expect((await open({ wanted: 5, origin: "s" })).told).toEqual(["s: theme must be the name of a theme"]);
  });

  test("choose > the user's own file, and what it leaves out from the one it extends", async () => {
    await Bun.write(join(folder, "mine.json"), `{ "extends": "dark", "styles": { "accent": { "color": "#ff0000", "bold": true } } } // mine`);
    const { themes, told } = await open();
    const theme = await themes.choose("mine");
    expect(theme.paint("accent", "x")).toBe("\x1b[1;38;5;196mx\x1b[39;22m");
    expect(theme.paint("error", "x")).toBe((await open()).themes.current.paint("error", "x"));
    expect([themes.current, told]).toEqual([theme, ["mine"]]);
    expect((await themes.list()).map(({ name, source }) => [name, source === "bundled"])).toEqual([
      ["dark", true],
      ["light", true],
      ["ansi", true],
      ["mine", false],
    ]);
  });

  test.each([
    ["an unknown style", '{ "styles": { "acent": {} } }', "acent"],
    ["a colour that is none", '{ "styles": { "accent": { "color": "reddish" } } }', "styles.accent.color"],
    ["no JSON", "{", "bad.json:1"],
  ])("choose > %s is an error that says where", async (_, text, where) => {
    await Bun.write(join(folder, "bad.json"), text);
    const { themes } = await open();
    await expect(themes.choose("bad")).rejects.toMatchObject({ code: "CLAW_CONFIG_INVALID", message: expect.stringContaining(where) });
    expect(themes.current.name).toBe("dark");
  });

  test("choose > a name is no path", async () => {
    await expect((await open()).themes.choose("../../etc/passwd")).rejects.toMatchObject({ code: "CLAW_USAGE" });
  });

  test("paint > styles can be nested, and each line is styled by itself", async () => {
    const { paint, sgr } = (await open({ wanted: "ansi", colors: 16 })).themes.current;
    const red = sgr("error").begin;
    expect(paint("error", `a ${paint("success", "b")} c`)).toBe(`${red}a \x1b[32mb\x1b[39m${red} c\x1b[39m`);
    expect(paint("error", "a\nb")).toBe(`${red}a\x1b[39m\n${red}b\x1b[39m`);
    expect(paint("error", "")).toBe("");
  });

  test("paint > without colours only what is no colour is left", async () => {
    const { paint } = (await open({ wanted: "dark", colors: 0 })).themes.current;
    expect([paint("error", "x"), paint("heading", "x")]).toEqual(["x", "\x1b[1mx\x1b[22m"]);
  });
});

describe("sgrOf", () => {
  test("sgrOf > colours as the terminal can show them", () => {
    expect(sgrOf({ color: "#ff8800", background: "#000000" }, 16_777_216)).toEqual({ begin: "\x1b[38;2;255;136;0;48;2;0;0;0m", end: "\x1b[49;39m" });
    expect(sgrOf({ color: "#ff8800" }, 256).begin).toBe("\x1b[38;5;208m");
    expect(sgrOf({ background: "#ff0000" }, 16).begin).toMatch(/^\x1b\[(41|101)m$/);
    expect(sgrOf({ color: "brightRed", background: "blue" }, 256).begin).toBe("\x1b[91;44m");
    expect(sgrOf({ bold: true, dim: true }, 0)).toEqual({ begin: "\x1b[1;2m", end: "\x1b[22m" });
  });
});

describe("theme", () => {
  test("settings > the theme is the one that settings name; a user's file is found in the home", async () => {
    await using harness = await createHarness({ plugins: ["feature/theme"], config: { theme: "light" }, env: { TERM: "xterm-256color" } });
    const themes = await harness.host.use(Themes);
    expect(themes.current.name).toBe("light");
    await mkdir(join(harness.home, "themes"));
    await Bun.write(join(harness.home, "themes", "own.json"), '{ "styles": {} }');
    await themes.choose("own");
    expect(harness.events.filter(({ type }) => type === "theme.changed").map(({ data }) => data)).toEqual([{ name: "own" }]);
  });
});
