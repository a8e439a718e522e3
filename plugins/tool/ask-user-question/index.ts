// The tool `AskUserQuestion`: one or a few questions to the person at the session, with options or free text.
import { definePlugin, defineTool } from "claw";
import * as v from "valibot";
import type { createAsking } from "./run.ts";

const Words = v.pipe(v.string(), v.regex(/\S/, "must say something"), v.maxLength(2_000));
const Options = v.pipe(v.array(v.union([Words, v.object({ label: Words, description: v.optional(v.string()) })])), v.maxLength(12));
/** What the model is shown is the short form: an option as an object, with a description, is taken too, as other families' tools have it. */
const ASKED = { question: { type: "string" }, options: { type: "array", items: { type: "string" } } } as const;
const ONE = { type: "object", properties: { ...ASKED, multiSelect: { type: "boolean" } }, required: ["question"] } as const;
const SHOWN = {
  type: "object",
  properties: { ...ASKED, questions: { type: "array", items: ONE, maxItems: 4 } },
  additionalProperties: false,
} as const;

export default definePlugin({
  setup({ bus, contribute }) {
    let loaded: Promise<ReturnType<typeof createAsking>> | undefined;
    const load = (): NonNullable<typeof loaded> => {
      loaded ??= import("./run.ts").then((module) => module.createAsking());
      return loaded;
    };
    bus.on("session.closed", ({ session = "" }) => void loaded?.then((asking) => asking.forget(session)));
    contribute(
      "tool",
      defineTool({
        name: "AskUserQuestion",
        description:
          "Asks the user what only they can decide, and waits. One question with options (or none: free text), or several as questions. " +
          "The user can always answer in their own words.",
        input: v.strictObject({
          question: v.optional(Words),
          options: v.optional(Options),
          questions: v.optional(
            v.pipe(
              v.array(v.object({ question: Words, options: v.optional(Options), multiSelect: v.optional(v.boolean()) })),
              v.minLength(1),
              v.maxLength(4),
            ),
          ),
        }),
        schema: SHOWN,
        access: () => "none",
        subject: ({ question, questions = [] }) => question ?? questions.map((one) => one.question).join(" / "),
        run: async (input, scope) => (await load()).run(input, scope),
      }),
    );
  },
});
