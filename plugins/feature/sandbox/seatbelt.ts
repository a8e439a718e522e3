// The profile for macOS's `sandbox-exec`: last rule that matches wins. Text only; whether it holds is for the probe on such a machine to say.
import type { Policy } from "./policy.ts";

export function seatbeltProfile(policy: Policy): string {
  const rules = [
    "(version 1)",
    "(allow default)",
    "(deny file-write*)",
    `(allow file-write* ${[...policy.writable, policy.temp].map(below).join(" ")})`,
    `(allow file-write* ${["/dev/null", "/dev/zero", "/dev/tty", "/dev/dtracehelper", "/dev/stdout", "/dev/stderr"].map(exactly).join(" ")} (regex #"^/dev/fd/") (regex #"^/dev/ttys"))`,
    ...group("deny file-write*", [...policy.guarded, ...policy.loose].map(anyCase)),
    ...group("deny file-read* file-write*", policy.hidden.map(below)),
    // Other programs must not be driven: neither through Apple events, nor by asking launchd, nor by signals.
    "(deny appleevent-send)",
    "(deny job-creation)",
    "(deny signal)",
    "(allow signal (target same-sandbox))",
    '(deny mach-lookup (global-name "com.apple.securityd.xpc") (global-name "com.apple.SecurityServer") (global-name "com.apple.pasteboard.1"))',
    ...(policy.network ? [] : ["(deny network*)", `(allow network* ${[...policy.writable, policy.temp].map(below).join(" ")})`]),
  ];
  return `${rules.join("\n")}\n`;
}

// --- internal ---

const group = (head: string, filters: readonly string[]): string[] => (filters.length === 0 ? [] : [`(${head} ${filters.join(" ")})`]);
const quoted = (path: string): string => `"${path.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
const below = (path: string): string => `(subpath ${quoted(path)})`;
const exactly = (path: string): string => `(literal ${quoted(path)})`;

/** The path and all below it, in any case: these file systems do not tell `.GIT` from `.git`. */
function anyCase(path: string): string {
  const letters = path.replace(/[\\^$.|?*+()[\]{}]/g, "\\$&").replace(/[a-z]/gi, (letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`);
  return `(regex #"^${letters.replaceAll('"', '\\"')}(/|$)")`;
}
