// Limits of a turn: steps, money, and answers that are cut again and again. Time limits are the frontend's.
import { ClawError, definePlugin, type Model, type Options, type Usage } from "claw";
import { besideLoop, claimInput, costOf, refuseInput } from "claw/kit";
import * as v from "valibot";

/** A model that is cut in the middle of a call this often in a row will not get it done. */
const CUTS = 3;

export default definePlugin({
  config: v.strictObject({
    maxTurns: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
    maxBudgetUsd: v.optional(v.pipe(v.number(), v.gtValue(0))),
  }),
  setup({ bus, hooks, config, options }) {
    const steps = new Map<string, { turn: number; count: number; cuts: number }>();
    const spent = new Map<string, number>();
    const parents = new Map<string, string>();
    let unpriced = false;
    const budgetOf = (): number | undefined => numberOf(options, "max-budget-usd") ?? config.maxBudgetUsd;
    const rootOf = (session: string): string => {
      const parent = parents.get(session);
      return parent === undefined ? session : rootOf(parent);
    };
    const totalOf = (session: string): number => spent.get(rootOf(session)) ?? 0;

    hooks.route.tap((input, scope) => {
      const problem = problemOf(options);
      if (problem !== undefined) return refuseInput("limits", problem);
      const [budget, total] = [budgetOf(), totalOf(scope.session.id)];
      if (budget === undefined || total <= budget || input.text.startsWith("/")) return undefined;
      const notice = `The budget of $${budget} is spent ($${total.toFixed(4)}): nothing was sent. Raise --max-budget-usd to go on.`;
      // A person reads it and stays; a program is told by the exit code.
      return claimInput("limits", notice, async () => (scope.ask === undefined ? { kind: "exit", code: 5, notice } : { kind: "done", notice }));
    });
    hooks.next.tap((end, scope) => {
      const { id } = scope.session;
      const earlier = steps.get(id);
      const same = earlier?.turn === scope.turn ? earlier : { count: 0, cuts: 0 };
      const cut = end.stop === "length" && end.message.content.some((block) => block.type === "call");
      const state = { turn: scope.turn, count: same.count + 1, cuts: cut ? same.cuts + 1 : 0 };
      steps.set(id, state);
      if (state.cuts >= CUTS) return { again: false, reason: "max_output" };
      // A turn that is about to complete by itself is let go; one that goes on all the same is past the limit and is not.
      const turns = !parents.has(id) ? (numberOf(options, "max-turns") ?? config.maxTurns) : undefined;
      if (turns !== undefined && (state.count > turns || (state.count === turns && end.calls > 0))) return { again: false, reason: "max_turns" };
      const budget = budgetOf();
      if (budget === undefined) return undefined;
      const total = totalOf(id);
      const before = total - (costOf(end.usage, scope.model) ?? 0);
      const exceeding = end.calls > 0 && total + leastCost(end.usage, scope.model) > budget;
      return before > budget || exceeding ? { again: false, reason: "max_budget_usd" } : undefined;
    });
    bus.on("step.ended", ({ session, data }) => {
      if (session === undefined) return;
      // At once, not when the step is over: sub-agents that its calls start are to know of it.
      const cost = costOf(data.usage, data);
      spent.set(rootOf(session), totalOf(session) + (cost ?? 0));
      if (cost !== undefined || budgetOf() === undefined || unpriced) return;
      unpriced = true;
      bus.emit("notice.raised", {
        level: "warn",
        text: `The price of ${data.model} is unknown: its steps do not count towards the budget.`,
      });
    });
    // What is asked of a model beside the loop; steps are counted above.
    bus.on("ledger.entered", ({ data: { session, who, cost } }) => {
      if (besideLoop(who)) spent.set(rootOf(session), totalOf(session) + (cost ?? 0));
    });
    bus.on("session.opened", ({ session, data }) => {
      if (session !== undefined && data.parent !== undefined) parents.set(session, data.parent);
    });
    bus.on("session.closed", ({ session }) => {
      if (session === undefined) return;
      steps.delete(session);
      spent.delete(session);
      parents.delete(session);
    });
  },
});

// --- internal ---

function numberOf(options: Options, name: string): number | undefined {
  const value = options[name];
  return typeof value === "string" ? Number(value) : undefined;
}

function problemOf(options: Options): ClawError | undefined {
  const steps = options["max-turns"];
  if (typeof steps === "string" && !/^[1-9]\d{0,8}$/.test(steps)) {
    return new ClawError("CLAW_USAGE", `--max-turns ${steps}: not a number of steps`, { hint: "Give a whole number of at least 1." });
  }
  const budget = options["max-budget-usd"];
  if (typeof budget === "string" && !(/^\d*\.?\d+$/.test(budget) && Number(budget) > 0)) {
    return new ClawError("CLAW_USAGE", `--max-budget-usd ${budget}: not an amount of US dollars`, {
      hint: "Give a number above 0, as in 2.50.",
    });
  }
  return undefined;
}

/** What the next request costs at the very least: everything up to now sent again at the cheapest price, and no answer. */
function leastCost(usage: Usage, model: Model): number {
  if (model.price === undefined) return 0;
  const tokens = usage.input + usage.cacheRead + usage.cacheWrite + usage.output;
  return (tokens * Math.min(model.price.input, model.price.cacheRead)) / 1_000_000;
}
