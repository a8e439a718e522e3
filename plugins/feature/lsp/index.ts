// The plugin: provides the LSP service, and adds what a running server says to the results of edits. All work is in desk.ts.
import { definePlugin } from "claw";
import { Lsp } from "claw/kit";
import * as v from "valibot";
import type { Desk } from "./desk.ts";

const positive = (preset: number) => v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), preset);

export default definePlugin({
  config: v.strictObject({
    startMs: positive(30_000),
    requestMs: positive(20_000),
    /** How long a server that nobody asks goes on. */
    idleMs: positive(900_000),
    /** How long the result of an edit waits for diagnostics; 0 for never. */
    editMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 2_000),
  }),
  setup({ bus, config, hooks, provide }) {
    const parents = new Map<string, string>();
    const owner = (session: string): string => {
      const parent = parents.get(session);
      return parent === undefined ? session : owner(parent);
    };
    let desk: Promise<Desk> | undefined;
    let opened: Desk | undefined;
    const open = (): Promise<Desk> => {
      desk ??= import("./desk.ts").then((module) => {
        opened = new module.Desk(config, owner);
        return opened;
      });
      return desk;
    };
    provide(Lsp, {
      list: (scope) => opened?.list(scope) ?? [],
      locations: async (kind, at, scope) => (await open()).locations(kind, at, scope),
      hover: async (at, scope) => (await open()).hover(at, scope),
      symbols: async (path, scope) => (await open()).symbols(path, scope),
      find: async (query, path, scope) => (await open()).find(query, path, scope),
      diagnostics: async (path, scope) => (await open()).diagnostics(path, scope),
    });
    hooks.callResult.tap((result, scope) => {
      const open = opened;
      if (open === undefined || config.editMs === 0 || result.failed === true || scope.call.access !== "write") return undefined;
      if (open.list(scope).length === 0) return undefined;
      return import("./feedback.ts").then(({ feedback }) => feedback(result, scope, open, config.editMs));
    });
    bus.on("session.opened", ({ session, data }) => {
      if (session !== undefined && data.parent !== undefined) parents.set(session, data.parent);
    });
    bus.on("session.closed", ({ session = "" }) => {
      parents.delete(session);
      opened?.leave(session);
    });
  },
});
