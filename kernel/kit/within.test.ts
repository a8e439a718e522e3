import { expect, test } from "bun:test";
import { within } from "./within.ts";

test("within > true for what ends in time, false for what does not, and its error", async () => {
  expect(await within(Promise.resolve("x"), 10_000)).toBe(true);
  expect(await within(new Promise(() => undefined), 5)).toBe(false);
  const error = new Error("broken");
  expect(await within(Promise.reject(error), 10_000).catch((thrown: unknown) => thrown)).toBe(error);
});

test("within > keeps no process waiting once the work has ended", async () => {
  const program = `import { within } from ${JSON.stringify(`${import.meta.dir}/within.ts`)};
    await within(Promise.resolve(), 60_000);`;
  const child = Bun.spawn([process.execPath, "-e", program], { stdio: ["ignore", "ignore", "inherit"], timeout: 20_000 });
  expect(await child.exited).toBe(0);
});
