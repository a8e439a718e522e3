// Bad plugins, bad moments and bad disks: none of them breaks the store or stops claw.
import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Ran } from "../support/binary.ts";
import { createShelf, release, tool, toolOf } from "../support/shelf.ts";

describe("a plugin that is broken", () => {
  test.each<[string, string, RegExp]>([
    ["throws", 'throw new Error("on purpose");', /on purpose/],
    ["ends the process", "process.exit(3);", /ended claw with code 3/],
    ["lies in its manifest", "export default { setup() {} };", /against its manifest/],
    ["is no plugin", "export default 1;", /no default export/],
  ])(
    "%s > installed, told, and claw goes on",
    async (_what, code, why) => {
      await using shelf = await createShelf();
      const path = shelf.folder("broken", code);
      const added = await shelf.plugin("add", path, "--yes");
      expect([added.code, added.out]).toEqual([0, expect.stringMatching(why)]);
      expect((await shelf.listed())[0]?.["last_error"]).toMatch(why);
      if (_what !== "ends the process") expect(await shelf.turn("glob_search")).toMatchObject({ code: 0, result: "fine" });
      expect((await shelf.plugin("doctor")).code).toBe(1);
    },
    60_000,
  );

  test.each<[string, string]>([
    ["hangs", tool("stuck_tool", "await new Promise(() => {});")],
    ["blocks the event loop", tool("stuck_tool", "for (;;);")],
  ])(
    "%s > does not come back, is switched off, and claw goes on",
    async (_what, code) => {
      await using shelf = await createShelf();
      writeFileSync(join(shelf.scratch.home, ".claw-made"), "");
      mkdirSync(join(shelf.scratch.home, ".claw"), { recursive: true });
      const config = { plugins: { "@claw/feature-plugin-store": { trialMs: 1_500 } }, limits: { activateMs: 60_000 } };
      writeFileSync(join(shelf.scratch.home, ".claw", "settings.json"), JSON.stringify(config));
      const added = await shelf.plugin("add", shelf.folder("stuck", code, { activate: "start" }), "--yes");
      expect([added.code, added.out]).toEqual([0, expect.stringContaining("It is switched off")]);
      expect(await shelf.listed()).toMatchObject([{ name: "stuck", enabled: false }]);
      expect(await shelf.turn("glob_search")).toMatchObject({ code: 0, result: "fine" });
    },
    60_000,
  );

  test("leaks timers and servers > claw ends all the same", async () => {
    await using shelf = await createShelf();
    const leak = "setInterval(() => {}, 10); Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response() });";
    const added = await shelf.plugin("add", shelf.folder("leaky", tool("leaky_tool", leak)), "--yes");
    expect([added.code, added.out]).toEqual([0, expect.stringContaining("leaky loads in")]);
    expect((await shelf.turn("leaky_tool")).results).toEqual(["said x"]);
  }, 60_000);

  test("a name that is taken > both are reachable", async () => {
    await using shelf = await createShelf();
    await shelf.plugin("add", shelf.folder("clash", tool("glob_search"), { contributes: { tool: ["glob_search"] } }), "--yes");
    expect((await shelf.turn("clash__glob_search")).results).toEqual(["said x"]);
    expect((await shelf.plugin("why", "glob_search")).out).toContain("clash__glob_search");
  }, 30_000);
});

describe("bad moments", () => {
  test("two processes at once > both plugins are there", async () => {
    await using shelf = await createShelf();
    const names = ["one", "two", "three", "four"];
    const ran = await Promise.all(names.map((name) => shelf.plugin("add", shelf.folder(name, tool(toolOf(name))), "--yes")));
    expect(ran.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect((await shelf.listed()).map(({ name }) => name)).toEqual(names.toSorted());
  }, 60_000);

  test("killed at any moment > the store is as it was, or has it whole", async () => {
    await using shelf = await createShelf();
    shelf.registry.publish(release("@me/steady"), release("late"));
    await shelf.plugin("add", "@me/steady", "--yes");
    for (let ms = 10; ms <= 130; ms += 20) {
      const child = Bun.spawn([shelf.scratch.binary, "plugin", "add", "late", "--yes"], {
        cwd: shelf.scratch.work,
        env: { PATH: process.env["PATH"] ?? "", HOME: shelf.scratch.home },
      });
      const timer = setTimeout(() => child.kill("SIGKILL"), ms);
      await child.exited;
      clearTimeout(timer);
      const plugins = await shelf.listed();
      expect(plugins.map(({ name }) => name)).toContain("@me/steady");
      for (const one of plugins) expect(existsSync(join(String(one["path"]), "index.ts"))).toBe(true);
    }
    expect((await shelf.plugin("add", "late", "--yes")).code).toBe(0);
    expect(readdirSync(join(shelf.store, ".staging"))).toEqual([]);
  }, 60_000);

  test.if(mountable())(
    "a full disk > the old state stays, and claw starts",
    async () => {
      await using shelf = await createShelf();
      const disk = join(shelf.scratch.home, "small");
      mkdirSync(disk);
      Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", disk]);
      try {
        const env = { CLAW_CONFIG_HOME: join(disk, "claw") };
        const run = (...words: string[]): Promise<Ran> => shelf.scratch.run(["plugin", ...words], { env });
        expect((await run("add", shelf.folder("small", tool("small_tool")), "--yes")).code).toBe(0);
        const large = shelf.folder("large", tool("large_tool"));
        writeFileSync(join(large, "data.bin"), new Uint8Array(1_000_000));
        const full = await run("add", large, "--yes");
        expect([full.code, full.err]).toEqual([1, expect.stringMatching(/disk is full|no space/i)]);
        const listed = JSON.parse((await run("list", "--output-format", "json")).out);
        expect(listed.plugins.map((one: { name: string }) => one.name)).toEqual(["small"]);
        expect((await run("doctor")).out).toContain("small loads in");
      } finally {
        Bun.spawnSync(["umount", "-l", disk]);
      }
    },
    60_000,
  );

  test("a broken index > claw starts and says so; doctor --repair brings the plugins back, off", async () => {
    await using shelf = await createShelf();
    await shelf.plugin("add", shelf.folder("mine", tool("mine_tool")), "--yes");
    const whole = readFileSync(join(shelf.store, "index.json"), "utf8");
    writeFileSync(join(shelf.store, "index.json"), whole.slice(0, whole.length / 2));
    expect(await shelf.turn("glob_search")).toMatchObject({ code: 0, result: "fine" });
    expect((await shelf.scratch.run(["doctor"])).out).toContain("is not an index of plugins");
    expect((await shelf.plugin("doctor", "--repair")).code).toBe(0);
    expect(await shelf.listed()).toMatchObject([{ name: "mine", enabled: false }]);
  }, 30_000);
});

// --- internal ---

/** Whether whoever runs the tests may mount a file system here. */
function mountable(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "claw-mount-"));
  const { success } = Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", folder]);
  if (success) Bun.spawnSync(["umount", folder]);
  rmdirSync(folder);
  return success;
}
