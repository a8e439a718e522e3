// The sub-agents at work in other sessions, and what each last did.
import type { AnyEvent } from "claw";
import { clipCells, safeLines, type Theme } from "claw/kit";
import { compact } from "./call.ts";

interface Member {
  readonly agent: string;
  readonly parent: string;
  doing: string;
  calls: number;
  tokens: number;
}

export class Members {
  readonly #members = new Map<string, Member>();

  /** Whether `session` is one of theirs. */
  has(session: string): boolean {
    return this.#members.has(session);
  }
  clear(): void {
    this.#members.clear();
  }
  /** Hears what happens in sessions other than the main one. */
  add(event: AnyEvent): void {
    const session = event.session ?? "";
    if (event.type === "session.opened" && event.data.parent !== undefined) {
      const { agent = "agent", parent } = event.data;
      this.#members.set(session, { agent, parent, doing: "", calls: 0, tokens: 0 });
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
  /** A line for each, but the last ones only where there are many. */
  lines(columns: number, theme: Theme): readonly string[] {
    const all = [...this.#members.values()];
    const shown = all.slice(-MOST).map(({ agent, doing, calls, tokens }) => {
      const counts = [...(calls > 0 ? [`${calls} call${calls === 1 ? "" : "s"}`] : []), ...(tokens > 0 ? [`${compact(tokens)} tokens`] : [])].join(
        " · ",
      );
      const about = counts === "" ? "" : theme.paint("dim", ` (${counts})`);
      const line = `  ${theme.paint("border", "⎿")} ${theme.paint("accent", safeLines(agent).join(" "))} ${theme.paint("dim", doing)}`;
      return clipCells(line, Math.max(1, columns - Bun.stringWidth(about))) + about;
    });
    return all.length > MOST ? [theme.paint("dim", `  … ${all.length - MOST} more agents`), ...shown] : shown;
  }
}

// --- internal ---

const MOST = 6;
