// The hooks of a session at the points of the loop: what they are told there, and what comes of their answers.
import {
  type CallScope,
  ClawError,
  type Decision,
  type Input,
  type Next,
  type Route,
  type StepEnd,
  type StepScope,
  type ToolCall,
  type ToolResult,
  type TurnScope,
  type Usage,
} from "claw";
import { refuseInput, textOfBlocks } from "claw/kit";
import type { Book } from "./book.ts";
import { mayAllow, saidWithout } from "./mode.ts";
import { ownInput } from "./names.ts";
import type { Known, Sessions } from "./sessions.ts";
import { about, occasionOf, SILENT } from "./together.ts";

export class Desk {
  readonly #sessions: Sessions;
  readonly #book: Book;

  constructor(sessions: Sessions, book: Book) {
    this.#sessions = sessions;
    this.#book = book;
  }

  async route(input: Input, scope: TurnScope): Promise<Route | undefined> {
    const known = this.#sessions.of(scope);
    const context = [...(await this.#begin(known, scope))];
    const agent = this.#sessions.agentOf(scope);
    const said = agent === undefined ? await this.#sessions.run({ event: "UserPromptSubmit", payload: { prompt: input.text } }, scope) : SILENT;
    if (said.outcome === "deny") return refusal(said.reason);
    context.push(...said.context);
    await this.#fold(known.usage, scope);
    if (context.length === 0) return undefined;
    return { to: "prompt", input: { ...input, text: `${input.text}\n\n${reminder(context.join("\n"))}` } };
  }

  async before(call: ToolCall, scope: StepScope): Promise<ToolCall | undefined> {
    const known = this.#sessions.of(scope);
    const said = await this.#sessions.run({ event: "PreToolUse", subject: call.tool, payload: about(call), call: call.id }, scope);
    if (said.outcome !== "none" || said.context.length > 0) this.#sessions.verdicts.set(call.id, said);
    if (said.stop) known.over = said.reason;
    return said.input === undefined ? undefined : { ...call, input: ownInput(call.tool, said.input) };
  }

  async permit(call: ToolCall, scope: StepScope): Promise<Decision | undefined> {
    const said = this.#sessions.verdicts.get(call.id) ?? SILENT;
    if (said.outcome === "deny") return { verdict: "deny", reason: said.reason };
    if (said.outcome === "none" && !(await this.#book.has(scope, "PermissionRequest", "Notification"))) return undefined;
    const { verdict, ruled } = await saidWithout(call, scope);
    if (said.outcome === "ask") return verdict === "deny" ? undefined : { verdict: "ask", question: question(call, said.reason) };
    if (verdict !== "ask") return undefined;
    const allowed = !ruled && (await mayAllow(call, scope));
    if (said.outcome === "allow" && allowed) return { verdict: "allow" };
    const answer = await this.#sessions.run({ event: "PermissionRequest", subject: call.tool, payload: about(call), call: call.id }, scope);
    if (answer.outcome === "deny") return { verdict: "deny", reason: answer.reason };
    if (answer.outcome === "allow" && allowed) return { verdict: "allow" };
    const payload = { notification_type: "permission_prompt", message: `claw needs your permission to use ${call.tool}` };
    if (scope.ask !== undefined) this.#sessions.aside({ event: "Notification", subject: "permission_prompt", payload }, scope);
    return undefined;
  }

  async after(result: ToolResult, scope: CallScope): Promise<ToolResult | undefined> {
    const { call } = scope;
    const before = this.#sessions.verdicts.get(call.id)?.context ?? [];
    const event = result.failed === true ? "PostToolUseFailure" : "PostToolUse";
    const said = await this.#sessions.run(occasionOf(event, call, textOfBlocks(result.content, "\n")), scope);
    if (said.stop) this.#sessions.of(scope).over = said.reason;
    const feedback = [...before, ...(said.outcome === "deny" ? [said.reason] : []), ...said.context];
    if (feedback.length === 0) return undefined;
    return { ...result, content: [...result.content, { type: "text", text: `\n\nHook feedback:\n${feedback.join("\n")}` }] };
  }

  async next(end: StepEnd, scope: StepScope): Promise<Next | undefined> {
    const known = this.#sessions.of(scope);
    known.usage = end.usage;
    const { over } = known;
    delete known.over;
    if (over !== undefined) {
      scope.bus.emit("notice.raised", { level: "warn", text: `A hook ended the turn: ${over}` });
      return { again: false, reason: "hook" };
    }
    if (end.calls > 0) await this.#fold(end.usage, scope);
    return end.calls > 0 || end.stop !== "done" ? undefined : this.#stop(end, known, scope);
  }

  verdict(call: string): "allow" | "ask" | "deny" | undefined {
    const outcome = this.#sessions.verdicts.get(call)?.outcome;
    return outcome === "none" ? undefined : outcome;
  }

  end(): Promise<void> {
    return this.#sessions.end();
  }

  /** Gives what the first hooks of a session have to say to the model. */
  async #begin(known: Known, scope: TurnScope): Promise<readonly string[]> {
    if (known.begun) return [];
    known.begun = true;
    const agent = this.#sessions.agentOf(scope);
    if (agent !== undefined) return (await this.#sessions.run({ event: "SubagentStart", subject: agent, payload: {} }, scope)).context;
    const source = scope.session.messages.length > 0 ? "resume" : "startup";
    const payload = { source, model: scope.selection.model };
    return (await this.#sessions.run({ event: "SessionStart", subject: source, payload }, scope)).context;
  }

  /** What the kernel will find when it looks whether to fold is found a moment earlier. */
  async #fold(usage: Usage | undefined, scope: TurnScope): Promise<void> {
    if (usage === undefined || !(await this.#book.has(scope, "PreCompact"))) return;
    const { get, selection, session } = scope;
    try {
      const compactor = await get("compactor", selection.compactor);
      const model = await (await get("provider", selection.provider)).resolve(selection.model);
      if (compactor.due(session, model, usage))
        await this.#sessions.run({ event: "PreCompact", subject: "auto", payload: { trigger: "auto" } }, scope);
    } catch {
      // The kernel meets the same error at once, and tells of it.
    }
  }

  async #stop(end: StepEnd, known: Known, scope: StepScope): Promise<Next | undefined> {
    const agent = this.#sessions.agentOf(scope);
    const event = agent === undefined ? "Stop" : "SubagentStop";
    const payload = { stop_hook_active: known.stops > 0, last_assistant_message: textOfBlocks(end.message.content, "\n") };
    const said = await this.#sessions.run({ event, payload, ...(agent === undefined ? {} : { subject: agent }) }, scope);
    if (said.outcome !== "deny" || said.stop) return undefined;
    known.stops += 1;
    if (known.stops <= MOST_STOPS) return { again: true, add: [{ role: "user", content: [{ type: "text", text: reminder(said.reason) }] }] };
    const text = `A ${event} hook has kept the turn going ${MOST_STOPS} times, and is not heard any more.`;
    scope.bus.emit("notice.raised", { level: "warn", text });
    return undefined;
  }
}

// --- internal ---

/** So often in a row hooks may keep a turn from its end. */
const MOST_STOPS = 8;

function question(call: ToolCall, reason: string): string {
  return `a PreToolUse hook has '${call.tool}' asked about${reason === "" ? "" : `: ${reason}`}`;
}

function reminder(text: string): string {
  return `<system-reminder>\n${text}\n</system-reminder>`.toWellFormed();
}

/** Ends the turn: what a hook refused is not sent. */
function refusal(reason: string): Route {
  const error = new ClawError("CLAW_HOOK_FAILED", `a UserPromptSubmit hook refused the prompt: ${reason}`, {
    hint: "`claw hooks list` shows where it stands.",
  });
  return refuseInput("hooks", error);
}
