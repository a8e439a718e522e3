import { expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openFeed } from "claw/kit";

function folder(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "claw-feed-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

test("openFeed > what is written comes whole and in order, then the end; no name is left", async () => {
  using at = folder();
  const feed = openFeed(at.path);
  const child = Bun.spawn([...feed.argv(["wc", "-c"])], { stdin: "ignore", stdout: "pipe" });
  await Promise.all([feed.write("a".repeat(300_000)), feed.write("ü"), feed.write(new Uint8Array(70_000))]);
  expect(readdirSync(at.path)).toEqual([]);
  feed.close();
  expect(Number((await child.stdout.text()).trim())).toBe(370_002);
  expect(await child.exited).toBe(0);
  await expect(feed.write("x")).rejects.toMatchObject({ code: "CLAW_TOOL_FAILED" });
});

test("openFeed > as another descriptor stdin is empty", async () => {
  using at = folder();
  const feed = openFeed(at.path);
  const child = Bun.spawn([...feed.argv(["sh", "-c", "wc -c; read -r line <&3; echo $line"], 3)], { stdin: "ignore", stdout: "pipe" });
  await feed.write("there\n");
  expect(await child.stdout.text()).toMatch(/^ *0\nthere\n$/);
  feed.close();
});

test("openFeed > one that nobody took leaves nothing", async () => {
  using at = folder();
  const feed = openFeed(at.path);
  expect(readdirSync(at.path)).toHaveLength(1);
  feed.close();
  feed.close();
  expect(readdirSync(at.path)).toEqual([]);
});
