import { expect, test } from "bun:test";
import { once } from "./once.ts";

test("once > makes it at the first call and never again, even when it is undefined", () => {
  let made = 0;
  const nothing = once(() => {
    made += 1;
  });
  expect(made).toBe(0);
  expect([nothing(), nothing(), made]).toEqual([undefined, undefined, 1]);
});
