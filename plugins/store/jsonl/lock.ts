// Who has a session open: a file `<id>.<pid>` for each process. No process touches the file of another living one, so there is no race.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ClawError } from "claw";
import { makeFolder, sessionsOf } from "./folders.ts";

export interface Lock {
  release(): void;
}

/**
 * Takes session `id` for this process; nobody else can have one that is `fresh`. Throws `CLAW_SESSION_INVALID` when a living process has it. Where no
 * file can be written nothing is locked: there nothing can be appended either.
 */
export function lock(home: string, id: string, fresh = false): Lock {
  const folder = join(sessionsOf(home), ".locks");
  const own = join(folder, `${id}.${process.pid}`);
  let holder: number | undefined;
  try {
    makeFolder(home, folder);
    if (!claim(own)) holder = process.pid;
    else {
      holder = fresh ? undefined : other(folder, id);
      if (holder !== undefined) rmSync(own, { force: true });
    }
  } catch {
    return { release: () => {} };
  }
  if (holder === undefined) return { release: () => rmSync(own, { force: true }) };
  throw new ClawError("CLAW_SESSION_INVALID", `session ${id} is in use by process ${holder}`, {
    hint: "Close it there, or continue in a copy with `--fork`.",
  });
}

/** The living process that has session `id` open, this one included. */
export function holder(home: string, id: string): number | undefined {
  const folder = join(sessionsOf(home), ".locks");
  try {
    return readdirSync(folder).flatMap((name) => {
      const pid = name.startsWith(`${id}.`) ? Number(name.slice(id.length + 1)) : Number.NaN;
      return Number.isInteger(pid) && pid > 0 && alive(pid, join(folder, name)) ? [pid] : [];
    })[0];
  } catch {
    return undefined;
  }
}

// --- internal ---

/** False when this very process has it already. A file of an earlier process with our number is ours to replace. */
function claim(own: string): boolean {
  const mark = birth(process.pid) ?? "";
  try {
    writeFileSync(own, mark, { flag: "wx", mode: 0o600 });
  } catch (thrown) {
    const held = (thrown as { readonly code?: string }).code === "EEXIST";
    if (held && readFileSync(own, "utf8") === mark) return false;
    rmSync(own, { force: true });
    if (!held) throw thrown;
    writeFileSync(own, mark, { flag: "wx", mode: 0o600 });
  }
  return true;
}

/** Another living process with this session open. Files of dead ones are cleared away. */
function other(folder: string, id: string): number | undefined {
  const start = `${id}.`;
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(start)) continue;
    const pid = Number(name.slice(start.length));
    if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) continue;
    if (alive(pid, join(folder, name))) return pid;
    rmSync(join(folder, name), { force: true });
  }
  return undefined;
}

/** Whether the process that wrote `file` still runs: its number alone may be another's by now. */
function alive(pid: number, file: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    if ((thrown as { readonly code?: string }).code !== "EPERM") return false;
  }
  try {
    const mark = readFileSync(file, "utf8");
    return mark === "" || mark === birth(pid);
  } catch {
    return false;
  }
}

/** When a process started, as Linux counts; `undefined` elsewhere, and for what is dead or a zombie. */
function birth(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
