// The renderer `json`: one object, on one line, when the turn is over.
import { definePlugin } from "claw";
import { createJsonRenderer } from "./json.ts";

export default definePlugin({
  setup({ contribute }) {
    contribute("renderer", createJsonRenderer());
  },
});
