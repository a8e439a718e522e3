// Limits of a turn: steps, money, and answers that are cut again and again. Time limits are the frontend's.
import { ClawError, definePlugin, type Model, type Options, type Usage } from "claw";
import { costOf } from "claw/kit";
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
    const rootOf = (session: string): string => {
      const parent = parents.get(session);
      return parent === undefined ? session : rootOf(parent);
    };

    hooks.route.tap((input) => {
      const problem = problemOf(options);
      if (problem === undefined || input.text.startsWith("/")) return undefined;
      // A claimed input that refuses is how a tap ends a turn with an error: a tap that throws is only skipped.
      const run = (): Promise<never> => Promise.reject(problem);
      return { to: "command", command: { name: "limits", summary: problem.message, args: v.any(), run }, words: [] };
    });
    hooks.next.tap((end, scope) => {
      const { id } = scope.session;
      const before = steps.get(id);
      const same = before?.turn === scope.turn ? before : { count: 0, cuts: 0 };
      const cut = end.stop === "length" && end.message.content.some((block) => block.type === "call");
      const state = { turn: scope.turn, count: same.count + 1, cuts: cut ? same.cuts + 1 : 0 };
      steps.set(id, state);
      const root = rootOf(id);
      const cost = costOf(end.usage, scope.model);
      const total = (spent.get(root) ?? 0) + (cost ?? 0);
      spent.set(root, total);

      const budget = numberOf(options, "max-budget-usd") ?? config.maxBudgetUsd;
      if (cost === undefined && budget !== undefined && !unpriced) {
        unpriced = true;
        bus.emit("notice.raised", {
          level: "warn",
          text: `The price of ${scope.model.id} is unknown: its steps do not count towards the budget.`,
        });
      }
      if (state.cuts >= CUTS) return { again: false, reason: "max_output" };
      // A turn that is about to complete by itself is let go; one that goes on all the same is past the limit and is not.
      const turns = id === root ? (numberOf(options, "max-turns") ?? config.maxTurns) : undefined;
      if (turns !== undefined && (state.count > turns || (state.count === turns && end.calls > 0)))
        return { again: false, reason: "max_turns" };
      if (budget === undefined) return undefined;
      const exceeding = total + leastCost(end.usage, scope.model) > budget;
      return total > budget || (exceeding && end.calls > 0) ? { again: false, reason: "max_budget_usd" } : undefined;
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
