// What each interpreter is started with, and how a piece of code is handed to it. The programs that run inside are in drivers.ts.
import { ClawError } from "claw";
import { BASH, JAVASCRIPT, PYTHON } from "./drivers.ts";
import type { Interpreter } from "./names.ts";

export interface Language {
  /** Programs that run it, the best first. */
  readonly programs: readonly string[];
  /** What follows the program. It reads its orders from descriptor 3. */
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** An order to run `code` and then say `mark`. Throws `CLAW_TOOL_FAILED` for code that cannot be read. */
  order(mark: string, code: string): string;
}

export const LANGUAGES: Readonly<Record<Interpreter, Language>> = {
  python: { programs: ["python3", "python"], words: ["-u", "-c", PYTHON], env: { PYTHONIOENCODING: "utf-8" }, order: sized },
  node: { programs: ["node"], words: ["-e", JAVASCRIPT], env: {}, order: (mark, code) => sized(mark, lasting(code)) },
  bun: { programs: ["bun"], words: ["-e", JAVASCRIPT], env: {}, order: (mark, code) => sized(mark, lasting(code)) },
  bash: { programs: ["bash"], words: ["-c", BASH, "bash"], env: {}, order: (mark, code) => `${mark}\0${code}\0` },
};

// --- internal ---

function sized(mark: string, code: string): string {
  return `${mark} ${Buffer.byteLength(code)}\n${code}`;
}

/** JavaScript or TypeScript as a script whose declarations stay: they become global variables, and `import` and `await` work at the top. */
function lasting(code: string): string {
  try {
    return quiet(new Bun.Transpiler({ loader: "ts", replMode: true }).transformSync(code));
  } catch (thrown) {
    throw new ClawError("CLAW_TOOL_FAILED", problem(thrown));
  }
}

/** A last statement that declares something shows nothing, as in any console. */
function quiet(script: string): string {
  const at = script.lastIndexOf(VALUE);
  const [, name] = /^(?:\()?([\w$]+) = /.exec(script.slice(at + VALUE.length)) ?? [];
  const declared = name !== undefined && new RegExp(`^var (?:[^;]*[ ,])?${RegExp.escape(name)}[,;]`, "m").test(script);
  return at !== -1 && declared ? `${script.slice(0, at)}shown: false, ${script.slice(at)}` : script;
}
const VALUE = "value: ";

function problem(thrown: unknown): string {
  const all = thrown instanceof AggregateError ? thrown.errors : [thrown];
  const lines = all.slice(0, 5).map((one: { readonly message?: string; readonly position?: { readonly line: number; readonly column: number } }) => {
    const where = one.position == null ? "" : ` (line ${one.position.line}, column ${one.position.column})`;
    return `SyntaxError: ${one.message ?? String(one)}${where}`;
  });
  return lines.join("\n");
}
