// What `claw --version` and `claw version` say. Light, so that it can be shown without booting.

/** The facts, under the names that scripts of the field read. */
export interface Version {
  readonly kind: "version";
  readonly action: "show";
  readonly status: "ok";
  readonly name: "claw";
  readonly version: string;
  readonly bun: string;
  readonly platform: string;
  readonly arch: string;
  readonly executable_path: string;
}
export function describeVersion(version: string): Version {
  const { platform, arch, execPath, versions } = process;
  const machine = { bun: versions["bun"] ?? "?", platform, arch, executable_path: execPath };
  return { kind: "version", action: "show", status: "ok", name: "claw", version, ...machine };
}

/** The first line is the version alone, for scripts that cut it out. */
export function renderVersion({ version, bun, platform, arch }: Version): string {
  return `claw ${version}\nbun ${bun}, ${platform} ${arch}\n`;
}
