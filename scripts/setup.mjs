// `npm start` and `npm test` on a machine that has Node and npm and nothing else: finds or installs the pinned Bun, installs what
// bun.lock names, builds when a source changed, then hands over. Plain Node without dependencies; quick and offline when all is there.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const cache = join(root, ".cache");
const windows = process.platform === "win32";

const [task, ...args] = process.argv.slice(2);
if (task !== "start" && task !== "test") fail("usage: node scripts/setup.mjs start|test [ARGS]");
const bun = findBun() ?? installBun();
installPackages(bun);
if (task === "test") await handOver(bun, ["scripts/check.ts", ...args], withBunOnPath(bun));
const built = spawnSync(bun, ["scripts/build.ts", "--if-stale"], { cwd: root, stdio: ["ignore", 2, 2] });
if (built.status !== 0) fail("the build failed; see above");
await handOver(join(root, "dist", windows ? "claw.exe" : "claw"), args.length > 0 ? args : ["demo"], process.env);

// --- internal ---

/** The version in package.json's `packageManager`: the only one the project is built and tested with. */
function pinned() {
  return JSON.parse(readFileSync(join(root, "package.json"), "utf8")).packageManager.replace(/^bun@/, "");
}

function usable(path) {
  const run = spawnSync(path, ["--version"], { encoding: "utf8" });
  return run.status === 0 && run.stdout.trim() === pinned();
}

function findBun() {
  return ["bun", ...installed()].find(usable);
}

/** The platform packages' own executables. `bin/bun` of the package `bun` only works once its install script has run, which npm may block. */
function installed() {
  const folder = join(cache, "bun", "node_modules", "@oven");
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((name) => join(folder, name, "bin", windows ? "bun.exe" : "bun"));
}

function installBun() {
  const prefix = join(cache, "bun");
  note(`installing Bun ${pinned()} into .cache/bun`);
  mkdirSync(prefix, { recursive: true });
  writeFileSync(join(prefix, "package.json"), `${JSON.stringify({ name: "claw-bun", private: true })}\n`);
  const flags = ["--ignore-scripts", "--include=optional", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"];
  const line = ["install", "--prefix", prefix, ...flags, `bun@${pinned()}`];
  const npm = process.env["npm_execpath"]?.endsWith(".js") ? [process.execPath, process.env["npm_execpath"]] : [windows ? "npm.cmd" : "npm"];
  const run = spawnSync(npm[0], [...npm.slice(1), ...line], { cwd: prefix, stdio: ["ignore", 2, 2], shell: npm[0] === "npm.cmd" });
  const found = run.status === 0 ? installed().find(usable) : undefined;
  return (
    found ??
    fail(`Bun ${pinned()} could not be installed from the npm registry.\nhint: check the network, or install that version from https://bun.com`)
  );
}

function installPackages(path) {
  const stamp = join(cache, "installed");
  const lock = createHash("sha256")
    .update(readFileSync(join(root, "bun.lock")))
    .update(pinned())
    .digest("hex");
  const current = existsSync(stamp) && readFileSync(stamp, "utf8") === lock;
  if (current && existsSync(join(root, "node_modules")) && existsSync(join(root, "kernel", "node_modules"))) return;
  note("installing the packages that bun.lock names");
  const run = spawnSync(path, ["install", "--frozen-lockfile", "--silent"], { cwd: root, stdio: ["ignore", 2, 2] });
  if (run.status !== 0) fail("the packages could not be installed.\nhint: check the network, then run it again");
  mkdirSync(cache, { recursive: true });
  writeFileSync(stamp, lock);
}

/** For the checks only, where tests start `bun`: what `npm start` runs sees the path as it is. */
function withBunOnPath(path) {
  return path === "bun" ? process.env : { ...process.env, PATH: `${dirname(path)}${delimiter}${process.env["PATH"] ?? ""}` };
}

/** Runs `path` in this process's place: its streams, its signals, its exit code. */
function handOver(path, words, env) {
  const child = spawn(path, words, { cwd: root, stdio: "inherit", env });
  // A terminal sends Ctrl-C to both, and the child decides what it means. Other senders only know this process.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => (signal !== "SIGINT" || !process.stdin.isTTY) && child.kill(signal));
  return new Promise(() => {
    child.on("error", (error) => fail(`${path} did not start: ${error.message}`));
    child.on("exit", (code, signal) => process.exit(signal ? 128 + (constants.signals[signal] ?? 0) : code));
  });
}

function note(text) {
  process.stderr.write(`claw setup: ${text}\n`);
}

function fail(text) {
  process.stderr.write(`claw setup: ${text}\n`);
  process.exit(1);
}
