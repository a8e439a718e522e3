// The tool `StructuredOutput` and the option `--json-schema`: the answer of a run as JSON of a schema. Without the option the tool is not offered.
import { type ClawError, definePlugin, defineTool, type PluginContext, type TurnScope, wrap } from "claw";
import { refuseInput } from "claw/kit";
import * as v from "valibot";
import type { OutputSchema } from "./schema.ts";

const NAME = "StructuredOutput";
/** Answers that do not fit, or turns that would end without one. */
const TRIES = 5;
const REMINDER = `Give the final answer by calling ${NAME} once, when the work is done.`;

export default definePlugin({
  setup(ctx) {
    const given = ctx.options["json-schema"];
    return typeof given === "string" ? readOption(given, ctx.cwd).then((read) => setUp(ctx, read)) : setUp(ctx, {});
  },
});

// --- internal ---

/** The schema that was asked for, or why it is none. */
interface Asked {
  readonly schema?: OutputSchema;
  readonly problem?: ClawError;
}

function setUp({ bus, contribute, hooks }: PluginContext<unknown>, { schema, problem }: Asked): void {
  const children = new Set<string>();
  const states = new Map<string, { turn: number; accepted: boolean; tries: number }>();
  /** Sub-agents answer in words. */
  const wanted = ({ session }: TurnScope): boolean => schema !== undefined && !children.has(session.id);
  const stateOf = ({ session, turn }: TurnScope) => {
    const earlier = states.get(session.id);
    const state = earlier?.turn === turn ? earlier : { turn, accepted: false, tries: 0 };
    states.set(session.id, state);
    return state;
  };
  bus.on("session.opened", ({ session, data }) => {
    if (session !== undefined && data.parent !== undefined) children.add(session);
  });
  bus.on("session.closed", ({ session = "" }) => {
    children.delete(session);
    states.delete(session);
  });

  hooks.route.tap(() => problem && refuseInput("json-schema", problem));
  hooks.draft.tap((draft, scope) => {
    const asked = wanted(scope);
    if (!asked && !draft.tools.includes(NAME)) return undefined;
    const others = draft.tools.filter((tool) => tool !== NAME);
    if (asked) return { ...draft, system: [...draft.system, REMINDER], tools: [...others, NAME] };
    return { ...draft, tools: others };
  });
  // `--tools` names what the work may use; the answer is asked for by an option of its own.
  hooks.permit.tap(({ tool }, scope) => (tool === NAME && wanted(scope) && scope.options["tools"] !== undefined ? { verdict: "allow" } : undefined));
  hooks.next.tap((end, scope) => {
    const state = stateOf(scope);
    if (!wanted(scope) || state.accepted || end.stop === "refusal" || end.stop === "pause") return undefined;
    const tried = end.message.content.some((block) => block.type === "call" && block.tool === NAME);
    if (end.calls > 0 && !tried) return undefined;
    state.tries += 1;
    if (state.tries < TRIES) return tried ? undefined : { again: true, add: [{ role: "user", content: [{ type: "text", text: REMINDER }] }] };
    return { again: false, reason: "structured_output" };
  });
  contribute(
    "tool",
    defineTool({
      name: NAME,
      description: "Gives the answer of this run as JSON of this schema. Call it once, when the work is done; then end with one short line.",
      input: v.record(v.string(), v.unknown()),
      schema: schema?.spec ?? { type: "object", properties: {} },
      access: () => "none",
      subject: () => "",
      async run(input, scope) {
        const { accept } = await import("./accept.ts");
        const result = accept(input, wanted(scope) ? schema : undefined);
        stateOf(scope).accepted = true;
        return result;
      },
    }),
  );
}

async function readOption(given: string, cwd: string): Promise<Asked> {
  try {
    return { schema: await (await import("./schema.ts")).readSchema(given, cwd) };
  } catch (thrown) {
    return { problem: wrap(thrown, "CLAW_USAGE") };
  }
}
