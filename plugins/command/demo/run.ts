// Runs the demonstration: makes the project, opens a session on it, shows what happens, and checks the end with its own eyes.
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CommandOutcome, Hosting, type TurnOutcome, type TurnScope } from "claw";
import { openOutput, type ProcessEnd, Processes } from "claw/kit";
import { projectFiles, REQUEST, SCRIPT, TEST_LINE } from "./project.ts";
import { createTranscript, indented } from "./transcript.ts";

const INTRO = `claw demo: a failing test is found and fixed.
The model's words come from a script, so this needs no key and no network. Everything else is the real thing: the git
repository, the session, the tools, the edit and the test runs.
`;
const NEXT = `With a real model: set ANTHROPIC_API_KEY, go to a project of yours, and run
    claw -p "find the slowest test and say why it is slow"
`;

/** `write` shows text as it comes; by default on stdout, unless that is for a program. */
export async function run(keep: boolean, scope: TurnScope, write?: (text: string) => void): Promise<CommandOutcome> {
  const output = openOutput();
  const show = write ?? (forProgram(scope) ? () => {} : output.out);
  const scratch = await realpath(await mkdtemp(join(tmpdir(), "claw-demo-")));
  try {
    const folder = join(scratch, "initials");
    const shell = await makeProject(folder, scope);
    const script = join(scratch, "script.json");
    await writeFile(script, JSON.stringify(SCRIPT), { mode: 0o600 });
    show(
      `${INTRO}\nIn ${folder}${shell.git ? " (a git repository with one commit)" : " (git is missing here, so it is no repository)"}\n\n> ${REQUEST}\n\n`,
    );

    const started = performance.now();
    const { outcome, calls } = await work(folder, `scripted:${script}`, scope, show);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const diff = shell.git ? await child(["git", "--no-pager", "diff", "--no-ext-diff", "--no-color"], folder, scope) : undefined;
    if (diff !== undefined) show(`What git says has changed:\n${indented(diff.output.trim() === "" ? "nothing" : diff.output)}\n\n`);
    const check = await child(TEST_LINE.split(" "), folder, scope);
    const passed = outcome.kind === "completed" && check.code === 0;
    const verdict = passed
      ? `The test failed before and passes now: ${calls} calls in ${seconds} s.`
      : `The test does not pass: ${whyNot(outcome, check)}`;
    const left = keep ? `The repository is left in ${folder}\n` : "";
    const notice = `${verdict}\n${left}${passed ? `\n${NEXT}` : ""}`;
    const data = { passed, calls, outcome: outcome.kind, ...(keep ? { folder } : {}) };
    return passed ? { kind: "done", notice, data } : { kind: "exit", code: 1, notice, data };
  } finally {
    await output.flush();
    if (keep) await rm(join(scratch, "script.json"), { force: true });
    else await rm(scratch, { recursive: true, force: true });
  }
}

// --- internal ---

/** One turn of a session in `folder` with a scripted model, shown as it happens. It may do everything there, since there is nothing to lose. */
async function work(
  folder: string,
  model: string,
  scope: TurnScope,
  show: (text: string) => void,
): Promise<{ readonly outcome: TurnOutcome; readonly calls: number }> {
  const host = await scope.use(Hosting);
  const selection = { provider: "scripted", model, "permission-mode": "danger-full-access" };
  const shell = await host.open({ cwd: folder, store: "memory", selection });
  const stop = (): void => shell.abort(String(scope.signal.reason));
  const transcript = createTranscript(show);
  using _listening = host.bus.onAny((event) => {
    if (event.session === shell.session.id) transcript.add(event);
  });
  scope.signal.addEventListener("abort", stop, { once: true });
  try {
    if (scope.signal.aborted) return { outcome: { kind: "aborted", reason: String(scope.signal.reason) }, calls: 0 };
    const outcome = await shell.submit({ text: REQUEST });
    return { outcome, calls: transcript.calls };
  } finally {
    scope.signal.removeEventListener("abort", stop);
    await shell.close();
  }
}

/** Writes the files and commits them, where there is a git. Its own name and no hooks, whatever the user's configuration says. */
async function makeProject(folder: string, scope: TurnScope): Promise<{ readonly git: boolean }> {
  await mkdir(folder);
  for (const [name, text] of Object.entries(projectFiles(process.execPath))) await writeFile(join(folder, name), text);
  const own = ["user.name=claw demo", "user.email=demo@localhost", "core.hooksPath=/dev/null", "commit.gpgSign=false", "init.defaultBranch=main"];
  const git = ["git", ...own.flatMap((setting) => ["-c", setting])];
  for (const words of [
    ["init", "-q"],
    ["add", "."],
    ["commit", "-q", "-m", "A failing test"],
  ]) {
    const end = await child([...git, ...words], folder, scope).catch(() => undefined);
    if (end?.code !== 0) return { git: false };
  }
  return { git: true };
}

async function child(argv: readonly string[], cwd: string, scope: TurnScope): Promise<ProcessEnd> {
  return (await scope.use(Processes)).run({ argv, cwd, timeoutMs: 60_000, name: argv[0] ?? "" }, scope);
}

function whyNot(outcome: TurnOutcome, check: ProcessEnd): string {
  if (outcome.kind === "failed") return outcome.error.message;
  if (outcome.kind === "completed") return `its run ended with ${check.timedOut ? "the time limit" : `exit code ${check.code}`}.`;
  return "reason" in outcome ? `the turn was ${outcome.kind}: ${outcome.reason}` : `the turn ended with ${outcome.kind}.`;
}

/** The same as everywhere: a format other than text means that stdout carries one JSON value and nothing else. */
function forProgram({ options, env }: TurnScope): boolean {
  const format = String(options["output-format"] ?? env["CLAW_OUTPUT_FORMAT"] ?? "text").toLowerCase();
  return format !== "text" && format !== "";
}
