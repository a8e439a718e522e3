// The workspace: places of a session, files read and written without harm, and its scratch folder.
import { definePlugin } from "claw";
import { Workspace } from "claw/kit";
import { Files } from "./files.ts";
import { Places } from "./places.ts";
import { Scratches } from "./scratch.ts";

export default definePlugin({
  setup(ctx) {
    const scratches = new Scratches(ctx.env);
    const places = new Places(ctx, scratches);
    const files = new Files();

    // Before every other gate: what they judge is what a running call is held to. It has no opinion itself.
    ctx.hooks.permit.tap((call, scope) => {
      if (call.paths.length > 0) places.judge(call, scope);
      return undefined;
    }, "first");
    ctx.hooks.shutdown.tap(() => scratches.removeAll(), "last");
    ctx.bus.on("session.closed", ({ session }) => {
      if (session === undefined) return;
      scratches.remove(session);
      places.forget(session);
      files.forget(session);
    });
    ctx.provide(Workspace, {
      locate: async (path, scope) => places.locate(path, scope),
      places: async (call, scope) => places.places(call, scope),
      read: (place, scope, limit) => files.read(place, scope, limit),
      list: (place) => files.list(place),
      write: (place, text, scope) => files.write(place, text, scope),
      edit: (place, change, scope) => files.edit(place, change, scope),
      scratch: (scope) => scratches.make(scope.session.id),
    });
  },
});
