// The mode that a session starts in, in a real kernel.
import { expect, test } from "bun:test";
import type { Json } from "claw";
import { createHarness } from "claw/testing";
import { harness, MODES } from "./testing/probes.ts";

test.each([
  [{ permissions: { defaultMode: "plan" } }, {}, {}, "plan"],
  [{ permissions: { defaultMode: "bypassPermissions" } }, {}, {}, "danger-full-access"],
  [{ permissions: { defaultMode: "plan" }, permissionMode: "prompt" }, {}, {}, "prompt"],
  [{ permissions: { defaultMode: "plan" } }, { "permission-mode": "allow" }, {}, "allow"],
  [{ permissions: { defaultMode: "plan" } }, {}, { CLAW_PERMISSION_MODE: "dangerFullAccess" }, "danger-full-access"],
  [{}, { "dangerously-skip-permissions": true }, {}, "danger-full-access"],
  [{ permissions: { defaultMode: "plan" } }, { "dangerously-skip-permissions": true }, {}, "danger-full-access"],
] as const)("start mode > %j with %j and %j is %s", async (config, options, env, mode) => {
  await using kernel = await createHarness({
    plugins: ["feature/permissions", "feature/workspace", "feature/shell", ...MODES],
    // Not set at all, unless the case sets it: JSON leaves undefined out.
    config: { permissionMode: undefined, ...config } as unknown as Json,
    options,
    env: { PATH: process.env["PATH"] ?? "", ...env },
  });
  expect(await kernel.submit("hi")).toEqual({ kind: "completed" });
  expect(kernel.shell.selection["permission-mode"]).toBe(mode);
});

test("start mode > a project's stricter mode counts untrusted; what a session selected itself stays", async () => {
  const files = {
    ".git/HEAD": "",
    ".claw/settings.json": JSON.stringify({ permissionMode: "plan", permissions: { defaultMode: "no such mode" } }),
  };
  await using kernel = await harness({ files });
  await kernel.submit("hi");
  expect(kernel.shell.selection["permission-mode"]).toBe("plan");
  const other = await kernel.host.open({ selection: { "permission-mode": "danger-full-access" } });
  await other.submit({ text: "hi" });
  expect(other.selection["permission-mode"]).toBe("danger-full-access");
  await other.close();
});

test("start mode > a sub-agent starts in no looser mode than its parent is in, nor goes by flags of its own", async () => {
  await using kernel = await harness({ config: { permissions: { defaultMode: "plan" } }, mode: "prompt" });
  const forked = async (mode?: string, parent = kernel.shell.session.id): Promise<string> => {
    const selection = mode === undefined ? {} : { selection: { "permission-mode": mode } };
    const shell = await kernel.host.open({ parent, agent: "helper", ...selection });
    await shell.submit({ text: "hi" });
    if (parent === kernel.shell.session.id) expect(await forked("danger-full-access", shell.session.id)).toBe(shell.selection["permission-mode"]);
    await shell.close();
    return shell.selection["permission-mode"];
  };
  await kernel.submit("hi");
  expect(await forked("danger-full-access")).toBe("prompt");
  expect(await forked("read-only")).toBe("read-only");
  kernel.shell.select({ "permission-mode": "read-only" });
  expect(await forked()).toBe("read-only");
  kernel.shell.select({ "permission-mode": "danger-full-access" });
  expect(await forked("allow")).toBe("allow");
});
