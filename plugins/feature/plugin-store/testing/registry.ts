// An npm registry on loopback: packuments and tarballs made by the test, over real HTTP, with what a hostile one would serve too.
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";

/** An entry of a tarball. `name` is written as it is: `package/index.ts` is what an honest one looks like. */
export interface Entry {
  readonly name: string;
  readonly text?: string | Uint8Array;
  readonly link?: string;
  readonly hard?: boolean;
  readonly mode?: number;
}
/** One version of a package. Without `entries`, `files` are packed as npm does. */
export interface Release {
  readonly pack: Readonly<Record<string, unknown>> & { readonly name: string; readonly version: string };
  readonly files?: Readonly<Record<string, string>>;
  readonly entries?: readonly Entry[];
  /** Said in the packument instead of the true one. */
  readonly integrity?: string;
  /** What the packument says of the version, when it is not what the package says. */
  readonly told?: Readonly<Record<string, unknown>>;
  readonly publisher?: string;
}
export interface Registry extends AsyncDisposable {
  readonly url: string;
  /** Paths asked for, in order. */
  readonly asked: readonly string[];
  publish(...releases: readonly Release[]): void;
  stop(): Promise<void>;
}

/** With `token`, whoever does not send it gets 401. */
export function createRegistry({ token }: { readonly token?: string } = {}): Registry {
  const packages = new Map<string, Release[]>();
  const asked: string[] = [];
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: (request) => answer(request) });
  const url = server.url.href.replace(/\/$/, "");
  function answer(request: Request): Response {
    const { pathname, searchParams } = new URL(request.url);
    const path = decodeURIComponent(pathname.slice(1));
    asked.push(path);
    if (token !== undefined && request.headers.get("authorization") !== `Bearer ${token}`) return new Response("{}", { status: 401 });
    if (path === "-/v1/search") return Response.json({ objects: found(searchParams.get("text") ?? "") });
    const [name = "", file] = path.split("/-/");
    const releases = packages.get(name);
    if (releases === undefined) return Response.json({ error: "Not found" }, { status: 404 });
    if (file === undefined) return Response.json(packument(name, releases, url));
    const release = releases.find(({ pack }) => file === tarballName(pack));
    return release === undefined ? new Response("", { status: 404 }) : new Response(tarball(release));
  }
  const found = (text: string): object[] =>
    [...packages.values()].flatMap((releases) => {
      const pack = releases.at(-1)?.pack;
      const words = text.split(" ").filter((word) => !word.startsWith("keywords:"));
      const keyed = (pack?.["keywords"] as string[] | undefined)?.includes("claw-plugin");
      return pack !== undefined && keyed && words.every((word) => pack.name.includes(word)) ? [{ package: pack }] : [];
    });
  const stop = (): Promise<void> => server.stop(true);
  const publish = (...releases: readonly Release[]): void => {
    for (const release of releases) packages.set(release.pack.name, [...(packages.get(release.pack.name) ?? []), release]);
  };
  return { url, asked, publish, stop, [Symbol.asyncDispose]: stop };
}

/** The bytes of a release's tarball. */
export function tarball({ pack, files = {}, entries }: Release): Uint8Array<ArrayBuffer> {
  const all = { "package.json": JSON.stringify(pack), ...files };
  const listed = entries ?? Object.entries(all).map(([name, text]) => ({ name: `package/${name}`, text }));
  return Uint8Array.from(gzipSync(Buffer.concat([...listed.map(block), Buffer.alloc(1024)])));
}

// --- internal ---

const tarballName = ({ name, version }: Release["pack"]): string => `${name.replace(/^@[^/]*\//, "")}-${version}.tgz`;

function packument(name: string, releases: readonly Release[], url: string): object {
  const versions = releases.map((release) => {
    const { pack, integrity, told = {}, publisher = "somebody" } = release;
    const bytes = tarball(release);
    const sum = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
    const dist = { tarball: `${url}/${name}/-/${tarballName(pack)}`, integrity: integrity ?? sum };
    return [pack.version, { ...pack, _npmUser: { name: publisher }, ...told, dist }] as const;
  });
  const latest = releases.at(-1)?.pack.version;
  return { name, "dist-tags": { latest }, versions: Object.fromEntries(versions) };
}

function block({ name, text = "", link, hard = false, mode = 0o644 }: Entry): Buffer {
  const data = Buffer.from(text);
  const header = Buffer.alloc(512);
  const put = (value: string, at: number): void => void header.write(value, at, "latin1");
  const size = link === undefined ? data.length : 0;
  put(name.slice(0, 100), 0);
  put(`${mode.toString(8).padStart(7, "0")}\0`, 100);
  put("0000000\0".repeat(2), 108);
  put(`${size.toString(8).padStart(11, "0")}\0`, 124);
  put("00000000000\0", 136);
  put("        ", 148);
  put(link === undefined ? "0" : hard ? "1" : "2", 156);
  if (link !== undefined) put(link.slice(0, 100), 157);
  put("ustar\u000000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return Buffer.concat([header, size === 0 ? Buffer.alloc(0) : data, Buffer.alloc((512 - (size % 512)) % 512)]);
}
