// `npm test`, `bun run check`: everything that has to be green, in one go, and one line at the end that counts it.
// Words after it narrow the run to the tests whose path contains one of them: `bun run check test/binary`.
import { join } from "node:path";

interface Count {
  readonly passed: number;
  readonly failed: number;
}
interface Check {
  readonly name: string;
  run(): Promise<Count & { readonly text: string }>;
}

const root = join(import.meta.dir, "..");
const words = process.argv.slice(2);
/** An installed tool, run by this Bun: there need not be a Node. */
const tool = [process.execPath, "x", "--bun", "--no-install"];

/** Static checks run together, then the tests, which have the machine to themselves: the second lot drives the binary that was built between them. */
const order: readonly (readonly Check[])[] =
  words.length > 0
    ? [[tests("tests", words)]]
    : [
        [
          command("biome", [...tool, "biome", "check", "--error-on-warnings"]),
          command("tsc", [...tool, "tsc", "-p", "."]),
          command("knip", [...tool, "knip", "--no-progress"]),
          command("generated files", [process.execPath, "scripts/bundle.ts", "--check"]),
        ],
        [tests("kernel and plugin tests", ["./kernel", "./plugins"])],
        [command("build", [process.execPath, "scripts/build.ts", "--if-stale"])],
        [tests("architecture, budget, binary and end-to-end tests", ["./test"])],
      ];

let passed = 0;
let failed = 0;
for (const together of order)
  for (const count of await Promise.all(together.map(report))) {
    passed += count.passed;
    failed += count.failed;
  }
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

// --- internal ---

async function report(check: Check): Promise<Count> {
  const start = performance.now();
  const { passed, failed, text } = await check.run();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  if (failed > 0) console.log(text.trimEnd());
  console.log(`${failed > 0 ? "FAIL" : "ok"}    ${check.name}: ${passed} passed, ${failed} failed (${seconds} s)`);
  return { passed, failed };
}

function command(name: string, line: readonly string[]): Check {
  return {
    name,
    run: async () => {
      const { code, text } = await spawn(line);
      return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, text };
    },
  };
}

function tests(name: string, paths: readonly string[]): Check {
  return {
    name,
    run: async () => {
      const { code, text } = await spawn([process.execPath, "test", "--only-failures", "--timeout=30000", ...paths]);
      const count = (word: string) => Number([...text.matchAll(new RegExp(`^ *(\\d+) ${word}s?$`, "gm"))].at(-1)?.[1] ?? 0);
      // An error between tests may be no test's failure; a run that dies says nothing at all.
      const failed = Math.max(count("fail"), count("error"));
      return { passed: count("pass"), failed: code !== 0 && failed === 0 ? 1 : failed, text };
    },
  };
}

/** Runs a check with nothing in its environment that leads to a real provider, a proxy or somebody's settings. */
async function spawn(line: readonly string[]): Promise<{ code: number; text: string }> {
  const secret =
    /^(ANTHROPIC|OPENAI|GEMINI|GOOGLE|XAI|DASHSCOPE|OPENROUTER|DEEPSEEK|GROQ|MISTRAL|OLLAMA|CLAWD?|CLAUDE|RUSTY_CLAUDE|XDG_CONFIG)_|_PROXY$/i;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !secret.test(name)));
  const child = Bun.spawn([...line], { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { code, text: out + err };
}
