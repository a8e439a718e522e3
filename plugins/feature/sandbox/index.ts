// The plugin: provides the sandbox service, and sees to it that a call leaves the sandbox only when a person has said yes to that.
import { type CallScope, ClawError, type Decision, definePlugin, type StepScope, type ToolCall, type TurnScope } from "claw";
import { Sandbox, shownWhole } from "claw/kit";
import * as v from "valibot";
import type { Service } from "./sandbox.ts";

const Tier = v.picklist(["bubblewrap", "namespaces", "landlock", "seatbelt"]);

export default definePlugin({
  config: v.strictObject({ tiers: v.optional(v.array(Tier)) }),
  setup({ provide, hooks, config, bus }) {
    let loaded: Promise<Service> | undefined;
    const service = (): Promise<Service> => {
      loaded ??= import("./sandbox.ts").then((module) => module.createService({ only: config.tiers }));
      return loaded;
    };
    /** Calls whose question named the sandbox: when one of these runs, a person has said yes. */
    const asked = new WeakSet<ToolCall>();
    const confined = async (scope: TurnScope): Promise<boolean> => (await (await service()).inspect(scope)).active;

    bus.on("session.closed", ({ session = "" }) => void loaded?.then((one) => one.drop(session)).catch(() => {}));
    provide(Sandbox, {
      inspect: async (scope) => (await service()).inspect(scope),
      holds: async (scope) => (await service()).holds(scope),
      wrap: async (command, scope) => (await service()).wrap(command, scope),
      async leave(scope) {
        if (!asked.has(scope.call) && (await confined(scope))) await ask(scope);
      },
    });
    hooks.permit.tap((call, scope) => (wantsOut(call) ? leaving(call, scope) : undefined));
    async function leaving(call: ToolCall, scope: StepScope): Promise<Decision | undefined> {
      if (!(await confined(scope))) return undefined;
      const mode = scope.selection["permission-mode"];
      if (READING.has(mode)) return { verdict: "deny", reason: `in ${mode} mode commands run in the sandbox only` };
      asked.add(call);
      return { verdict: "ask", question: question(call) };
    }
  },
});

// --- internal ---

const READING: ReadonlySet<string> = new Set(["read-only", "plan"]);

function wantsOut({ input }: ToolCall): boolean {
  return typeof input === "object" && input !== null && "dangerouslyDisableSandbox" in input && input.dangerouslyDisableSandbox === true;
}

function question({ tool, subject }: ToolCall): string {
  return `tool '${tool}' asks to run outside the sandbox, where it can write, read and reach everything you can: ${shownWhole(subject)}`;
}

/** The call itself was allowed, by a rule perhaps: running outside is another question. */
async function ask({ ask: person, bus, call, signal }: CallScope): Promise<void> {
  const text = question(call);
  const answer = await person?.choose({ text, choices: ["yes", "no"], call }, signal);
  const allowed = answer?.choice === "yes";
  const said = answer === undefined ? `${text}; nobody can be asked, so it was refused` : (answer.text ?? "the user wants it in the sandbox");
  const { id, tool, subject } = call;
  const decision = allowed ? ({ verdict: "allow" } as const) : ({ verdict: "deny", reason: said } as const);
  bus.emit("permission.decided", {
    id,
    tool,
    subject,
    decision,
    by: answer === undefined ? "headless" : "user",
    ...(answer === undefined ? {} : { answer: answer.choice }),
  });
  if (!allowed)
    throw new ClawError("CLAW_TOOL_FAILED", `Not run outside the sandbox: ${said}.`, { hint: "Without dangerouslyDisableSandbox it runs inside." });
}
