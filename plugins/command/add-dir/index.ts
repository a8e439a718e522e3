// The command `add-dir`: folders that count as part of the workspace for the rest of a session. What it does is run.ts, what it lets pass gate.ts.
import { defineCommand, definePlugin } from "claw";
import { AddedFolders } from "claw/kit";
import * as v from "valibot";
import type { Folders } from "./run.ts";

declare module "claw" {
  interface EventMap {
    /** A folder counts as part of the session's workspace from now on, or no longer does. The path is real. */
    "folder.added": { readonly path: string };
    "folder.removed": { readonly path: string };
  }
}

export default definePlugin({
  setup({ bus, contribute, hooks, provide }) {
    /** By session: what was added, and what its system prompt has of it, once it has been made. */
    const sessions = new Map<string, Folders>();
    /** The session that a sub-agent works for: it may go where that one may. */
    const parents = new Map<string, string>();
    const of = (session: string): Folders => {
      let owner = session;
      for (let next = parents.get(owner); next !== undefined; next = parents.get(owner)) owner = next;
      const known = sessions.get(owner) ?? { added: new Set() };
      sessions.set(owner, known);
      return known;
    };
    provide(AddedFolders, { of: (session) => [...of(session).added] });
    contribute(
      "command",
      defineCommand({
        name: "add-dir",
        summary: "Let this session work in another folder too",
        args: v.pipe(
          v.array(v.pipe(v.string(), v.minLength(1, "the folder's name is empty"))),
          v.check(
            (words) => words.every((word, at) => !word.startsWith("-") || (at === 0 && word === "--remove" && words.length > 1)),
            "say DIR, or --remove DIR",
          ),
        ),
        run: async (words, scope) => (await import("./run.ts")).run(words, of(scope.session.id), scope),
      }),
    );
    hooks.permit.tap((call, scope) => {
      const { added } = of(scope.session.id);
      return added.size === 0 ? undefined : import("./gate.ts").then(({ allowed }) => allowed(call, added, scope));
    });
    // The same text for as long as the session lives: what comes later is told as a message.
    hooks.draft.tap((draft, { session }) => {
      const folders = of(session.id);
      folders.part ??= folders.added.size === 0 ? "" : `Other folders of the workspace: ${[...folders.added].join(", ")}`;
      return folders.part === "" ? undefined : { ...draft, system: [...draft.system, folders.part] };
    });
    bus.on("session.opened", ({ session = "", data }) => void (data.parent !== undefined && parents.set(session, data.parent)));
    bus.on("session.closed", ({ session = "" }) => {
      sessions.delete(session);
      parents.delete(session);
    });
  },
});
