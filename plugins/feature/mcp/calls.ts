// Calls under way: their progress for renderers, and the questions that servers ask in the middle of them.
import type { CallScope, Json } from "claw";
import { type Fields, headOf } from "claw/kit";
import { elicit } from "./elicit.ts";
import type { Limit } from "./limit.ts";
import type { Asking } from "./rpc.ts";
import type { Server } from "./server.ts";
import { visible } from "./tool.ts";

export class Calls {
  readonly #running = new Set<Running>();

  /** A request with the call's signal and progress, whose limit stands while its server asks the person. */
  async during(server: Server, scope: CallScope, work: (asking: Partial<Asking>) => Promise<Fields>): Promise<Fields> {
    const running: Running = { server, scope, limits: [] };
    this.#running.add(running);
    let last = 0;
    const progress = ({ progress: done, total, message }: Fields): void => {
      if (last !== 0 && performance.now() - last < PROGRESS_MS) return;
      last = performance.now();
      const share = typeof done !== "number" ? "" : typeof total === "number" ? `${done}/${total}` : String(done);
      const said = typeof message === "string" ? headOf(visible(message), 500) : "";
      scope.progress({ tail: [share, said].filter((part) => part !== "").join(" ") });
    };
    try {
      return await work({ signal: scope.signal, progress, waiting: (limit) => void running.limits.push(limit) });
    } finally {
      this.#running.delete(running);
    }
  }
  /** Asks the person at the session whose call is under way on that server; declines when there is none. */
  async elicit(server: Server, params: Fields): Promise<Json> {
    const running = [...this.#running].findLast((one) => one.server === server && one.scope.ask !== undefined);
    if (running === undefined) return { action: "decline" };
    using stack = new DisposableStack();
    for (const limit of running.limits) stack.use(limit.hold());
    return await elicit(server.name, params, running.scope.ask, running.scope.signal);
  }
}

// --- internal ---

type Running = Readonly<{ server: Server; scope: CallScope; limits: Limit[] }>;
const PROGRESS_MS = 100;
