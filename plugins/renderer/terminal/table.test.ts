import { expect, test } from "bun:test";
import type { Theme } from "claw/kit";
import { cellOf, layOutTable, type TableState } from "./table.ts";

const theme: Theme = { name: "plain", paint: (_, text) => text, sgr: () => ({ begin: "", end: "" }) };
const rowOf = (...texts: readonly string[]) => texts.map((text) => cellOf("left", text));

test("layOutTable > a wide character has room in a later part, however narrow the column was", () => {
  const state: TableState = {};
  const head = rowOf("a", "long words here");
  expect(layOutTable([head, rowOf("b", "more of them")], 24, theme, { state, first: true, last: false })).toContain("│ b  │ more of them    │");
  expect(layOutTable([head, rowOf("日", "x")], 24, theme, { state, first: false, last: true })[0]).toStartWith("│ 日 │ x ");
});

test("layOutTable > cells beyond the table's columns take none of the others away", () => {
  const state: TableState = { widths: [3, 3] };
  const lines = layOutTable([rowOf("a", "b", "c"), rowOf("d", "e", "f")], 40, theme, { state, first: false, last: true });
  expect(lines[0]).toBe("│ d   │ e   │");
});
