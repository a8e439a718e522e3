// The sandbox of the built binary, attacked: a model that obeys runs each line of a table through `bash`, in every tier that works on this machine, as
// whoever runs the tests and, when that is root, as an ordinary user too. What counts is what is there afterwards.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureBuilt } from "../../scripts/build.ts";
import { createMock } from "../mock/mock.ts";
import { bash, call } from "../mock/reply.ts";
import { KEY, createPlace as openPlace, type Place, type Tier, USERS, type User } from "../support/confined.ts";
import { ownSeconds, running, until } from "../support/processes.ts";

const TIERS: readonly Tier[] = ["bubblewrap", "namespaces", "landlock"];
const binary = await ensureBuilt();
const createPlace = (tier: Tier | undefined, user: User): Place => openPlace(tier, user, binary);

/** Which tiers hold here, by claw's own trial; what does not is said, so that a run tells what it has not tested. */
async function working(user: User): Promise<Tier[]> {
  const found: Tier[] = [];
  for (const tier of TIERS) {
    using place = createPlace(tier, user);
    const { out } = await place.claw(["sandbox", "--output-format", "json"]);
    const { tried } = JSON.parse(out) as { tried: { tier: string; problem: string | null }[] };
    if (tried.some((one) => one.tier === tier && one.problem === null)) found.push(tier);
    else console.log(`sandbox tests: ${tier} is not tested as ${user}: ${tried.map(({ problem }) => problem).join("; ")}`);
  }
  return found;
}
const cases = (await Promise.all(USERS.map(async (user) => (await working(user)).map((tier) => [tier, user] as const)))).flat();
if (process.platform === "linux" && cases.length === 0) console.log("sandbox tests: no tier works on this machine, so only that is tested");

let server: ReturnType<typeof Bun.serve>;
let sockets: ReturnType<typeof Bun.listen>;
let socketFolder: string;
const reached: string[] = [];
beforeAll(() => {
  server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: ({ url }) => new Response(`reached ${reached.push(url)}`) });
  socketFolder = mkdtempSync(join(tmpdir(), "claw-door-"));
  chmodSync(socketFolder, 0o755);
  sockets = Bun.listen({ unix: join(socketFolder, "door"), socket: { open: () => void reached.push("socket"), data: () => {} } });
  chmodSync(join(socketFolder, "door"), 0o777);
});
afterAll(async () => {
  sockets.stop(true);
  await server.stop(true);
  rmSync(socketFolder, { recursive: true, force: true });
});
/** JavaScript for claw's own binary: these tests need no other. */
const script = (code: string): string => `BUN_BE_BUN=1 ${binary} -e '${code}'`;

test("sandbox > without a tier nothing is pretended, and `enabled: true` refuses to run", async () => {
  using place = createPlace(undefined, "self");
  const { out } = await place.claw(["sandbox", "--output-format", "json"]);
  expect(JSON.parse(out)).toMatchObject({ tier: "none", active: false, holds: false, supported: false });
  const said = await place.run(["echo ran > here"], { sandbox: { enabled: true } });
  expect([said[0]?.includes("Not run: the setting sandbox.enabled demands a sandbox"), existsSync(join(place.work, "here"))]).toEqual([true, false]);
  expect(await place.run(["echo ran > here; cat here"])).toEqual(["ran"]);
});

describe.each(cases.map(([tier, user]) => [tier, user] as const))("%s as %s", (tier, user) => {
  const apart = tier !== "landlock";

  test("writes nothing outside the workspace, whatever the way", async () => {
    using place = createPlace(tier, user);
    const { outside: out, work } = place;
    const lines = [
      `echo x > ${out}/new`,
      `echo x > ${out}/kept`,
      `truncate -s 0 ${out}/kept; : > ${out}/kept; dd if=/dev/null of=${out}/kept`,
      `rm -rf ${out}`,
      `mv ${out}/kept ${out}/moved; mv ${out}/kept ${work}/stolen`,
      `ln -s ${out} link; echo x > link/kept; echo x > link/new`,
      `echo x > /proc/self/root${out}/new; echo x > /proc/self/cwd/../outside/new; echo x > /proc/1/root${out}/new`,
      `ln ${out}/kept hard && echo x > hard; cp -l ${out}/kept hard2; true`,
      `echo x > ~/.bashrc; echo x >> ~/.gitconfig; mkdir -p ~/.config/autostart && echo x > ~/.config/autostart/x`,
      `mount -t tmpfs x ${out}; unshare -Urm sh -c "mount --bind / /mnt; echo x > ${out}/new"`,
      ...(apart ? [`chmod 777 ${out}/kept; touch -d 2001-01-01 ${out}/kept; chown 1:1 ${out}/kept`] : []),
      `cd ${out} && echo x > new`,
      "echo x > new; ls",
    ];
    const before = lstatSync(join(out, "kept"));
    const said = await place.run(lines);
    expect(said).toHaveLength(lines.length);
    expect(Bun.spawnSync(["ls", "-A", out]).stdout.toString()).toBe("kept\n");
    expect(readFileSync(join(out, "kept"), "utf8")).toBe("kept\n");
    const after = lstatSync(join(out, "kept"));
    expect([after.mode, after.nlink, after.mtimeMs]).toEqual([before.mode, 1, before.mtimeMs]);
    expect(existsSync(join(place.home, ".bashrc")) || existsSync(join(place.home, ".config"))).toBe(false);
    expect(said[0]).toMatch(/\[the sandbox may be why: .*dangerouslyDisableSandbox/);
    expect(existsSync(join(out, "new"))).toBe(false);
  }, 60_000);

  test("names that make programs run something stay as they are, present or absent", async () => {
    using place = createPlace(tier, user);
    const { work } = place;
    const config = readFileSync(join(work, ".git/config"), "utf8");
    const said = await place.run([
      "echo '{}' > .mcp.json; mkdir .idea .husky; echo x > .husky/pre-commit; echo x > .envrc; ln -s /etc .cursor",
      ...(apart
        ? [
            "echo evil > .git/hooks/pre-commit; git config core.fsmonitor evil; rm -f .git/config",
            "mv .git moved; mv .git/hooks .git/hooked; rm -rf .git/hooks; echo '{}' > .claw/settings.json; rm -rf .claw .vscode",
            "mkdir -p x && mv .claw x/; mv .vscode x/; ln -sfn x .claw; echo evil > .git/commondir",
          ]
        : ["echo evil > .git/hooks/pre-commit"]),
    ]);
    expect(said[0]).toContain(".mcp.json.held");
    for (const name of [".mcp.json", ".idea", ".husky", ".envrc", ".cursor"]) expect([name, existsSync(join(work, name))]).toEqual([name, false]);
    expect(readFileSync(join(work, ".husky.held/pre-commit"), "utf8")).toBe("x\n");
    if (!apart) return expect(said[1]).toContain("hooks changed");
    expect(readFileSync(join(work, ".git/config"), "utf8")).toBe(config);
    expect(existsSync(join(work, ".git/hooks/pre-commit"))).toBe(false);
    expect([".claw", ".vscode"].map((name) => lstatSync(join(work, name)).isDirectory())).toEqual([true, true]);
    expect(existsSync(join(work, ".claw/settings.json"))).toBe(false);
    expect(existsSync(join(work, ".git/commondir"))).toBe(false);
    return undefined;
  }, 60_000);

  test("secrets and claw itself are out of reach", async () => {
    using place = createPlace(tier, user);
    const said = await place.run([
      "cat ~/.ssh/id_ed25519 ~/.claw/credentials.json; cat ~/.ssh/* ~/.claw/*",
      "ln -s ~/.ssh s; cat s/id_ed25519; cat /proc/self/root$HOME/.ssh/id_ed25519; cp -r ~/.ssh copied; cat copied/*",
      "cat /proc/*/environ | tr '\\0' '\\n'; env",
      "cat /proc/$PPID/environ /proc/$PPID/maps; for f in /proc/[0-9]*/task/*/environ; do cat $f; done",
      `for pid in $(seq 2 400); do kill -0 $pid 2>/dev/null && echo saw; done; kill -9 $PPID -1 2>/dev/null; pkill -9 claw; echo alive`,
    ]);
    const all = said.join("\n");
    expect(said).toHaveLength(5);
    for (const canary of ["canary-private-key", "canary-credentials", KEY]) expect(all).not.toContain(canary);
  }, 60_000);

  test("reaches no network, no socket outside and no other name of either", async () => {
    using place = createPlace(tier, user);
    const door = join(socketFolder, "door");
    const before = reached.length;
    const said = await place.run([
      `exec 3<>/dev/tcp/127.0.0.1/${server.port}; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3`,
      script(`await fetch("http://127.0.0.1:${server.port}/").then((r) => r.text()).then(console.log, (e) => console.log("no:", e.code))`),
      script(`require("net").connect("${door}").on("connect", () => console.log("open")).on("error", (e) => console.log("no:", e.code))`),
      script(
        `const s = require("dgram").createSocket("udp4"); s.on("error", (e) => console.log("no:", e.code)); s.send("x", 53, "8.8.8.8", (e) => { console.log(e ? "no: " + e.code : "sent"); s.close(); })`,
      ),
    ]);
    expect(said[1]).toContain("no:");
    expect(said[2]).toContain("no:");
    expect(said[3]).not.toContain("sent");
    expect(reached.slice(before)).toEqual([]);
  }, 60_000);

  test("nothing outlives a command", async () => {
    using place = createPlace(tier, user);
    const mark = ownSeconds();
    await place.run([`env -i setsid sleep ${mark} >/dev/null 2>&1 & (setsid sh -c 'trap "" TERM HUP; sleep ${mark}' &) ; echo started`]);
    await until(() => running(`sleep ${mark}`) === 0);
    // Nor claw, killed while one runs. Without processes of its own, what leaves its marker behind is noted every quarter of a second only.
    const line = `${apart ? "env -i " : ""}setsid sleep ${mark} & setsid sh -c 'trap "" TERM HUP; sleep ${mark}' & sleep 300`;
    await using mock = createMock({ replies: [bash(line)] });
    const killed = place.start(["-p", "go", "--allowedTools", "bash"], { ANTHROPIC_BASE_URL: mock.url });
    await until(() => running(`sleep ${mark}`) > 0);
    killed.kill("SIGKILL");
    await killed.exited;
    await until(() => running(`sleep ${mark}`) === 0);
  }, 60_000);

  test("ordinary work goes on", async () => {
    using place = createPlace(tier, user);
    writeFileSync(join(place.work, "sum.test.ts"), 'import { expect, test } from "bun:test";\ntest("sum", () => expect(1 + 1).toBe(2));\n');
    writeFileSync(join(place.work, "package.json"), '{ "scripts": { "test": "echo from npm" } }');
    const said = await place.run([
      "git add -A && git commit -qm second && git log --oneline | wc -l && git status --short && git checkout -q -b other && git stash list",
      `BUN_BE_BUN=1 ${binary} test ./sum.test.ts`,
      "f=$(mktemp) && echo x > $f && cat $f; cat <<E\nhere\nE\necho y | tee /dev/stderr > /dev/null; echo z > /dev/stdout; [ -w /dev/shm ] && echo shm",
      "mkdir -p new/fresh && cd new/fresh && git init -q . && git commit -q --allow-empty -m x && git log --oneline | wc -l",
      "cd ../.. && ls -d new; sh -c 'kill -9 $$'; echo $?; exit 3",
      ...(apart
        ? [
            script(
              `const s = Bun.serve({ port: 0, fetch: () => new Response("self") }); console.log(await (await fetch(s.url)).text()); s.stop(true); const n = require("net"); const u = n.createServer((c) => c.end("unix")).listen("sock", () => n.connect("sock").on("data", (d) => { console.log(String(d)); u.close(); }))`,
            ),
          ]
        : []),
      ...(Bun.which("npm") === null ? [] : ["npm test --silent"]),
      ...(Bun.which("gcc") === null ? [] : ["echo 'int main(void) { return 7; }' > a.c && gcc a.c -o a.out; ./a.out; echo $?"]),
      ...(Bun.which("python3") === null
        ? []
        : ["python3 -c 'import tempfile, multiprocessing as m; m.Lock(); print(tempfile.TemporaryFile().fileno() > 0)'"]),
    ]);
    expect(said[0]).toBe("2");
    expect(said[1]).toContain("1 pass");
    expect(said[2]).toBe("x\nhere\ny\nz\nshm");
    expect(said[3]).toStartWith("1\n[working directory is now");
    expect(said[4]).toMatch(/^new\n(.*Killed.*\n)?137\n\[exit code 3\]/);
    if (apart) expect(said[5]).toBe("self\nunix");
    expect(said.slice(apart ? 6 : 5).map((one) => one.split("\n")[0])).toEqual([
      ...(Bun.which("npm") === null ? [] : ["from npm"]),
      ...(Bun.which("gcc") === null ? [] : ["7"]),
      ...(Bun.which("python3") === null ? [] : ["True"]),
    ]);
    expect(existsSync(join(place.work, "new/fresh/.git"))).toBe(true);
  }, 60_000);

  test("read-only writes only temporary files; the way out is a question, and nobody is there to answer", async () => {
    using place = createPlace(tier, user);
    const line = `echo x > ${place.outside}/new`;
    const reading = await place.run(["echo x > here; echo x > $TMPDIR/there && cat $TMPDIR/there"], { mode: "read-only" });
    expect([reading[0]?.includes("x\n") || reading[0]?.endsWith("x"), existsSync(join(place.work, "here"))]).toEqual([true, false]);
    for (const mode of ["workspace-write", "read-only"]) {
      const said = await place.run([{ command: line, dangerouslyDisableSandbox: true }], { mode });
      expect(said[0]).toMatch(/outside the sandbox|in the sandbox only/);
      expect(existsSync(join(place.outside, "new"))).toBe(false);
    }
    await place.run([line], { mode: "danger-full-access" });
    expect(existsSync(join(place.outside, "new"))).toBe(true);
  }, 60_000);

  test("the user's settings loosen, the project's only tighten", async () => {
    using place = createPlace(tier, user);
    const line = `echo x > ${place.outside}/new; cat ~/.ssh/id_ed25519; [ -e ${place.outside}/new ] && echo there`;
    const extra = { allowWrite: [place.outside], allowRead: ["~/.ssh"] };
    expect((await place.run([line], { sandbox: extra }))[0]).toContain("canary-private-key\nthere");
    rmSync(join(place.outside, "new"));
    writeFileSync(
      join(place.work, ".claw/settings.json"),
      JSON.stringify({ sandbox: { enabled: false, network: true, ...extra, denyRead: ["sum"] } }),
    );
    writeFileSync(join(place.work, "sum"), "secret\n");
    const said = await place.run([`${line}; cat sum`], { words: ["--allowedTools", "bash", "--trust"] });
    expect(existsSync(join(place.outside, "new"))).toBe(false);
    if (apart) expect(said[0]).not.toContain("secret");
    expect(said[0]).not.toContain("canary");
    expect((await place.run(["true"], { sandbox: { netwrok: true } }))[0]).toContain("sandbox.netwrok");
  }, 60_000);

  test("a link that a command leaves behind leads no file tool out", async () => {
    using place = createPlace(tier, user);
    await place.run([`ln -s ${place.outside}/kept note.txt`]);
    symlinkSync(place.outside, join(place.work, "again"));
    await using mock = createMock({
      replies: [call("write_file", { path: "again/new", content: "x" }), { text: "done" }],
    });
    await place.claw(["-p", "go"], { ANTHROPIC_BASE_URL: mock.url });
    expect(existsSync(join(place.outside, "new"))).toBe(false);
  }, 60_000);
});
