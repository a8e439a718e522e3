// What events tell of sub-agents: what they have done, and when they have to be stricter or to go.
import type { Bus } from "claw";
import { addUsage, clipLine, costOf, stricter } from "claw/kit";
import type { Runtime } from "./member.ts";

export function watch(bus: Bus, { members, background, nested, parts }: Runtime): void {
  bus.on("step.ended", ({ session = "", data }) => {
    const work = members.get(session)?.work;
    if (work === undefined) return;
    const cost = costOf(data.usage, data);
    work.steps += 1;
    work.usage = addUsage(work.usage, data.usage);
    work.cost = cost === undefined || work.cost === undefined ? undefined : work.cost + cost;
    work.moved();
  });
  bus.on("call.started", ({ session = "", data }) => {
    const work = members.get(session)?.work;
    if (work === undefined) return;
    work.calls += 1;
    work.moved(clipLine(`${data.tool} ${data.subject.split("\n", 1)[0] ?? ""}`.trimEnd(), 200));
  });
  // Never more rights than whoever started it, also when those shrink meanwhile.
  bus.on("selection.changed", ({ session, data }) => {
    const mode = data["permission-mode"];
    for (const { parent, shell } of members.values()) {
      if (shell !== undefined && parent === session && stricter(mode, shell.selection["permission-mode"])) shell.select({ "permission-mode": mode });
    }
  });
  bus.on("session.opened", ({ session = "", data }) => void (data.parent !== undefined && nested.add(session)));
  bus.on("session.closed", ({ session = "" }) => {
    for (const one of background.get(session) ?? []) one.abort("closed");
    background.delete(session);
    members.delete(session);
    nested.delete(session);
    parts.delete(session);
  });
}
