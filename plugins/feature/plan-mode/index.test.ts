import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { definePlugin, type TurnScope } from "claw";
import { PlanMode } from "claw/kit";
import { createHarness, type Harness, pluginContract } from "claw/testing";

pluginContract(import.meta.dir);

/** A command's view: the service, and a scope of the session. */
async function open(): Promise<{ readonly on: Harness; readonly plan: PlanMode; readonly scope: () => Promise<TurnScope> }> {
  let scope: TurnScope | undefined;
  const spy = definePlugin({
    setup({ hooks }) {
      hooks.route.tap((_, given) => {
        scope = given;
        return undefined;
      });
    },
  });
  const modes = readdirSync(join(import.meta.dir, "../../permission-mode")).map((mode) => `permission-mode/${mode}`);
  const on = await createHarness({
    plugins: ["feature/plan-mode", "feature/workspace", ...modes, spy],
    config: { permissionMode: "workspace-write" },
  });
  const fresh = async (): Promise<TurnScope> => {
    await on.submit("hi");
    if (scope === undefined) throw new Error("no turn ran");
    return scope;
  };
  return { on, plan: await on.host.use(PlanMode), scope: fresh };
}

test("plan mode > enters once, and knows where the session was", async () => {
  const { on, plan, scope } = await open();
  await using _ = on;
  const at = await scope();
  expect([await plan.entered(at), plan.before(at.session.id)]).toEqual([false, undefined]);
  expect([await plan.enter(at), await plan.enter(at)]).toEqual([true, false]);
  // The scope is of before the switch: what holds is known all the same.
  expect([await plan.entered(at), plan.before(at.session.id)]).toEqual([true, "workspace-write"]);
  expect(on.shell.selection["permission-mode"]).toBe((await on.host.get("permission-mode", "plan")).name);
});

test("plan mode > forgets the mode before when another is selected, or the session ends", async () => {
  const { on, plan, scope } = await open();
  await using _ = on;
  const at = await scope();
  await plan.enter(at);
  on.shell.select({ model: "other" });
  expect(plan.before(at.session.id)).toBe("workspace-write");
  on.shell.select({ "permission-mode": "prompt" });
  expect([await plan.entered(at), plan.before(at.session.id)]).toEqual([false, undefined]);
  await plan.enter(at);
  expect(plan.before(at.session.id)).toBe("prompt");
  await on.shell.close();
  expect(plan.before(at.session.id)).toBeUndefined();
});
