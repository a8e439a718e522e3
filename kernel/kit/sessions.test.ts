import { expect, test } from "bun:test";
import { shownTitle } from "./sessions.ts";

test("shownTitle > without what could play with a terminal, and words for none", () => {
  expect(shownTitle({ title: "Mend \x1b[31mthe\x1b[0m test" })).toBe("Mend the test");
  for (const title of ["", "\x1b[0m"]) expect(shownTitle({ title })).toBe("without a title");
});
