// The styles in the binary: Markdown files like anybody's.
import concise from "./styles/concise.style.md" with { type: "text" };
import explanatory from "./styles/explanatory.style.md" with { type: "text" };

export const BUNDLED: readonly string[] = [concise, explanatory];
