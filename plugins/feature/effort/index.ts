// How hard the model thinks, as every request carries it. What a level means is the provider's affair.
import { definePlugin } from "claw";

export default definePlugin({
  setup({ hooks, options }) {
    const effort = options["effort"];
    hooks.request.tap((request) => (typeof effort === "string" ? { ...request, options: { ...request.options, effort } } : undefined));
  },
});
