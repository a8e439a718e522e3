// The network by domain of the built binary: a model that obeys runs lines through `bash`, in every tier that works here, against servers on the
// loopback of this machine. A command has no network of its own, and reaches what the user's setting names through claw's proxy.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureBuilt } from "../../scripts/build.ts";
import { createMock } from "../mock/mock.ts";
import { bash } from "../mock/reply.ts";
import { createPlace as openPlace, type Place, type Tier, USERS, type User } from "../support/confined.ts";
import { until } from "../support/processes.ts";

const binary = await ensureBuilt();
const createPlace = (tier: Tier, user: User, path = binary): Place => openPlace(tier, user, path);
const curl = Bun.which("curl");
if (curl === null) console.log("sandbox network tests: there is no curl here, so only what needs none is tested");

async function holds(tier: Tier, user: User): Promise<boolean> {
  using place = createPlace(tier, user);
  return (JSON.parse((await place.claw(["sandbox", "--output-format", "json"])).out) as { tier: string }).tier === tier;
}
const all = (["bubblewrap", "namespaces"] as const).flatMap((tier) => USERS.map((user) => [tier, user] as const));
const works = await Promise.all(all.map(([tier, user]) => holds(tier, user)));
const cases = all.filter((_, index) => works[index]);
const landlocked = await holds("landlock", "self");

const big = new Uint8Array(4_000_000).map((_, index) => index % 251);
const seen: string[] = [];
let server: ReturnType<typeof listen>;
function listen() {
  return Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const { pathname } = new URL(request.url);
      seen.push(pathname);
      if (pathname === "/big") return new Response(big);
      return new Response(pathname === "/put" ? `got ${(await request.bytes()).length}` : "hello");
    },
  });
}
beforeAll(() => {
  server = listen();
});
afterAll(() => server.stop(true));

describe.if(curl !== null).each(cases)("%s as %s", (tier, user) => {
  test("what the setting names is reached, over http and through a tunnel, and nothing else is, with a word on why", async () => {
    using place = createPlace(tier, user);
    const at = `127.0.0.1:${server.port}`;
    const said = await place.run(
      [
        `curl -sS http://${at}/plain; curl -sS -p http://${at}/tunnel`,
        `curl -sS http://${at}/big | wc -c; head -c 3000000 /dev/zero | curl -sS --data-binary @- http://${at}/put`,
        "curl -sS https://evil.example/",
        `curl -sS --noproxy '' http://localhost:${server.port}/rebound`,
        `curl -sS -m 5 --noproxy '*' http://${at}/past; (echo > /dev/tcp/127.0.0.1/${server.port}) 2>&1; cut -d: -f1 /proc/net/dev | grep -c eth`,
        "for i in 1 2 3 4 5 6 7 8; do curl -sS http://evil-$i.example/ >/dev/null & done; wait; sleep 100 & echo over",
        "grep -c . /proc/net/unix; ls /proc/self/fd | wc -l",
      ],
      { sandbox: { network: [at, `localhost:${server.port}`] } },
    );
    expect(said[0]).toBe("hellohello");
    expect(said[1]).toBe("4000000\ngot 3000000");
    expect(said[2]).toContain("403");
    expect(said[2]).toContain('[the sandbox refused the network: evil.example is not among the domains that commands may reach. The user can add it in their own settings: "sandbox": { "network": ["evil.example"] }.]'); // biome-ignore format: one row
    expect(said[3]).toMatch(/localhost leads to (127\.0\.0\.1|::1), which is this machine/);
    expect(said[4]).not.toContain("hello");
    expect(said[4]).toContain(`of the network only ${at}`);
    expect(said[5]?.split("refused the network: evil-").length).toBe(9);
    expect(seen).not.toContain("/rebound");
    expect(seen).not.toContain("/past");
  }, 60_000);

  test("a name may lead to this machine when the user says so", async () => {
    using place = createPlace(tier, user);
    const near = { web: { allowHosts: [`localhost:${server.port}`] } };
    const said = await place.run([`curl -sS --noproxy '' http://localhost:${server.port}/near`], {
      sandbox: { network: [`localhost:${server.port}`] },
      words: ["--allowedTools", "bash", "--settings", JSON.stringify(near)],
    });
    expect(said).toEqual(["hello"]);
  }, 60_000);

  test.if(Bun.which("node") !== null)(
    "a server of the command's own needs no proxy",
    async () => {
      using place = createPlace(tier, user);
      const own = `require("http").createServer((_, r) => r.end("mine")).listen(0, "127.0.0.1", function () { require("child_process").exec("curl -sS http://127.0.0.1:" + this.address().port, (_, out) => { console.log(out); process.exit(); }); })`;
      expect(await place.run([`node -e '${own}'`], { sandbox: { network: ["registry.npmjs.org"] } })).toEqual(["mine"]);
    },
    60_000,
  );

  test("a project only tightens", async () => {
    using place = createPlace(tier, user);
    const at = `127.0.0.1:${server.port}`;
    const project = (network: unknown): void => writeFileSync(join(place.work, ".claw/settings.json"), JSON.stringify({ sandbox: { network } }));
    const words = ["--allowedTools", "bash", "--trust"];
    const line = `curl -sS -m 5 --noproxy '' http://${at}/tight`;
    project([at]);
    expect((await place.run([line], { words }))[0]).not.toContain("hello");
    expect((await place.run([line], { words, sandbox: { network: true } }))[0]).toContain("this machine or a private network");
    project(["other.example"]);
    expect((await place.run([line], { words, sandbox: { network: [at] } }))[0]).not.toContain("hello");
    project(true);
    expect((await place.run([line], { words, sandbox: { network: [at] } }))[0]).toBe("hello");
    expect((await place.run([line], { words, sandbox: { network: [`http://${at}`] } }))[0]).toContain("sandbox.network.0");
  }, 60_000);

  test("`claw sandbox` says it, claw's file may be hidden from commands, and nothing outlives claw", async () => {
    using place = createPlace(tier, user);
    const folder = join(place.home, ".claw/bin");
    mkdirSync(folder);
    copyFileSync(binary, join(folder, "claw"));
    // Only a start gives the folder to that user.
    await place.claw(["--version"]);
    using hidden = createPlace(tier, user, join(folder, "claw"));
    const at = `127.0.0.1:${server.port}`;
    expect(await hidden.run([`curl -sS http://${at}/hidden`], { sandbox: { network: [at] } })).toEqual(["hello"]);
    const { out } = await hidden.claw(["sandbox", "--output-format", "json"]);
    expect(JSON.parse(out)).toMatchObject({ tier, network: false, domains: [at], holds: false });
    expect((await hidden.claw(["sandbox"])).out).toContain(`and reach only ${at}`);
    const mark = `claw-outlived-${crypto.randomUUID().slice(0, 8)}`;
    const command = `curl -sS http://${at}/${mark}; exec -a ${mark} sleep 100`;
    await using mock = createMock({ replies: [bash(command), { text: "done" }] });
    const child = hidden.start(["-p", "go", "--permission-mode", "workspace-write", "--allowedTools", "bash"], { ANTHROPIC_BASE_URL: mock.url });
    await until(() => seen.includes(`/${mark}`));
    const helpers = (): string[] => Bun.spawnSync(["sh", "-c", `grep -la '${mark}\\|${folder}' /proc/[0-9]*/cmdline 2>/dev/null`]).stdout.toString().split("\n").filter((path) => path !== "" && !path.includes("self")); // biome-ignore format: one row
    expect(helpers().length).toBeGreaterThan(0);
    child.kill("SIGKILL");
    await child.exited;
    await until(() => !helpers().some((path) => alive(path, mark)));
  }, 60_000);
});

/** Whether it is more than the look for it. */
function alive(path: string, mark: string): boolean {
  const text = Bun.spawnSync(["cat", path]).stdout.toString();
  return !text.includes("grep") && (text.includes(mark) || text.includes("__sandbox"));
}

test.if(landlocked)("landlock lets nothing through, and says so", async () => {
  using place = createPlace("landlock", "self");
  const said = await place.run([`(echo x > /dev/tcp/127.0.0.1/${server.port}) 2>&1 || echo closed; env | grep -i ^https_proxy`], {
    sandbox: { network: [`127.0.0.1:${server.port}`] },
  });
  expect(said[0]).toContain("closed");
  expect(said[0]).not.toContain("61080");
  expect((await place.claw(["sandbox"])).out).toContain("without network: landlock cannot let single domains through");
});
