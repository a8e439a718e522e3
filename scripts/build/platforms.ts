// The platforms claw is built for, and Bun's own executables for them, from the npm registry at this Bun's version.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

/** `file` is the name of the binary, `package` the npm package that has Bun for that platform, `target` Bun's word for it. */
export interface Platform {
  readonly file: string;
  readonly package: string;
  readonly target: Bun.Build.CompileTarget;
}

/** Every platform that `--all` builds for. */
export const platforms: readonly Platform[] = [
  { file: "claw-linux-x64", package: "@oven/bun-linux-x64", target: "bun-linux-x64" },
  { file: "claw-linux-x64-musl", package: "@oven/bun-linux-x64-musl", target: "bun-linux-x64-musl" },
  { file: "claw-linux-arm64", package: "@oven/bun-linux-aarch64", target: "bun-linux-arm64" },
  { file: "claw-linux-arm64-musl", package: "@oven/bun-linux-aarch64-musl", target: "bun-linux-arm64-musl" },
  { file: "claw-macos-x64", package: "@oven/bun-darwin-x64", target: "bun-darwin-x64" },
  { file: "claw-macos-arm64", package: "@oven/bun-darwin-aarch64", target: "bun-darwin-arm64" },
  { file: "claw-windows-x64.exe", package: "@oven/bun-windows-x64", target: "bun-windows-x64" },
];

/** Installs the packages into `.cache/targets` and returns the executable's path by package name. */
export async function fetchRuntimes(root: string): Promise<Readonly<Record<string, string>>> {
  const folder = join(root, ".cache", "targets");
  await mkdir(folder, { recursive: true });
  const dependencies = Object.fromEntries(platforms.map((platform) => [platform.package, Bun.version]));
  await Bun.write(join(folder, "package.json"), JSON.stringify({ name: "claw-targets", private: true, dependencies }));
  const flags = ["--cpu=*", "--os=*", "--libc=*", "--ignore-scripts", "--linker=hoisted", "--silent"];
  const install = Bun.spawn([process.execPath, "install", ...flags], { cwd: folder, stdio: ["ignore", "inherit", "inherit"] });
  if ((await install.exited) !== 0)
    throw new Error("Bun's executables for the other platforms could not be installed (npm registry packages @oven/bun-*).");
  return Object.fromEntries(
    platforms.map((platform) => [
      platform.package,
      join(folder, "node_modules", platform.package, "bin", platform.target.includes("windows") ? "bun.exe" : "bun"),
    ]),
  );
}
