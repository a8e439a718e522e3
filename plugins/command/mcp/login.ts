// Logging in and out of a server. The login itself is the service's.
import { ClawError, type CommandOutcome, type TurnScope } from "claw";
import { Mcp, plain } from "claw/kit";
import { usage } from "./words.ts";

/** Throws `CLAW_USAGE` for a server there is not. */
export async function run(verb: "login" | "logout", name: string, scope: TurnScope): Promise<CommandOutcome> {
  const service = await scope.use(Mcp);
  try {
    if (verb === "logout") {
      const there = await service.logout(name, scope);
      return told(verb, name, there ? `Forgot the login of ${name}.` : `There is no login of ${name}.`, { removed: there });
    }
    using _ = aloud(scope);
    const issuer = await service.login(name, scope);
    const server = (await service.connect(scope, name)).find((one) => one.state !== "off");
    const ready = server?.state === "ready" ? `It is ready with ${server.tools.length} tools.` : `It is not ready: ${server?.problem ?? "it is off"}`;
    return told(verb, name, `Logged in to ${name} at ${issuer}. ${ready}`, { issuer, state: server?.state ?? "off" });
  } catch (thrown) {
    if (thrown instanceof ClawError && thrown.code === "CLAW_TOOL_INPUT_INVALID") throw usage(thrown.message, thrown.info.hint);
    throw thrown;
  }
}

// --- internal ---

/** From a shell nobody shows notices while a command runs, and this one waits for what the person does: they are told on stderr. */
function aloud({ turn, ask, bus }: TurnScope): Disposable {
  const shell = turn === 0 && ask === undefined;
  return bus.on("notice.raised", ({ data }) => {
    if (shell) process.stderr.write(`${plain(data.text)}\n`);
  });
}

function told(action: string, name: string, notice: string, more: { readonly [key: string]: string | boolean }): CommandOutcome {
  return { kind: "done", notice, data: { kind: "mcp", action, status: "ok", name, ...more } };
}
