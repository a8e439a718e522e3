// Tokens and money: the kernel's own sums, here for plugins that import the kit.
export { addUsage, costOf, NO_USAGE } from "claw";
