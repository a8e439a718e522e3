// What was judged to only read is run, for real, in a throw-away namespace with canaries: nothing may change, and nothing from outside may be seen.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRandom, makeLine } from "./testing/grammar.ts";
import { createYard, type Yard } from "./testing/yard.ts";

const CANARY = "canary-7f3a";
/** Lines made, of which about one in eight is run; more of them with the variable. */
const LINES = Number(process.env["CLAW_PROPERTY_LINES"] ?? 1_600);
const SEED = Number(process.env["CLAW_PROPERTY_SEED"] ?? 4);
process.stderr.write(`property: CLAW_PROPERTY_SEED=${SEED} CLAW_PROPERTY_LINES=${LINES}\n`);
const bubblewrap = Bun.which("bwrap");
/** Whether there is a namespace to throw away. Without one lines run as they are: they were judged to only read. */
const apart = bubblewrap !== null && Bun.spawnSync([bubblewrap, "--ro-bind", "/", "/", "--unshare-all", "true"]).exitCode === 0;
if (!apart) process.stderr.write("property: bubblewrap does not work here, so lines run in no namespace\n");
/** Folders of the system that a line finds in its namespace with a canary in each, all of which it may write. */
const WRITABLE = ["/etc", "/home", "/opt", "/root", "/srv", "/tmp", "/var", "/mnt"];
let yard: Yard;
beforeAll(() => {
  yard = prepare();
});
afterAll(() => yard[Symbol.dispose]());

function prepare(): Yard {
  const fresh = createYard();
  for (const path of ["secret", "outside/secret", "user/.profile", ...WRITABLE.map((folder) => `system${folder}/canary`)])
    fresh.write(path, `${CANARY}\n`);
  writeFileSync(join(fresh.ws, "x.sh"), `#!/bin/sh\necho run >> ${fresh.root}/ran\n`, { mode: 0o755 });
  Bun.spawnSync(["git", "-C", fresh.ws, "-c", "user.name=a", "-c", "user.email=b", "commit", "-q", "--allow-empty", "-m", "x"]);
  // The places that things are mounted at are made by the first run.
  run("true", fresh);
  return fresh;
}

/** Everything below a folder but what git keeps in step with it. */
function picture(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const stat = lstatSync(path);
    if (path.endsWith("/.git/index")) continue;
    if (stat.isDirectory()) Object.assign(found, picture(path), { [path]: "folder" });
    else found[path] = stat.isSymbolicLink() ? readlinkSync(path) : `${stat.mode} ${stat.nlink} ${readFileSync(path, "utf8")}`;
  }
  return found;
}

/** Without network, with processes of its own, and nothing but canaries that could be written, all of it on disk to look at afterwards. */
function run(line: string, at: Yard): string {
  const env = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: join(at.root, "user") };
  const programs = ["/usr", "/bin", "/sbin", "/lib", "/lib64"].filter((path) => existsSync(path)).flatMap((path) => ["--ro-bind", path, path]);
  const system = WRITABLE.flatMap((folder) => ["--bind", join(at.root, "system", folder), folder]);
  const words = ["--unshare-all", "--die-with-parent", "--new-session", ...programs, ...system, "--dev", "/dev", "--proc", "/proc"];
  const namespace = apart ? [bubblewrap ?? "", ...words, "--bind", at.root, at.root, "--chdir", at.ws, "--"] : [];
  const child = Bun.spawnSync([...namespace, "bash", "-c", line], { cwd: at.ws, env, stdin: "ignore", timeout: 5_000, killSignal: "SIGKILL" });
  return child.stdout.toString() + child.stderr.toString();
}

test("the namespace > a line that is not judged to only read would be seen", () => {
  using own = prepare();
  const before = picture(own.root);
  expect(run(`cat ${own.root}/secret`, own)).toContain(CANARY);
  expect(picture(own.root)).toEqual(before);
  for (const line of [`touch ${own.root}/new`, ...(apart ? ["echo x >> /etc/canary"] : []), "chmod 600 a.txt", "ln a.txt hard"]) {
    const last = picture(own.root);
    run(line, own);
    expect([line, Bun.deepEquals(picture(own.root), last)]).toEqual([line, false]);
  }
  expect(run("cat /proc/net/dev | wc -l; true", own)).toContain(apart ? "3" : "");
});

test("what was judged to only read > changes nothing and shows nothing from outside", () => {
  const random = createRandom(SEED);
  let before = picture(yard.root);
  const ran: string[] = [];
  for (let count = 0; count < LINES; count++) {
    const line = makeLine(random).replaceAll("ROOT", yard.root);
    if (yard.verdict(line) !== "read") continue;
    ran.push(line);
    expect([SEED, line, run(line, yard).includes(CANARY)]).toEqual([SEED, line, false]);
    const after = picture(yard.root);
    expect([SEED, line, after]).toEqual([SEED, line, before]);
    before = after;
  }
  expect(ran.length).toBeGreaterThan(LINES / 20);
}, 600_000);

test("what was judged to write only plain files of the workspace > leaves everything else as it is", () => {
  const random = createRandom(SEED + 1);
  let ran = 0;
  for (let count = 0; count < LINES; count++) {
    const line = makeLine(random, 1).replaceAll("ROOT", yard.root);
    if (yard.verdict(line) !== "write" || yard.analysis(line).parts.some((part) => part.writes.some((path) => path.includes(".git/")))) continue;
    ran += 1;
    using own = prepare();
    const outside = (): Record<string, string> =>
      Object.fromEntries(Object.entries(picture(own.root)).filter(([path]) => !path.startsWith(`${own.ws}/`) || path.includes("/.git/")));
    const before = outside();
    const text = line.replaceAll(yard.root, own.root);
    expect([SEED, text, run(text, own).includes(CANARY)]).toEqual([SEED, text, false]);
    expect([SEED, text, outside()]).toEqual([SEED, text, before]);
  }
  expect(ran).toBeGreaterThan(5);
}, 600_000);

test("analyse > takes any text, at once", () => {
  const random = createRandom(SEED + 2);
  const pieces = [
    ..."$`'\"\\(){}[]<>|&;#!~*?=:-/ \n\tabx01",
    "$(",
    "${",
    "<<E\n",
    "))",
    "((",
    "[[",
    "]]",
    "case ",
    " in ",
    "esac",
    "do ",
    "done",
    "for ",
    "if ",
    "then ",
    "fi",
    "function ",
    "\u00e9",
    "\u{1f600}",
    "\ud800",
    "\0",
    "\r",
  ];
  const started = process.cpuUsage();
  let worst = 0;
  for (let count = 0; count < 3_000; count++) {
    const line = Array.from({ length: random(60) }, () => pieces[random(pieces.length)]).join("");
    const begun = process.cpuUsage();
    const { parts, problem } = yard.analysis(line);
    worst = Math.max(worst, process.cpuUsage(begun).user);
    if (/[\0\r]/.test(line)) expect([line, problem]).toEqual([line, expect.any(String)]);
    for (const part of parts) expect(["read", "write", "network", "execute"]).toContain(part.does);
  }
  expect([process.cpuUsage(started).user < 30_000_000, worst < 1_000_000]).toEqual([true, true]);
}, 60_000);
