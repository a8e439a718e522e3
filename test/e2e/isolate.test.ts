// Isolated plugins in the built binary: what they do not declare is refused by the system, what they break is only themselves, and they end with claw.
import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createCage, SOURCE } from "../support/isolated.ts";
import { until } from "../support/processes.ts";

setDefaultTimeout(60_000);
const cage = await createCage();
afterAll(() => cage[Symbol.asyncDispose]());

const failing = (expression: string): string =>
  `try { ${expression}; return "DONE"; } catch (error) { return "refused: " + (error.code ?? error.message); }`;

test("isolate > it works as it is, with its config, and without a sandbox it is not run", async () => {
  const { results, out, err } = await cage.calls(
    "works",
    ["return config.word + calls", "return config.word + calls", "return (await load('node:os')).tmpdir()"],
    {
      slice: { works: { word: "slice" } },
    },
  );
  if (!cage.held) return expect(out + err).toContain("no sandbox holds here");
  expect(results.map(({ output, is_error }) => [output, is_error]).slice(0, 2)).toEqual([["slice1", false], ["slice2", false]]); // biome-ignore format: rows
  return expect(existsSync(results[2]?.output ?? "")).toBe(false);
});

test.if(cage.held)("isolate > nothing is written outside, but the private temporary folder is", async () => {
  const paths = [
    join(cage.outside, "a"),
    join(cage.scratch.work, "a"),
    join(cage.scratch.home, "a"),
    join(cage.scratch.work, "writes", "index.ts"),
    "/tmp/claw-isolate-a",
  ];
  const codes = paths.map((path) => failing(`(await load("node:fs")).writeFileSync(${JSON.stringify(path)}, "x")`));
  const temp =
    "const fs = await load('node:fs'); const f = process.env.TMPDIR + '/x'; fs.writeFileSync(f, 'kept'); return fs.readFileSync(f, 'utf8')";
  const { told } = await cage.calls("writes", [...codes, temp]);
  expect(told.slice(0, -1).filter((one) => !/^refused: (EROFS|EACCES|EPERM|ENOENT)$/.test(one))).toEqual([]);
  expect(told.at(-1)).toBe("kept");
  expect([existsSync(paths[0] ?? ""), existsSync(paths[1] ?? ""), existsSync("/tmp/claw-isolate-a")]).toEqual([false, false, false]);
});

test.if(cage.held)("isolate > what it declares it can: folders to write, and no others", async () => {
  mkdirSync(join(cage.outside, "given"), { recursive: true });
  const write = (path: string) => failing(`(await load("node:fs")).writeFileSync(${JSON.stringify(path)}, "x")`);
  const { told } = await cage.calls(
    "declares",
    [write(join(cage.outside, "given", "b")), write(join(cage.outside, "b")), write(join(cage.scratch.work, "b"))],
    {
      claw: { capabilities: { fs: [`write:${join(cage.outside, "given")}/**`] } },
    },
  );
  expect(told.map((one) => one.split(":")[0])).toEqual(["DONE", "refused", "refused"]);
  expect([existsSync(join(cage.outside, "given", "b")), existsSync(join(cage.outside, "b"))]).toEqual([true, false]);
});

test("isolate > the sandbox that claw makes by itself holds it too", async () => {
  const code = failing(`(await load("node:fs")).writeFileSync(${JSON.stringify(join(cage.outside, "c"))}, "x")`);
  const slice = { "@claw/feature-sandbox": { tiers: ["namespaces"] } };
  const { told, out, err } = await cage.calls("other-tier", [code, "process.exit(1)", "return process.env.CLAW_SANDBOX"], { slice });
  if ((out + err).includes("no sandbox holds")) return expect(told).not.toContain("namespaces");
  return expect([told[0]?.startsWith("refused"), told[2], existsSync(join(cage.outside, "c"))]).toEqual([true, "namespaces", false]);
});

test.if(cage.held)("isolate > no network, and of hosts exactly those that are declared", async () => {
  using server = Bun.serve({
    port: 0,
    fetch: ({ url }) => (url.endsWith("/away") ? Response.redirect("http://127.0.0.1:9/") : new Response("reached")),
  });
  const get = (path: string) =>
    `try { return await (await fetch("http://127.0.0.1:${server.port}${path}")).text(); } catch (error) { return "refused: " + error.message; }`;
  const socket = failing(`await Bun.connect({ hostname: "127.0.0.1", port: ${server.port}, socket: { data() {} } })`);
  const none = await cage.calls("offline", [get("/"), socket]);
  const some = await cage.calls("hosts", [get("/"), get("/away"), socket], { claw: { capabilities: { net: [`127.0.0.1:${server.port}`] } } });
  expect(none.told.filter((one) => !one.startsWith("refused"))).toEqual([]);
  expect(some.told.map((one) => one.split(":")[0])).toEqual(["reached", "refused", "refused"]);
  expect(some.told[1]).toContain("is not declared");
});

test.if(cage.held)("isolate > no secrets in the environment, in claw's folder, or in its memory; only variables that are declared", async () => {
  writeFileSync(join(cage.scratch.home, ".claw", "credentials.json"), "canary-credentials");
  const seek =
    "const fs = await load('node:fs'); let all = JSON.stringify(process.env); for (const pid of fs.readdirSync('/proc').filter((one) => /^\\d+$/.test(one))) try { all += fs.readFileSync('/proc/' + pid + '/environ', 'latin1') } catch {} return all";
  const read = failing(`(await load("node:fs")).readFileSync(${JSON.stringify(join(cage.scratch.home, ".claw", "credentials.json"))})`);
  const { told } = await cage.calls("secrets", [seek, read], {
    env: { JIRA_URL: "declared-value", OTHER_TOKEN: "other-canary" },
    claw: { capabilities: { env: ["JIRA_URL", "ANTHROPIC_API_KEY"] } },
  });
  expect([told[0]?.includes("canary"), told[0]?.includes("declared-value"), told[1]?.startsWith("refused")]).toEqual([false, true, true]);
});

test.if(cage.held)("isolate > no programs unless it declares them", async () => {
  const run = failing('if (Bun.spawnSync(["/bin/echo", "x"]).exitCode !== 0) throw new Error("not started")');
  const none = await cage.calls("no-programs", [run]);
  const some = await cage.calls("programs", [run], { claw: { capabilities: ["exec"] } });
  expect([none.told[0]?.split(":")[0], some.told[0]]).toEqual(["refused", "DONE"]);
});

test.if(cage.held)("isolate > the model only when it declares that, with keys that stay with claw", async () => {
  const ask = `try {
    const provider = await scope.get("provider", scope.selection.provider);
    const model = await provider.resolve(scope.selection.model);
    const messages = [{ role: "user", content: [{ type: "text", text: "hi" }] }];
    let text = "";
    for await (const part of provider.stream({ model, system: [], messages, tools: [], maxOutput: 100, options: {} }, scope.signal)) if (part.type === "text") text += part.delta;
    return text;
  } catch (error) { return "refused: " + error.message; }`;
  const none = await cage.calls("no-model", [ask]);
  const some = await cage.calls("model", [ask], { claw: { capabilities: { model: true } }, texts: ["lent"] });
  expect(none.told[0]).toContain("refused: an isolated plugin gets the model only when it declares that");
  expect([some.told, some.code]).toEqual([["lent"], 0]);
});

test.if(cage.held).each([
  ["process.exit", "process.exit(3)", "ended with code 3"],
  ["a throw outside the call", "setTimeout(() => { throw new Error('late') }, 1); await new Promise(() => {})", "ended with code"],
  ["a crash", "process.kill(process.pid, 'SIGSEGV'); await new Promise(() => {})", "the process of plugin"],
  ["a hang", "await new Promise(() => {})", "did not answer within 4 s"],
  ["an infinite loop", "for (;;);", "did not answer within 4 s"],
  ["rubbish on the wire", "const fs = await load('node:fs'); for (;;) try { fs.writeSync(1, 'x'.repeat(1_000_000)) } catch {}", "larger than"],
])(
  "isolate > %s fails the call alone, and the next one has a new child",
  async (_, code, said) => {
    const { results, code: exit } = await cage.calls("broken", [code, "return 'again ' + calls"]);
    expect(results.map((one) => one.is_error)).toEqual([true, false]);
    expect(results[0]?.output).toContain(said);
    expect([results[1]?.output, exit]).toEqual(["again 1", 0]);
  },
  40_000,
);

test.if(cage.held)("isolate > one that ends its process again and again is not started for ever", async () => {
  const { told } = await cage.calls(
    "stubborn",
    Array.from({ length: 6 }, () => "process.exit(1)"),
  );
  expect(told[0]).toContain("ended with code 1");
  expect(told[5]).toContain("is not started again until claw is");
});

test("isolate > bad input is told to the model, commands cross, and other contributions are refused aloud", async () => {
  const { told } = await cage.calls("input", [""]);
  if (cage.held) expect(told[0]).toContain("code: ");
  const folder = cage.write("commands", { hooks: { permit: "normal" } });
  const { out, err } = await cage.scratch.run(["tried", "a", "b", "--plugin-dir", folder]);
  if (cage.held) expect(out).toContain(`a+b in ${cage.scratch.work}`);
  else expect(err).toContain("no sandbox holds");
  const doctor = await cage.scratch.run(["doctor", "--plugin-dir", folder]);
  expect(doctor.out + doctor.err).toContain("everything else it adds is refused: hook permit");
});

test("isolate > a single file without a manifest is isolated by its slice", async () => {
  const path = cage.scratch.put("single.ts", SOURCE);
  cage.settings({ plugins: { [path]: { isolate: true } } });
  const call = { type: "call" as const, tool: "try_it", input: { code: "return 'isolated=' + process.env.CLAW_ISOLATED" } };
  cage.scratch.serve({ replies: [{ blocks: [call] }, { text: "done" }] });
  const { out, err } = await cage.scratch.ask(["-p", "go", "--output-format", "json"]);
  if (!cage.held) return expect(out + err).toContain("no sandbox holds");
  return expect(JSON.parse(out).tool_results?.[0]?.output).toBe("isolated=1");
});

test.if(cage.held && process.platform === "linux")("isolate > claw's death takes its child along", async () => {
  const folder = cage.write("dies");
  const mark = `claw-isolate-${crypto.randomUUID()}`;
  const replies = [{ blocks: [{ type: "call" as const, tool: "try_it", input: { code: `scope.progress("${mark}"); for (;;);` } }] }, { text: "x" }];
  cage.scratch.serve({ replies });
  cage.settings({});
  const words = [
    "-p",
    "go",
    "--output-format",
    "stream-json",
    "--debug",
    "call.progress",
    "--permission-mode",
    "danger-full-access",
    "--plugin-dir",
    folder,
  ];
  const claw = Bun.spawn([cage.scratch.binary, ...words], {
    cwd: cage.scratch.work,
    env: cage.scratch.env,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 30_000,
  });
  let seen = "";
  for await (const chunk of claw.stderr) {
    seen += new TextDecoder().decode(chunk);
    if (seen.includes(mark)) break;
  }
  expect(cage.children()).not.toEqual([]);
  claw.kill("SIGKILL");
  await claw.exited;
  await until(() => cage.children().length === 0);
});

test("isolate > without a sandbox it is not run, unless the user's own settings say so", async () => {
  const without = { "@claw/feature-sandbox": { tiers: [] } };
  const refused = await cage.calls("unheld", ["return 1"], { slice: without });
  expect(refused.out + refused.err).toContain("no sandbox holds here");
  expect(refused.told).not.toContain("1");
  const allowed = await cage.calls("unheld", ["return 1"], { slice: { ...without, "@claw/feature-isolate": { unconfined: true } } });
  expect([allowed.told, allowed.err]).toEqual([["1"], ""]);
});

test("isolate > an installed one runs from the store that the sandbox hides, and the user's word takes it in and out", async () => {
  cage.settings({});
  const folder = cage.write(
    "stored",
    { isolate: false },
    SOURCE.replace('words.join("+")', "(await import('./word.ts')).word + process.env.CLAW_ISOLATED"),
  );
  writeFileSync(join(folder, "word.ts"), 'export const word = "isolated=";');
  expect((await cage.scratch.run(["plugin", "add", folder, "--yes"])).code).toBe(0);
  expect((await cage.scratch.run(["tried"])).out).toContain("isolated=undefined");
  expect((await cage.scratch.run(["plugin", "isolate", "stored"])).out).toContain("isolated from the next start on");
  const { out, err } = await cage.scratch.run(["tried"]);
  if (cage.held) expect(out).toContain("isolated=1");
  else expect(err).toContain("no sandbox holds");
  await cage.scratch.run(["plugin", "isolate", "--off", "stored"]);
  expect((await cage.scratch.run(["tried"])).out).toContain("isolated=undefined");
});
