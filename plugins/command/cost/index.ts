// The command `cost`: what the session and the day have cost so far.
import { type CommandOutcome, defineCommand, definePlugin, type TurnScope } from "claw";
import { dayOf, entriesOf, Ledger, sumJson, sumOf, sumText } from "claw/kit";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "cost",
        summary: "Show what the session and the day have cost so far",
        args: v.pipe(v.array(v.string()), v.maxLength(0, "takes no words; `usage` says more")),
        run: (_, scope) => cost(scope),
      }),
    );
  },
});

// --- internal ---

async function cost(scope: TurnScope): Promise<CommandOutcome> {
  const book = await scope.use(Ledger);
  const session = sumOf(entriesOf(scope.session));
  const date = dayOf(Date.now());
  const today = sumOf(await book.day(date));
  const data = { kind: "cost", action: "show", status: "ok", session_id: scope.session.id, ...sumJson(session), today: { date, ...sumJson(today) } };
  const lines = [...(session.requests === 0 ? [] : [`Session: ${sumText(session)}`]), `Today (UTC): ${sumText(today)}`];
  return { kind: "done", notice: lines.join("\n"), data };
}
