// The trust service: which folders the user has vouched for. The question itself is put before claw starts, by `claw/kit`.
import { definePlugin } from "claw";
import { readTrust, Trust, viewTrust, writeTrust } from "claw/kit";

export default definePlugin({
  setup({ home, provide }) {
    provide(Trust, {
      list: () => readTrust(home),
      view: (folder, scope) => viewTrust(folder, scope.home, scope.env),
      keep: (content, answer) => writeTrust(home, { ...content, answer, at: Date.now() }),
      drop(folder) {
        const known = readTrust(home).some((entry) => entry.folder === folder);
        if (known) writeTrust(home, folder);
        return known;
      },
    });
  },
});
