// Instruction files (`CLAUDE.md` and its kin) as one part of the system prompt, which stays as it is between folds: what changes is told in messages.
import { definePlugin, type Input, type TurnScope } from "claw";
import { MEMORY_LINE, MemoryFiles } from "claw/kit";
import { collect } from "./instructions.ts";
import { type Memory, openMemory } from "./memory.ts";

export default definePlugin({
  setup({ hooks, bus, provide }) {
    const loaded = new Map<string, Memory>();
    const memoryOf = (scope: TurnScope): Memory => {
      const { id } = scope.session;
      const memory = loaded.get(id) ?? openMemory(scope);
      loaded.set(id, memory);
      return memory;
    };
    bus.on("session.closed", ({ session = "" }) => void loaded.delete(session));
    // A fold ends the cached prefix anyway, and may have taken what was told in messages.
    bus.on("session.compacted", ({ session = "" }) => loaded.get(session)?.folded());
    hooks.draft.tap((draft, scope) => {
      if (scope.options["bare"] === true) return undefined;
      const part = memoryOf(scope).part(scope);
      return part === "" ? undefined : { ...draft, system: [...draft.system, part] };
    });
    // A session's first request reads them; one that goes on may have been told of what has changed since.
    hooks.route.tap((input, scope) => (scope.options["bare"] === true || scope.session.messages.length === 0 ? undefined : tell(input, scope)));
    async function tell(input: Input, scope: TurnScope): Promise<undefined> {
      const memory = memoryOf(scope);
      const told = input.blocks?.some((block) => block.type === "text" && block.text.startsWith(MEMORY_LINE)) === true;
      const news = memory.changes(scope, told);
      // A store that cannot keep it is told of with the next message; the session has it in memory.
      if (news !== "") await scope.session.append({ role: "user", content: [{ type: "text", text: news }] }).catch(() => undefined);
    }
    hooks.callResult.tap((result, scope) => {
      const news = loaded.get(scope.session.id)?.after(result, scope) ?? "";
      return news === "" ? undefined : { ...result, content: [...result.content, { type: "text", text: news }] };
    }, "late");
    provide(MemoryFiles, {
      async list({ cwd, home, env, options }) {
        if (options["bare"] === true) return { files: [], warnings: [] };
        return collect({ cwd, home, user: env["HOME"] ?? env["USERPROFILE"] });
      },
      sent: (session) => loaded.get(session)?.sent() ?? [],
    });
  },
});
