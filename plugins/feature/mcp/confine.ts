// A server in the sandbox, for entries that say so. Where there is none it does not start: outside it would not be what the entry means.
import type { TurnScope } from "claw";
import { Sandbox } from "claw/kit";
import { failed } from "./rpc.ts";
import type { Confine } from "./stdio.ts";

/** In the sandbox of the scope's session, as it stands when the server starts. */
export function confineTo(scope: TurnScope): Confine {
  return async (make) => {
    const sandbox = await scope.use(Sandbox);
    const box = await sandbox.wrap(make, scope);
    if (box !== undefined) return box;
    const { reason = "it is off" } = await sandbox.inspect(scope);
    throw failed(`it is to run in the sandbox, which is not active: ${reason}`, {
      status: NOT_RUN,
      hint: "Take `sandbox` out of its entry to run it outside.",
    });
  };
}

// --- internal ---

/** As a shell says of what it may not run. */
const NOT_RUN = 126;
