// A run against the model server, and when its first request came there.
import { type Run, run, type Subject } from "./measure.ts";
import type { World } from "./world.ts";

export type Marked = Subject & { readonly id: string };
export type Timed = Run & { readonly sent: number; readonly log: Awaited<ReturnType<World["log"]>> };

/** What every script's last answer says. */
export function expecting<S extends Subject>(subject: S): S {
  return { ...subject, expects: "fine" };
}

export async function first(world: World, script: string, make: () => Marked): Promise<Timed> {
  const subject = expecting(make());
  const ran = await run(subject);
  const log = await world.log(script, subject.id);
  return { ...ran, log, sent: log.arrivals[0]! - ran.start };
}
