// The tool through the whole host, over real folders.
import { expect, test } from "bun:test";
import { mkdir, symlink, utimes } from "node:fs/promises";
import { join } from "node:path";
import type { Tool, ToolResult } from "claw";
import { createHarness, type Harness, pluginContract, toolContract } from "claw/testing";
import { depthOf, searchOf } from "./pattern.ts";

const PLUGINS = ["tool/glob-search", "feature/tree", "feature/workspace"];

pluginContract(import.meta.dir);
{
  await using harness = await createHarness({ plugins: PLUGINS });
  const tool: Tool = await harness.host.get("tool", "glob_search");
  toolContract(tool, {
    valid: [{ pattern: "**/*.ts" }, { pattern: "../x/*", path: "src" }, { pattern: "{" }, { pattern: "[" }],
    invalid: [{}, { pattern: "" }, { pattern: 1 }, { pattern: "*", path: "" }, { pattern: "*", limit: 3 }],
  });
}

test.each([
  ["**/*.ts", undefined, ".", "**/*.ts"],
  ["src/**/*.ts", undefined, "src", "**/*.ts"],
  ["./src//a/*.ts", undefined, "src/a", "*.ts"],
  ["src/a.ts", undefined, "src", "a.ts"],
  ["src/", undefined, "src", "**"],
  ["a/*.ts", "pkg", "pkg/a", "*.ts"],
  ["*.ts", "/abs/", "/abs/", "*.ts"],
  ["a/*.ts", "/abs/", "/abs/a", "*.ts"],
  ["/etc/**/*.conf", "pkg", "/etc", "**/*.conf"],
  ["/*.conf", "pkg", "/", "*.conf"],
  ["/", undefined, "/", "**"],
  ["../up/*", undefined, "../up", "*"],
  ["..", "pkg", "pkg/..", "**"],
  ["src/{a,b/c}/*.ts", undefined, "src", "{a,b/c}/*.ts"],
  ["a\\*b/c*", undefined, "a*b", "c*"],
  ["!*.ts", undefined, ".", "\\!*.ts"],
  ["a{b/c", undefined, ".", "a{b/c"],
])("searchOf > %s in %p is searched in %s for %s", (pattern, path, folder, rest) => {
  expect(searchOf(pattern, path)).toEqual({ folder, rest });
});

test.each(["*/../../etc/passwd", "{/etc,src}/*", "{src,../..}/*", "a/**/..", "{a/..,b}/*"])(
  "searchOf > %s leads away and has a problem",
  (pattern) => {
    expect(searchOf(pattern).problem).toBeString();
  },
);

test("depthOf > counts levels, and has no end where the pattern has none", () => {
  expect(["*.ts", "*/a/*.ts", "**/*.ts", "{a,b/c}/*", "{a,b}/*"].map(depthOf)).toEqual([0, 2, Infinity, Infinity, 1]);
});

test("glob_search > lists the newest first, hidden files too, and leaves out ignored ones", async () => {
  await using harness = await createHarness({
    plugins: PLUGINS,
    files: {
      ".gitignore": "dist/\n*.log\n!keep.log\n",
      "src/a.ts": "",
      "src/.b.ts": "",
      "src/c.js": "",
      "dist/d.ts": "",
      "keep.log": "",
      "x.log": "",
    },
  });
  await aged(harness, { "src/a.ts": 30, "src/.b.ts": 10, "src/c.js": 20, "keep.log": 5 });
  expect(await text(harness, { pattern: "**/*.ts" })).toBe("src/.b.ts\nsrc/a.ts");
  expect(await text(harness, { pattern: "**/*.{ts,js}" })).toBe("src/.b.ts\nsrc/c.js\nsrc/a.ts");
  expect(await text(harness, { pattern: "*.log" })).toBe("keep.log");
  expect(await text(harness, { pattern: "dist/**" })).toBe("dist/d.ts");
  expect(await text(harness, { pattern: "*.ts", path: "dist" })).toBe("dist/d.ts");
});

test("glob_search > shows 100 and says how many there are", async () => {
  const files = Object.fromEntries(Array.from({ length: 1_234 }, (_, n) => [`f/${n}.txt`, ""]));
  await using harness = await createHarness({ plugins: PLUGINS, files });
  await aged(harness, { "f/77.txt": -60 });
  const lines = (await text(harness, { pattern: "**" })).split("\n");
  expect(lines).toHaveLength(101);
  expect([lines[0], lines[100]]).toEqual(["f/77.txt", "[the 100 newest of 1,234 files; a narrower pattern shows the rest]"]);
});

test("glob_search > says clearly that nothing matches, and that is no failure", async () => {
  await using harness = await createHarness({ plugins: PLUGINS, files: { "src/a.ts": "", "app/[id]/page.tsx": "" } });
  expect(await call(harness, { pattern: "*.ts" })).toMatchObject({
    failed: false,
    content: [{ text: "No files match *.ts in . (ignored files are not listed). To search subfolders too, use **/*.ts." }],
  });
  expect(await text(harness, { pattern: "src" })).toBe("src is a folder. Use src/** for what is in it.");
  expect(await text(harness, { pattern: "src/" })).toBe("src/a.ts");
  expect(await text(harness, { pattern: "src/a.ts" })).toBe("src/a.ts");
  expect(await text(harness, { pattern: "app/[id]/page.tsx" })).toBe("app/[id]/page.tsx");
});

test("glob_search > fails with what to do for a missing folder, a file as folder, and a pattern that leads away", async () => {
  await using harness = await createHarness({ plugins: PLUGINS, files: { "src/a.ts": "" } });
  expect(await call(harness, { pattern: "*", path: "srcc" })).toMatchObject({
    failed: true,
    content: [{ text: 'There is no folder srcc.\nDid you mean "src"?' }],
  });
  expect(await call(harness, { pattern: "*", path: "src/a.ts" })).toMatchObject({
    failed: true,
    content: [{ text: "src/a.ts is a file, not a folder.\nRead it with read_file, or search its folder." }],
  });
  expect((await call(harness, { pattern: "*/../../*" })).failed).toBeTrue();
});

test("glob_search > outside of the session's folder names whole paths, and its call says where it goes", async () => {
  await using harness = await createHarness({ plugins: PLUGINS, files: { "in.txt": "" } });
  const outside = join(harness.workspace, "..", "outside");
  await mkdir(outside);
  await Bun.write(join(outside, "o.txt"), "");
  expect(await text(harness, { pattern: `${outside}/*.txt` })).toBe(join(outside, "o.txt"));
  expect(await text(harness, { pattern: "../outside/*.txt" })).toBe(join(outside, "o.txt"));
  const started = harness.events.flatMap((event) => (event.type === "call.started" ? [event.data] : []));
  expect(started.map(({ access, subject }) => ({ access, subject }))).toEqual([
    { access: "read", subject: outside },
    { access: "read", subject: "../outside" },
  ]);
});

test("glob_search > does not follow links out or in circles, and quotes odd names", async () => {
  await using harness = await createHarness({ plugins: PLUGINS, files: { "a/b.txt": "", "line\nbreak.txt": "" } });
  await symlink("/etc", join(harness.workspace, "etc"));
  await symlink("..", join(harness.workspace, "a/up"));
  expect((await text(harness, { pattern: "**/*.txt" })).split("\n").sort()).toEqual(['"line\\nbreak.txt"', "a/b.txt"]);
  expect(await text(harness, { pattern: "**/*.conf" })).toStartWith("No files match");
});

test("glob_search > is done with wild patterns at once", async () => {
  await using harness = await createHarness({ plugins: PLUGINS, files: { [`${"a".repeat(200)}.txt`]: "" } });
  const started = process.cpuUsage();
  for (const pattern of ["a*".repeat(500), "**/".repeat(500), "{a,aa}".repeat(300), "{".repeat(2_000), "[".repeat(2_000), "\\"])
    await call(harness, { pattern });
  expect(process.cpuUsage(started).user).toBeLessThan(2_000_000);
});

// --- internal ---

function call(harness: Harness, input: { pattern: string; path?: string }): Promise<ToolResult> {
  return harness.call("glob_search", input);
}

async function text(harness: Harness, input: { pattern: string; path?: string }): Promise<string> {
  const { content, failed } = await call(harness, input);
  const [block] = content;
  if (failed || block?.type !== "text") throw new Error(JSON.stringify(content));
  return block.text;
}

/** Makes files so many seconds old. */
async function aged(harness: Harness, ages: Readonly<Record<string, number>>): Promise<void> {
  for (const [path, age] of Object.entries(ages)) {
    const at = Date.now() / 1000 - age;
    await utimes(join(harness.workspace, path), at, at);
  }
}
