// Builds `dist/claw` for this machine, or with `--all` one binary a platform and `SHA256SUMS`.
// `--if-stale` builds only when a source changed since the last build. Nothing is downloaded but Bun's own packages, for `--all`.
import { chmod, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { embedArchives } from "./build/archive.ts";
import { embedBytes, embedTexts, inlineTexts, lightenAnthropic, lightenTapable } from "./build/assets.ts";
import { packCold } from "./build/packed.ts";
import { fetchRuntimes, type Platform, platforms } from "./build/platforms.ts";
import { EMBEDDED, leaveEmbedded, shorten } from "./build/shorten.ts";
import { fingerprint } from "./build/sources.ts";

const root = join(import.meta.dir, "..");
const dist = join(root, "dist");
const entry = join(import.meta.dir, "claw.ts");
const cache = join(root, ".cache");
const suffix = process.platform === "win32" ? ".exe" : "";

/**
 * How many times more often than usual code must have run before it is compiled to machine code. A one-shot run is over before that pays: with 1,
 * fifty steps take twice the CPU. A frontend that stays for hours sets it back with `Bun.unsafe.setJITPolicy(1)`.
 */
const patience = 200;

/**
 * Which functions a start, fifty steps and the prompt use, most important first: their bytecode lies together then, and all that modules have in common
 * is stored once. It stays good while the code changes; `bun scripts/order.ts` records it anew, which a new Bun asks for.
 */
const order = join(import.meta.dir, "build", "start.order");

/** What the bundle of the entry is called before it is compiled. */
const ENTRY = "entry.js";

/** The path of `dist/claw` for this machine, built first when a source is newer. */
export async function ensureBuilt(): Promise<string> {
  const outfile = join(dist, `claw${suffix}`);
  const stamp = Bun.file(join(dist, ".claw.stamp"));
  const sources = await fingerprint(root);
  const current = (await stamp.text().catch(() => "")) === sources && (await Bun.file(outfile).exists());
  if (current) return outfile;
  await compile(entry, outfile);
  await Bun.write(stamp, sources);
  return outfile;
}

/** For another platform than this one, and with other texts in the place of sources. */
export interface CompileOptions {
  readonly platform?: Platform & { readonly runtime: string };
  /** What is built of a source, by its path and its text. */
  instead?(path: string, text: string): string;
}

/** Compiles `source` into the executable `outfile`, with the flags every binary of the project has. The file appears whole or not at all. */
export async function compile(source: string, outfile: string, { platform, instead = (_, text) => text }: CompileOptions = {}): Promise<void> {
  const name = outfile.slice(Math.max(outfile.lastIndexOf("/"), outfile.lastIndexOf("\\")) + 1);
  const scratch = join(dist, `.build-${process.pid}-${name}`);
  await mkdir(scratch, { recursive: true });
  try {
    const bundled = await Bun.build({
      ...{ entrypoints: [source], target: "bun", format: "esm", splitting: true, naming: { entry: ENTRY, chunk: "[hash].js" } },
      minify: { syntax: true },
      plugins: [
        leaveEmbedded(),
        await packCold(root, cache, instead),
        await embedBytes(root, cache),
        await embedTexts(root, cache),
        await embedArchives(root, cache),
        inlineTexts(),
        lightenTapable(),
        lightenAnthropic(),
      ],
    });
    const { logs } = await Bun.build({
      entrypoints: [join(scratch, ENTRY)],
      files: await shorten(bundled.outputs, scratch),
      target: "bun",
      format: "esm",
      minify: true,
      bytecode: true,
      splitting: true,
      // Every import of a chunk has its name in the bytecode. Without an extension each import would look for one.
      naming: { chunk: "[hash].js", asset: "[hash].[ext]" },
      loader: EMBEDDED,
      compile: {
        outfile: join(scratch, name),
        autoloadDotenv: false,
        autoloadBunfig: false,
        jitPolicy: patience,
        bytecodeOrder: source === entry && order,
        ...(platform && { target: platform.target, executablePath: platform.runtime }),
      },
    });
    // That an order was recorded by another Bun, say.
    for (const log of logs) console.warn(String(log));
    await chmod(join(scratch, name), 0o755);
    await rename(join(scratch, name), outfile);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Builds for every platform, and writes `SHA256SUMS` beside the binaries. */
export async function buildAll(): Promise<void> {
  const runtimes = await fetchRuntimes(root);
  const sums: string[] = [];
  for (const platform of platforms) {
    const outfile = join(dist, platform.file);
    await compile(entry, outfile, { platform: { ...platform, runtime: runtimes[platform.package]! } });
    const hash = new Bun.CryptoHasher("sha256");
    for await (const bytes of Bun.file(outfile).stream()) hash.update(bytes);
    sums.push(`${hash.digest("hex")}  ${platform.file}\n`);
    console.log(`dist/${platform.file}  ${(Bun.file(outfile).size / 1e6).toFixed(1)} MB`);
  }
  await Bun.write(join(dist, "SHA256SUMS"), sums.join(""));
}

if (import.meta.main) {
  if (process.argv.includes("--all")) await buildAll();
  else {
    if (!process.argv.includes("--if-stale")) await rm(join(dist, ".claw.stamp"), { force: true });
    const outfile = await ensureBuilt();
    if (!process.argv.includes("--if-stale")) console.log(`${outfile}  ${(Bun.file(outfile).size / 1e6).toFixed(1)} MB`);
  }
}
