// Instruction files (`CLAUDE.md` and its kin) as one part of the system prompt, which stays as it is between folds: what changes is told in messages.
import { type Draft, definePlugin, type TurnScope } from "claw";
import { MEMORY_LINE, MemoryFiles } from "claw/kit";
import type { Memory } from "./memory.ts";

export default definePlugin({
  setup({ hooks, bus, provide }) {
    const sessions = new Map<string, Promise<Memory>>();
    const open = async (scope: TurnScope): Promise<Memory> => (await import("./memory.ts")).openMemory(scope);
    const loaded = new Map<string, Memory>();
    const memoryOf = async (scope: TurnScope): Promise<Memory> => {
      const { id } = scope.session;
      const memory = sessions.get(id) ?? open(scope);
      sessions.set(id, memory);
      loaded.set(id, await memory);
      return memory;
    };
    bus.on("session.closed", ({ session = "" }) => {
      sessions.delete(session);
      loaded.delete(session);
    });
    // A fold ends the cached prefix anyway, and may have taken what was told in messages.
    bus.on("session.compacted", ({ session = "" }) => loaded.get(session)?.folded());
    hooks.draft.tap((draft, scope) => {
      if (scope.options["bare"] === true) return undefined;
      const added = (memory: Memory): Draft | undefined => {
        const part = memory.part(scope);
        return part === "" ? undefined : { ...draft, system: [...draft.system, part] };
      };
      // Each step asks: what has been read costs it no promise.
      const memory = loaded.get(scope.session.id);
      return memory === undefined ? memoryOf(scope).then(added) : added(memory);
    });
    hooks.route.tap(async (input, scope) => {
      // A session's first request reads them; one that goes on may have been told of what has changed since.
      if (scope.options["bare"] === true || scope.session.messages.length === 0) return undefined;
      const memory = await memoryOf(scope);
      const told = input.blocks?.some((block) => block.type === "text" && block.text.startsWith(MEMORY_LINE)) === true;
      const news = memory.changes(scope, told);
      // A store that cannot keep it is told of with the next message; the session has it in memory.
      if (news !== "") await scope.session.append({ role: "user", content: [{ type: "text", text: news }] }).catch(() => undefined);
      return undefined;
    });
    hooks.callResult.tap((result, scope) => {
      const news = loaded.get(scope.session.id)?.after(result, scope) ?? "";
      return news === "" ? undefined : { ...result, content: [...result.content, { type: "text", text: news }] };
    }, "late");
    provide(MemoryFiles, {
      async list({ cwd, home, env, options }) {
        if (options["bare"] === true) return { files: [], warnings: [] };
        const { collect } = await import("./instructions.ts");
        return collect({ cwd, home, user: env["HOME"] ?? env["USERPROFILE"] });
      },
      sent: (session) => loaded.get(session)?.sent() ?? [],
    });
  },
});
