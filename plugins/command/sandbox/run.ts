// The facts of `sandbox`, and how they are laid out for people.
import type { CommandOutcome, TurnScope } from "claw";
import { Sandbox, type SandboxState, sandboxLine } from "claw/kit";

export async function show(scope: TurnScope): Promise<CommandOutcome> {
  const service = await scope.use(Sandbox);
  const state = await service.inspect(scope);
  const holds = await service.holds(scope);
  const apart = state.active && (state.tier === "bubblewrap" || state.tier === "namespaces");
  const { tried, writable, guarded, hidden, reason = null, ...facts } = state;
  const data = {
    kind: "sandbox",
    action: "show",
    status: state.active ? (holds ? "ok" : "warn") : state.enabled === true ? "error" : "warn",
    supported: state.tier !== "none",
    ...facts,
    holds,
    reason,
    active_components: { namespace: apart, network: state.active && !state.network, filesystem: state.active },
    tried: tried.map(({ tier, problem = null }) => ({ tier, problem })),
    writable: [...writable],
    guarded: [...guarded],
    hidden: [...hidden],
  };
  return { kind: "done", notice: layOut(state, scope), data };
}

// --- internal ---

function layOut(state: SandboxState, scope: TurnScope): string {
  const { tried, enabled, network, domains, writable, guarded, hidden } = state;
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ["Sandbox", [sandboxLine(state)]],
    ["Mode", [scope.selection["permission-mode"]]],
    ["Setting", [`enabled: ${enabled}, network: ${domains?.join(", ") ?? network}`]],
    ["Tried", tried.length === 0 ? ["nothing"] : tried.map(({ tier, problem }) => `${tier}: ${problem ?? "it holds"}`)],
    ["Writes in", writable.length === 0 ? ["the session's temporary folder only"] : [...writable, "the session's temporary folder"]],
    ["But not in", guarded.length === 0 ? ["names that make programs run something, when they appear"] : guarded],
    ["Does not see", hidden],
  ];
  return rows.map(([name, lines]) => `${name.padEnd(12)}  ${lines.join(`\n${" ".repeat(14)}`)}`).join("\n");
}
