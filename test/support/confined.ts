// A home, a workspace and an outside with canaries, in which the built binary runs commands in one tier of the sandbox, as one user or another.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMock, type Reply } from "../mock/mock.ts";

export type Tier = "bubblewrap" | "namespaces" | "landlock";
/** claw's own key. */
export const KEY = "sk-ant-canary-0123456789";
const setpriv = process.getuid?.() === 0 ? Bun.which("setpriv") : null;
/** Who runs claw: whoever runs the tests, and when that is root, somebody ordinary too. */
export const USERS = ["self", ...(setpriv === null ? [] : ["nobody"])] as const;
export type User = (typeof USERS)[number];

export interface Place extends Disposable {
  readonly home: string;
  readonly work: string;
  readonly outside: string;
  /** Runs the lines, one `bash` call each, and gives what the model was told. */
  run(lines: readonly (string | object)[], options?: { mode?: string; sandbox?: object; words?: readonly string[] }): Promise<string[]>;
  claw(words: readonly string[], env?: Record<string, string>): Promise<{ out: string; err: string; code: number }>;
  start(words: readonly string[], env?: Record<string, string>): ReturnType<typeof spawn>;
}

export function createPlace(tier: Tier | undefined, user: User, binary: string): Place {
  const folder = mkdtempSync(join(tmpdir(), "claw-sandbox-"));
  const [home, work, outside] = ["home", "work", "outside"].map((name) => join(folder, name)) as [string, string, string];
  for (const path of [home, work, outside, join(home, ".claw"), join(home, ".ssh"), join(work, ".claw"), join(work, ".vscode")]) mkdirSync(path);
  writeFileSync(join(home, ".ssh/id_ed25519"), "canary-private-key\n");
  writeFileSync(join(home, ".claw/credentials.json"), "canary-credentials\n");
  writeFileSync(join(home, ".gitconfig"), "[user]\n\tname = A\n\temail = a@example.com\n");
  writeFileSync(join(outside, "kept"), "kept\n");
  chmodSync(join(outside, "kept"), 0o644);
  for (const line of ["git init -q .", "git add -A", "git commit -q --allow-empty -m first"]) {
    const { success, stderr } = Bun.spawnSync(["sh", "-c", line], { cwd: work, env: { PATH: process.env["PATH"] ?? "", HOME: home } });
    if (!success) throw new Error(`${line}: ${stderr}`);
  }
  const settings = (sandbox: object = {}): void =>
    writeFileSync(
      join(home, ".claw/settings.json"),
      JSON.stringify({ sandbox, plugins: { "@claw/feature-sandbox": { tiers: tier === undefined ? [] : [tier] } } }),
    );
  settings();
  const prefix = user === "nobody" ? [setpriv ?? "", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];
  const start: Place["start"] = (words, env = {}) => {
    if (user === "nobody") Bun.spawnSync(["chown", "-R", "65534:65534", folder]);
    return spawn([...prefix, binary, ...words], work, { PATH: process.env["PATH"] ?? "", HOME: home, ANTHROPIC_API_KEY: KEY, ...env });
  };
  const claw: Place["claw"] = async (words, env) => {
    const child = start(words, env);
    const [out, err, code] = await Promise.all([Bun.readableStreamToText(child.stdout), Bun.readableStreamToText(child.stderr), child.exited]);
    return { out, err, code };
  };
  return {
    home,
    work,
    outside,
    claw,
    start,
    async run(lines, { mode = "workspace-write", sandbox, words = ["--allowedTools", "bash"] } = {}) {
      settings(sandbox);
      const calls = lines.map(
        (line): Reply => ({ blocks: [{ type: "call", tool: "bash", input: typeof line === "string" ? { command: line } : line }] }),
      );
      await using mock = createMock({ replies: [...calls, { text: "done" }] });
      const { out, err } = await claw(["-p", "go", "--output-format", "json", "--permission-mode", mode, ...words], { ANTHROPIC_BASE_URL: mock.url });
      const result = JSON.parse(out || JSON.stringify({ err })) as { tool_results?: { output: string }[] };
      return (result.tool_results ?? []).map(({ output }) => output);
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

// --- internal ---

function spawn(argv: string[], cwd: string, env: Record<string, string>) {
  return Bun.spawn(argv, { cwd, env, stdio: ["ignore", "pipe", "pipe"], timeout: 60_000 });
}
