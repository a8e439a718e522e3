import { describe, expect, test } from "bun:test";
import { definePlugin, type Loadable } from "claw";
import { Deferral, listTools } from "claw/kit";
import { pluginContract, toolContract } from "claw/testing";
import * as v from "valibot";
import { RARE } from "./config.ts";
import { harness, names, others, said, system } from "./fixture.ts";
import { listing } from "./listing.ts";
import { NAME } from "./roster.ts";

pluginContract(import.meta.dir);
{
  await using on = await harness({});
  toolContract(await on.host.get("tool", NAME), {
    valid: [{ query: "select:Sleep" }, { query: "notebook +cell", max_results: 2 }],
    invalid: [{}, { query: "" }, { query: " " }, { query: "x", max_results: 0 }, { query: "x", max_results: 1.5 }, { query: "x", more: 1 }],
  });
}

describe("what a request carries", () => {
  test("all of it, without ToolSearch, where it fits", async () => {
    await using on = await harness({ budget: 9_000 });
    await on.submit("go");
    expect([...names(on)].sort()).toEqual(["NotebookEdit", "Sleep", "TodoWrite", "read_file"]);
    expect(system(on)).not.toContain("More tools");
    expect(said(await on.call(NAME, { query: "select:Sleep" }))).toBe("No tool is left out here: all there are can be called already.");
  });

  test("over the budget only names of what is rare", async () => {
    await using on = await harness({ budget: 1_000 });
    await on.submit("go");
    expect(names(on)).toEqual(["read_file", "TodoWrite", NAME]);
    expect(system(on)).toEndWith("Load one with ToolSearch before its first use:\nNotebookEdit, Sleep");
    expect((await on.host.use(Deferral)).deferred(on.shell.session.id)).toEqual(["NotebookEdit", "Sleep"]);
  });

  test("plugins of deferred tools are not activated", async () => {
    const activated: string[] = [];
    await using on = await harness({ budget: 0 }, { plugins: [others(["mcp__a__b", "mcp__a__c"], "", activated)] });
    await on.submit("go");
    const states = on.host.plugins().map(({ name, state }) => [name, state] as const);
    expect(states).toContainEqual(["@claw/tool-notebook-edit", "listed"]);
    expect(activated).toEqual([]);
    expect(system(on)).toEndWith("NotebookEdit, Sleep\nmcp__a__*: b, c");
  });

  test("tools of other plugins as far as their own bytes go", async () => {
    await using on = await harness(
      { budget: 0, plugins: 400 },
      { plugins: [others(["small_one"]), others(["large"], "x".repeat(400)), others(["small_two"])] },
    );
    await on.submit("go");
    expect(names(on)).toEqual(["read_file", "TodoWrite", NAME, "small_one", "small_two"]);
    expect(system(on)).toEndWith("NotebookEdit, Sleep, large");
  });

  test("what the config says: defer, keep", async () => {
    await using on = await harness(
      { budget: 0, defer: ["read_*", "mcp__*", NAME, "StructuredOutput"], keep: ["mcp__a__b"] },
      { plugins: [others(["mcp__a__b", "mcp__a__c"])] },
    );
    await on.submit("go");
    expect(names(on)).toEqual(["NotebookEdit", "Sleep", "TodoWrite", NAME, "mcp__a__b"]);
    expect(system(on)).toEndWith("read_file\nmcp__a__*: c");
  });

  test("without ToolSearch everything, as --tools says", async () => {
    await using on = await harness({ budget: 0 }, { options: { tools: "Sleep,read" } });
    await on.submit("go");
    expect(names(on)).toEqual(["read_file", "Sleep"]);
    await using with_ = await harness({ budget: 0 }, { options: { tools: "Sleep,read,ToolSearch" } });
    await with_.submit("go");
    expect([names(with_), system(with_).endsWith(":\nSleep")]).toEqual([["read_file", NAME], true]);
    const { content } = await with_.call(NAME, { query: "select:NotebookEdit" });
    expect(said({ content })).toContain('There is no tool "NotebookEdit".');
  });

  test("StructuredOutput always", async () => {
    await using on = await harness(
      { budget: 0, defer: ["*"] },
      { plugins: ["tool/structured-output"], options: { "json-schema": '{"type":"object"}' } },
    );
    await on.submit("go");
    expect(names(on)).toEqual([NAME, "StructuredOutput"]);
  });
});

test("ToolSearch > says what it cannot find, and what is loaded already", async () => {
  await using on = await harness({ budget: 0 }, { plugins: [others(["mcp__git__create_issue", "mcp__git__list_issues"])] });
  const ask = async (query: string): Promise<string> => said(await on.call(NAME, { query }));
  expect(await ask("select:read,Slep,Sleep")).toMatch(
    /^Loaded\. Call as needed:\n\nSleep: .*\n.*\n\nread_file is loaded already\.\nThere is no tool "Slep"\. Did you mean "Sleep"\?$/,
  );
  expect(await ask("select:create_issue")).toContain("mcp__git__create_issue: Does");
  expect(await ask("submarine")).toBe('No tool of the 4 matches "submarine". Try other words, or select:NAME.');
  expect(await ask("select:")).toContain("No tool of the 4");
});

test("ToolSearch > a tool whose plugin fails is told of, and the others come", async () => {
  const broken: Loadable = {
    ...others(["mcp__x__y"]),
    load: async () => {
      throw new Error("no such file");
    },
  };
  await using on = await harness({ budget: 0 }, { plugins: [broken] });
  expect(said(await on.call(NAME, { query: "select:mcp__x__y,Sleep" }))).toMatch(/^Loaded.*Sleep: .*mcp__x__y cannot be loaded: .*no such file/s);
});

test("ToolSearch > a result stays within its size", async () => {
  const many = Array.from({ length: 60 }, (_, index) => `mcp__big__tool_${index}`);
  await using on = await harness({ budget: 0 }, { plugins: [others(many, "😀".repeat(3_000))] });
  const text = said(await on.call(NAME, { query: "big", max_results: 50 }));
  expect(text.length).toBeLessThan(50_000);
  expect(text.isWellFormed()).toBe(true);
  expect(text.match(/Input schema: /g)?.length).toBeLessThan(8);
  expect(text).toContain("Its input schema is with your other tools from now on.");
  expect(names(on)).toHaveLength(53);
});

test("listTools > tells sent, deferred and left out", async () => {
  await using on = await harness({ budget: 0 }, { options: { disallowedTools: "TodoWrite" } });
  const lister = definePlugin({
    setup({ contribute }) {
      contribute("command", {
        name: "list",
        summary: "lists",
        args: v.unknown(),
        run: async (_, scope) => ({ kind: "done", data: (await listTools(scope)).map(({ name, state }) => `${name} ${state}`) }),
      });
    },
  });
  await using listed = await harness({ budget: 0 }, { plugins: [lister], options: { disallowedTools: "TodoWrite" } });
  const outcome = await listed.shell.run(await listed.host.get("command", "list"), []);
  expect(outcome).toMatchObject({ data: ["NotebookEdit deferred", "read_file sent", "Sleep deferred", "TodoWrite left out", "ToolSearch sent"] });
  await on.submit("go");
  expect(names(on)).toEqual(["read_file", NAME]);
});

describe("listing", () => {
  test("is names only, servers one a line, each cut", () => {
    const github = Array.from({ length: 200 }, (_, index) => `mcp__github__some_tool_${index}`);
    const more = Array.from({ length: 30 }, (_, index) => Array.from({ length: 50 }, (_, at) => `mcp__server${index}__tool_number_${at}`)).flat();
    const text = listing(["Sleep", ...github, ...more], false);
    expect(text).toMatch(/\nSleep\nmcp__github__\*: some_tool_0, some_tool_1, .* and \d+ more\nmcp__server0__\*: /);
    expect(text).toEndWith("mcp__server29__*: 50 tools");
    expect(Buffer.byteLength(text)).toBeLessThan(3_600);
  });

  test("the list of rare tools names none that every session needs", () => {
    for (const name of ["bash", "read_file", "write_file", "edit_file", "glob_search", "grep_search", "Agent", "Skill", "ExitPlanMode"])
      expect(RARE).not.toContain(name);
  });
});
