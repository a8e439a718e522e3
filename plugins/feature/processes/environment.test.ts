import { expect, test } from "bun:test";
import type { Setting } from "claw";
import { childEnvironment, MARKER } from "./environment.ts";

test("childEnvironment > what the setting env adds, of trusted layers, the later over the earlier, and of nothing but plain values", () => {
  const layer = (value: unknown, trusted = true): Setting => ({ value, source: "user", origin: "settings.json", trusted });
  const added = [
    layer({ A: "1", B: 2, C: true, "not a name": "x", D: null, E: ["x"] }),
    layer({ A: "3" }),
    layer({ A: "4" }, false),
    layer("text"),
    layer(null),
  ];
  expect(childEnvironment({ A: "0", Z: "z" }, "mark", added)).toEqual({ A: "3", B: "2", C: "true", Z: "z", [MARKER]: "mark" });
});
