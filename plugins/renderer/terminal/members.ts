// The sub-agents at work in other sessions, and what each last did.
import type { AnyEvent, Json } from "claw";
import { clipCells, safeLines, type Theme } from "claw/kit";
import { compact, type RunningCall } from "./call.ts";

interface Member {
  readonly agent: string;
  doing: string;
  calls: number;
  tokens: number;
}

export class Members {
  readonly #members = new Map<string, Member>();

  clear(): void {
    this.#members.clear();
  }
  /** Hears what happens in sessions other than the main one. */
  add(event: AnyEvent): void {
    const session = event.session ?? "";
    if (event.type === "session.opened" && event.data.parent !== undefined) {
      const { agent = "agent" } = event.data;
      this.#members.set(session, { agent, doing: "", calls: 0, tokens: 0 });
      return;
    }
    const member = this.#members.get(session);
    if (member === undefined) return;
    if (event.type === "session.closed") this.#members.delete(session);
    else if (event.type === "step.ended") member.tokens += event.data.usage.output;
    else if (event.type === "call.started") {
      member.calls += 1;
      member.doing = safeLines(`${event.data.tool} ${event.data.subject}`)[0] ?? "";
    }
  }
  /** A line for each but those of `calls`, which show their agents themselves; only the last ones where there are many. */
  lines(columns: number, theme: Theme, calls: Iterable<RunningCall>): readonly string[] {
    if (this.#members.size === 0) return [];
    const told = new Set([...calls].map(({ progress }) => (progress as { readonly session?: Json } | null | undefined)?.session));
    const all = [...this.#members].flatMap(([session, member]) => (told.has(session) ? [] : [member]));
    const shown = all.slice(-MOST).map(({ agent, doing, calls, tokens }) => {
      const counts = [...(calls > 0 ? [`${calls} call${calls === 1 ? "" : "s"}`] : []), ...(tokens > 0 ? [`${compact(tokens)} tokens`] : [])].join(
        " · ",
      );
      const about = counts === "" ? "" : theme.paint("dim", ` (${counts})`);
      const line = `  ${theme.paint("border", "⎿")} ${theme.paint("accent", safeLines(agent).join(" "))} ${theme.paint("dim", doing)}`;
      return clipCells(clipCells(line, Math.max(1, columns - Bun.stringWidth(about))) + about, columns);
    });
    return all.length > MOST ? [clipCells(theme.paint("dim", `  … ${all.length - MOST} more agents`), columns), ...shown] : shown;
  }
}

// --- internal ---

const MOST = 6;
