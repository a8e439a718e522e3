// What a build is made of, as one hash: a build is current while the hash is. By content, since a clone or a checkout moves every time stamp.
import { join } from "node:path";

/** A hash over the path and content of every file that can end up in the binary, and over the Bun that builds it. */
export async function fingerprint(root: string): Promise<string> {
  const hash = new Bun.CryptoHasher("sha256").update(`${Bun.version} ${Bun.revision}\n`);
  for (const path of sources(root)) hash.update(`${path}\n`).update(await Bun.file(join(root, path)).bytes());
  return hash.digest("hex");
}

// --- internal ---

const patterns = [
  "kernel/**/*",
  "plugins/**/*",
  "skills/**/*",
  "scripts/*.{ts,txt,json}",
  "scripts/build/*.{ts,order}",
  "{package.json,bun.lock,tsconfig.json}",
];

function sources(root: string): string[] {
  const paths = patterns.flatMap((pattern) => [...new Bun.Glob(pattern).scanSync({ cwd: root })]);
  return paths
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => !path.includes("node_modules/") && !path.endsWith(".test.ts"))
    .sort();
}
