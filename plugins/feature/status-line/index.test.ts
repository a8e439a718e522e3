// What the status line says. That it stands on the screen, and that a command can replace it, is tested on the binary in `test/e2e/repl-status.test.ts`.
import { expect, test } from "bun:test";
import { StatusLine, type Theme } from "claw/kit";
import { createHarness, pluginContract } from "claw/testing";
import { type Standing, statusText } from "./status.ts";

pluginContract(import.meta.dir);

const theme: Theme = { name: "marks", paint: (style, text) => (style === "dim" ? text : `<${style}>${text}`), sgr: () => ({ begin: "", end: "" }) };
const fresh: Standing = { model: "large-1", mode: "workspace-write", cost: 0 };

test.each<[string, Standing, string]>([
  ["a fresh session", fresh, "large-1 · workspace-write"],
  [
    "a used one",
    { ...fresh, used: 25_000, window: 200_000, cost: 0.0312, branch: "main" },
    "large-1 · workspace-write · 13% of context · $0.031 · main",
  ],
  ["a costly one", { ...fresh, cost: 12.345 }, "large-1 · workspace-write · $12.35"],
  ["one nearly full", { ...fresh, used: 190, window: 200 }, "large-1 · workspace-write · <warning>95% of context"],
  ["more than fits", { ...fresh, used: 300, window: 200 }, "large-1 · workspace-write · <warning>100% of context"],
  ["a mode without guard", { ...fresh, mode: "allow" }, "large-1 · <warning>allow"],
  ["names that would act on the terminal", { ...fresh, model: "m\x1b[2J", branch: "b\nc" }, "m · workspace-write · b c"],
])("statusText > %s", (_name, standing, text) => {
  expect(statusText(standing, { current: theme })).toBe(text);
});

const needed = ["feature/screen", "feature/theme", "feature/processes", "feature/workspace"];

test("statusLine > what is no command is an error that names the file", async () => {
  await using harness = await createHarness({
    plugins: ["feature/status-line", ...needed],
    config: { statusLine: { type: "command", command: "" } },
  });
  await expect(harness.host.use(StatusLine)).rejects.toMatchObject({ message: expect.stringContaining("settings.json: statusLine is no command") });
});

test("statusLine > opens and closes where nobody looks", async () => {
  await using harness = await createHarness({ plugins: ["feature/status-line", ...needed], config: { statusLine: false } });
  const lines = await harness.host.use(StatusLine);
  expect(() => lines.open(harness.shell)[Symbol.dispose]()).not.toThrow();
});
