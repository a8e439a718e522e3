// Which PowerShell there is. Starts nothing.

/** `legacy` is the one that comes with Windows. */
export interface Program {
  readonly path: string;
  readonly legacy: boolean;
}

export function findProgram(path: string | undefined): Program | undefined {
  const lookup = path === undefined ? {} : { PATH: path };
  const found = Bun.which("pwsh", lookup);
  if (found !== null) return { path: found, legacy: false };
  const old = Bun.which("powershell", lookup);
  return old === null ? undefined : { path: old, legacy: true };
}
