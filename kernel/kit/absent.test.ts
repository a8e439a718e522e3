import { expect, test } from "bun:test";
import { ClawError } from "claw";
import { absent } from "./absent.ts";

test("absent > nothing for a service that is missing, and every other error as it is", async () => {
  expect(await Promise.reject(new ClawError("CLAW_SERVICE_MISSING", "nobody provides x@1")).catch(absent)).toBeUndefined();
  for (const error of [new ClawError("CLAW_PLUGIN_LOAD_FAILED", "broken"), new TypeError("of ours")]) {
    expect(
      await Promise.reject(error)
        .catch(absent)
        .catch((thrown: unknown) => thrown),
    ).toBe(error);
  }
});
