// The shell text around a command line that makes the shell say where it ended. Works in bash and in any POSIX sh.

/**
 * `command`, then, when that is no longer `cwd`, the folder it ended in into the file `report`. A trap covers `exit` and a time limit; the line
 * after `eval` covers a command that sets its own trap. Both leave the code as it was, and nothing is said on stdout or stderr. After `exec` or
 * SIGKILL nothing is reported.
 */
export function script(command: string, cwd: string, report: string | undefined): string {
  if (report === undefined) return command;
  // The braces keep what a command's own `set -x` would trace of these lines out of the output.
  const say = `{ case \${PWD-} in ${quote(cwd)}) ;; *) command pwd -P >|${quote(report)} ;; esac; } 2>/dev/null`;
  return `trap ${quote(say)} EXIT\neval ${quote(command)}\n{ set -- "$?"; set +x; } 2>/dev/null; ${say}; exit "$1"`;
}

/** A word for the shell that stands for exactly `text`. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
