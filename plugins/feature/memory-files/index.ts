// Instruction files (`CLAUDE.md` and its kin) as one part of the system prompt. Read once a session; the text does not change after that.
import { definePlugin } from "claw";

declare module "claw" {
  interface EventMap {
    /** Which instruction files a session goes by, general first. */
    "instructions.loaded": {
      readonly files: readonly { readonly path: string; readonly level: "user" | "project"; readonly characters: number }[];
    };
  }
}

export default definePlugin({
  setup({ hooks, bus }) {
    const parts = new Map<string, Promise<string>>();
    bus.on("session.closed", ({ session }) => void parts.delete(session ?? ""));
    hooks.draft.tap(async (draft, scope) => {
      if (scope.options["bare"] === true) return undefined;
      const { session, home, env } = scope;
      const read = async (): Promise<string> => {
        const { collect, render } = await import("./instructions.ts");
        const { files, warnings } = collect({ cwd: session.cwd, home, user: env["HOME"] ?? env["USERPROFILE"] });
        for (const text of warnings) scope.bus.emit("notice.raised", { level: "warn", text });
        const told = files.map(({ path, level, text }) => ({ path, level, characters: text.length }));
        if (told.length > 0) scope.bus.emit("instructions.loaded", { files: told });
        return render(files);
      };
      const part = parts.get(session.id) ?? read();
      parts.set(session.id, part);
      const text = await part;
      return text === "" ? undefined : { ...draft, system: [...draft.system, text] };
    });
  },
});
