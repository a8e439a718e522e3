// Runs one hook and says how it ended. A command goes through the processes service, a folder's in the sandbox too; an address through the web service.
import { ClawError, type Json, type TurnScope } from "claw";
import { absent, Processes, type ProcessOptions, projectRoot, Sandbox, Web } from "claw/kit";
import type { Ended } from "./decision.ts";
import { foreignInput, foreignMode, foreignName } from "./names.ts";
import type { Hook } from "./read.ts";

/** What a hook is told: fields that every hook gets, and its event's own. Never what is claw's alone. */
export type Payload = Readonly<Record<string, Json>>;

export async function execute(hook: Hook, payload: Payload, scope: TurnScope): Promise<Ended> {
  try {
    return hook.type === "http" ? await post(hook, payload, scope) : await command(hook, payload, scope);
  } catch (thrown) {
    const { message, hint } =
      thrown instanceof ClawError ? { message: thrown.message, hint: thrown.info.hint } : { message: String(thrown), hint: undefined };
    return { code: null, out: "", err: "", problem: [message, hint].filter(Boolean).join(" ") };
  }
}

/** What is written to the hook's stdin, in the names that it knows. */
export function told(hook: Hook, payload: Payload): Payload {
  if (!hook.foreign) return payload;
  const { tool_name: tool, tool_input: input, permission_mode: mode } = payload;
  return {
    ...payload,
    ...(typeof tool === "string" ? { tool_name: foreignName(tool), ...(input === undefined ? {} : { tool_input: foreignInput(tool, input) }) } : {}),
    ...(typeof mode === "string" ? { permission_mode: foreignMode(mode) } : {}),
  };
}

/** A command's environment beside that of all children. What is too large is in its stdin alone. */
export function environmentOf(hook: Hook, payload: Payload, folder: string): Record<string, string> {
  const text = (value: Json): string => (typeof value === "string" ? value : JSON.stringify(value));
  const { hook_event_name: event = "", tool_name: tool, tool_input: input, tool_output: output, tool_result_is_error: failed } = payload;
  const named: Readonly<Record<string, string | undefined>> = {
    HOOK_EVENT: text(event),
    ...(tool === undefined ? {} : { HOOK_TOOL_NAME: text(tool) }),
    ...(input === undefined ? {} : { HOOK_TOOL_INPUT: JSON.stringify(input) }),
    ...(output === undefined ? {} : { HOOK_TOOL_OUTPUT: text(output) }),
    ...(failed === undefined ? {} : { HOOK_TOOL_IS_ERROR: failed === true ? "1" : "0" }),
    ...{ CLAW_PROJECT_DIR: folder, CLAUDE_PROJECT_DIR: folder, CLAUDE_PLUGIN_ROOT: hook.root, PLUGIN_ROOT: hook.root },
  };
  const fit = Object.entries(named).flatMap(([name, value]) =>
    value === undefined || value.length > MOST_VARIABLE ? [] : [[name, value.replaceAll("\0", "")]],
  );
  return Object.fromEntries(fit);
}

/** The command line with the plugin's folder in it. */
export function lineOf({ run, root }: Hook): string {
  return root === undefined ? run : run.replace(/\$\{(?:CLAUDE_)?PLUGIN_ROOT\}/g, () => root.replace(/(["$`\\])/g, "\\$1"));
}

export function findShell(path: string | undefined): readonly string[] {
  return [Bun.which("bash", { PATH: path ?? "" }) ?? "sh", "-c"];
}

// --- internal ---

const MOST_VARIABLE = 32_000;
/** Bytes of stdout that are read for a decision. */
const KEPT = 1_000_000;

async function command(hook: Hook, payload: Payload, scope: TurnScope): Promise<Ended> {
  const processes = await scope.use(Processes);
  const said = told(hook, payload);
  const options: ProcessOptions = {
    argv: [...findShell(scope.env["PATH"]), lineOf(hook)],
    cwd: scope.session.cwd,
    env: { ...processes.environment(scope), ...environmentOf(hook, said, projectRoot(scope.session.cwd)) },
    stdin: JSON.stringify(said),
    timeoutMs: hook.timeoutMs,
    keep: KEPT,
    apart: true,
    name: `${hook.event} hook`,
  };
  // The user's own commands are as free as their shell; a folder's are held as the model's are.
  const box = hook.source === "project" ? await (await scope.use(Sandbox).catch(absent))?.wrap(options, scope) : undefined;
  const end = await processes.run(box?.options ?? options, scope);
  const notes = box?.finish(end) ?? [];
  const problem = end.timedOut ? `it took longer than ${hook.timeoutMs} ms` : end.aborted ? "it was interrupted" : undefined;
  const err = [end.stderr ?? "", ...(end.code === 0 ? [] : notes)].filter((one) => one !== "").join("\n");
  return { code: end.code, out: end.output, err, ...(problem === undefined ? {} : { problem }) };
}

async function post(hook: Hook, payload: Payload, scope: TurnScope): Promise<Ended> {
  const web = await scope.use(Web);
  const request = {
    ...{ url: hook.run, method: "POST", body: JSON.stringify(told(hook, payload)), timeoutMs: hook.timeoutMs, redirects: 0, maxBytes: KEPT },
    headers: { "content-type": "application/json", ...hook.headers },
    // Only what the user wrote may name a host of their own network.
    ...(hook.source === "user" ? { vouched: [new URL(hook.run).host] } : {}),
  };
  const { status, statusText, bytes } = await web.fetch(request, scope);
  if (status < 200 || status > 299) return { code: null, out: "", err: "", problem: `the address answered ${status} ${statusText}`.trimEnd() };
  return { code: 0, out: new TextDecoder().decode(bytes), err: "" };
}
