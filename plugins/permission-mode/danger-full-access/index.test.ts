// The mode in a real kernel with the real workspace: what happens to calls of every reach when nobody can be asked.
import { expect, test } from "bun:test";
import { symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Access, definePlugin, defineTool, type StepScope } from "claw";
import { createHarness, type Harness, permissionModeContract, pluginContract } from "claw/testing";
import * as v from "valibot";

pluginContract(import.meta.dir);

let step: StepScope | undefined;
/** One tool whose input says what it claims to be; it does nothing. */
const probe = definePlugin({
  setup({ contribute, hooks }) {
    const input = v.strictObject({ access: v.picklist(["none", "read", "network", "write", "execute"]), path: v.optional(v.string()) });
    const tool = defineTool({
      name: "probe",
      description: "Claims an access",
      input,
      access: (given): Access => given.access,
      subject: () => "probe",
      paths: (given) => (given.path === undefined ? [] : [given.path]),
      run: async () => ({ content: [{ type: "text", text: "ran" }] }),
    });
    contribute("tool", tool);
    hooks.permit.tap((_call, scope) => {
      step = scope;
      return undefined;
    });
  },
});
const harness = (): Promise<Harness> =>
  createHarness({
    plugins: [probe, "feature/workspace", "permission-mode/danger-full-access"],
    config: { permissionMode: "danger-full-access" },
    files: { "src/a": "" },
  });

{
  const kernel = await harness();
  const mode = await kernel.host.get("permission-mode", "danger-full-access");
  await kernel.call("probe", { access: "none" });
  permissionModeContract(mode, async () => step!);
  await kernel[Symbol.asyncDispose]();
}

test.each(["dontAsk", "bypassPermissions", "dangerFullAccess"])("danger-full-access > is also %s", async (alias) => {
  await using kernel = await harness();
  expect((await kernel.host.get("permission-mode", alias)).name).toBe("danger-full-access");
});
// biome-ignore format: a table reads better in rows
test.each([
  ["none", "", "ran"],
  ["read", "link/x", "ran"],
  ["network", "", "ran"],
  ["write", "src/new", "ran"],
  ["write", "link/x", "ran"],
  ["write", ".git/hooks/pre-commit", "ran"],
  ["execute", "", "ran"],
] as const)("danger-full-access > access %s at %s: %s", async (access, path, said) => {
  await using kernel = await harness();
  await symlink(dirname(kernel.workspace), join(kernel.workspace, "link"));
  const { content } = await kernel.call("probe", { access, ...(path === "" ? {} : { path }) });
  expect(content).toEqual([{ type: "text", text: said.replace("ROOT", dirname(kernel.workspace)) }]);
});
