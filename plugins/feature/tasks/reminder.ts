// What the model is told of background work, as messages of the session.
import type { Message } from "claw";
import { type BackgroundTask, clip } from "claw/kit";

/** Tells of what has ended: an agent's answer, of a command only how it ended. */
export async function reminder(ended: readonly BackgroundTask[]): Promise<Message> {
  return note(await Promise.all(ended.map(report)));
}

/** Tells of what still runs when nobody will come back to it. */
export function warning(running: readonly BackgroundTask[]): Message {
  const names = running.map(({ id, name }) => `${id} (${name})`).join(", ");
  return note([`Still running, and stopped when you end now: ${names}. Wait with TaskOutput if you need the answer; else finish.`]);
}

// --- internal ---

const MOST = 12_000;

async function report({ id, kind, name, standing, file, fresh }: BackgroundTask): Promise<string> {
  const head = `Background task ${id} (${name}): ${standing}.`;
  if (kind === "command") return `${head} TaskOutput has its output.`;
  const said = clip(await fresh(), MOST, file === undefined ? "" : `the whole is in ${file}`);
  return `${head} It said:\n${said}`;
}

function note(lines: readonly string[]): Message {
  const text = lines.join("\n\n").replaceAll("</system-reminder", "<\\/system-reminder").toWellFormed();
  return { role: "user", content: [{ type: "text", text: `<system-reminder>\n${text}\n</system-reminder>` }] };
}
