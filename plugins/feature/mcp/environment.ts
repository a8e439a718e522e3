// The environment of a server that is a child: what any program needs to run, and nothing of claw's or the user's beyond it.
import type { TurnScope } from "claw";
import { Processes } from "claw/kit";

/** Without the entry's own `env`. Carries claw's marker, so that what runs away from a server is found. */
export async function childEnvironment(scope: TurnScope): Promise<Readonly<Record<string, string>>> {
  // No real session: servers outlive the one that started them.
  const processes = (await scope.use(Processes)).environment({ ...scope, session: { ...scope.session, id: "mcp" } });
  const base = Object.entries(processes).filter(([name]) => BASE.test(name));
  return Object.fromEntries(base);
}

// --- internal ---

/** Where things are, who the user is, how to write, and how to reach the net. */
const BASE = new RegExp(
  `^(${[
    "PATH|HOME|USER|LOGNAME|SHELL|TERM|TZ|TMPDIR|LANG|LC_\\w+|XDG_\\w+|CLAW_RUN",
    "SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|PATHEXT|TEMP|TMP|APPDATA|LOCALAPPDATA|PROGRAMDATA|PROGRAMFILES|USERPROFILE|USERNAME|HOMEDRIVE|HOMEPATH",
    "HTTPS?_PROXY|ALL_PROXY|NO_PROXY|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|SSL_CERT_DIR",
  ].join("|")})$`,
  "i",
);
