// Provides the keymap `vim`.
import { definePlugin } from "claw";
import * as v from "valibot";
import { createVim, Token } from "./keymap.ts";

export default definePlugin({
  config: v.strictObject({
    /** What Enter does in insert mode; in normal mode it always submits. */
    enter: v.optional(v.picklist(["submit", "newline"]), "submit"),
    /** Columns that `>` and `<` move. */
    shift: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(16)), 2),
  }),
  setup({ provide, config }) {
    provide(Token, createVim(config));
  },
});
