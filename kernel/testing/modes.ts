// The contract suite of permission modes: a mode in a real kernel with the real workspace, when nobody can be asked.
import { describe, expect, test } from "bun:test";
import { symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Access, definePlugin, defineTool } from "claw";
import * as v from "valibot";
import { createHarness, type Harness } from "./harness.ts";

/** A claimed access, a path or none, and what the model is told. `link/` leads out of the workspace; `ROOT` is its parent folder, `WS` itself. */
export type ModeCase = readonly [access: Access, path: string, said: string];

/** A command line, and what the model is told of it: `ran`, or all or a part of the refusal. */
export type LineCase = readonly [line: string, said: string];

/** A mode: it has a summary, goes by its aliases, lets what touches only the session pass, and says of each call what `cases` and `lines` say. */
export function permissionModeContract(name: string, aliases: readonly string[], cases: readonly ModeCase[], lines: readonly LineCase[] = []): void {
  const plugins = [probe, "feature/workspace", "feature/shell", `permission-mode/${name}`];
  const harness = (): Promise<Harness> => createHarness({ plugins, config: { permissionMode: name }, files: { "src/a": "" } });

  describe(`${name} > permission mode contract`, () => {
    test("has a summary of one line, and goes by its aliases", async () => {
      await using kernel = await harness();
      expect((await kernel.host.get("permission-mode", name)).summary).toMatch(/^[^\n]{3,120}$/);
      for (const alias of aliases) expect((await kernel.host.get("permission-mode", alias)).name).toBe(name);
    });
    test.each([["none", "", "ran"] as const, ...cases])("access %s at %s: %s", async (access, path, said) => {
      await using kernel = await harness();
      await symlink(dirname(kernel.workspace), join(kernel.workspace, "link"));
      const { content } = await kernel.call("probe", { access, ...(path === "" ? {} : { path }) });
      expect(content).toEqual([{ type: "text", text: said.replace("ROOT", dirname(kernel.workspace)).replace("WS", kernel.workspace) }]);
    });
    test("command lines", async () => {
      await using kernel = await harness();
      await symlink(dirname(kernel.workspace), join(kernel.workspace, "link"));
      const found: string[] = [];
      for (const [line] of lines) {
        const { content } = await kernel.call("bash", { command: line });
        found.push(content.map((block) => (block.type === "text" ? block.text : "")).join(""));
      }
      const wanted = lines.map(([, said]) => said.replace("ROOT", dirname(kernel.workspace)).replace("WS", kernel.workspace));
      expect(found.map((text, index) => (text !== "ran" && text.includes(wanted[index] ?? "") ? wanted[index] : text))).toEqual(wanted);
    });
  });
}

// --- internal ---

/** One tool whose input says what it claims to be, and one that takes command lines; they do nothing. */
const probe = definePlugin({
  setup({ contribute }) {
    const tool = defineTool({
      name: "probe",
      description: "Claims an access",
      input: v.strictObject({ access: v.picklist(["none", "read", "network", "write", "execute"]), path: v.optional(v.string()) }),
      access: (given): Access => given.access,
      subject: () => "probe",
      paths: (given) => (given.path === undefined ? [] : [given.path]),
      run: async () => ({ content: [{ type: "text", text: "ran" }] }),
    });
    contribute("tool", tool);
    const bash = defineTool({
      name: "bash",
      description: "Takes a command line; it does nothing",
      input: v.strictObject({ command: v.string() }),
      access: (): Access => "execute",
      subject: (given) => given.command,
      run: async () => ({ content: [{ type: "text", text: "ran" }], details: {} }),
    });
    contribute("tool", bash);
  },
});
