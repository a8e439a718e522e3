// The names that a language goes by, and which interpreter each means.

export type Interpreter = "python" | "node" | "bun" | "bash";
export const NAMES = {
  ...{ python: "python", node: "node", bun: "bun", bash: "bash" },
  ...{ py: "python", javascript: "node", js: "node", typescript: "bun", ts: "bun", shell: "bash", sh: "bash" },
} as const satisfies Readonly<Record<string, Interpreter>>;
