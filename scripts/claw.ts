// The composition root: with `main.ts` the only hand-written code that names both the kernel and the plugins. The version and the list of
// commands and options need neither, so they are told without loading them.
import { writeSync } from "node:fs";
import pack from "../kernel/package.json" with { type: "json" };

const argv = process.argv.slice(2);
const [only] = argv.length === 1 ? argv : [];

if (only === "--version" || only === "-V") writeSync(1, `claw ${pack.version}\n`);
else if (only === "--help" || only === "-h") {
  const [{ bundled }, { HOST_OPTIONS }, { renderHelp }] = await Promise.all([
    import("./bundled.gen.ts"),
    import("../kernel/kit/options.ts"),
    import("../plugins/command/help/render.ts"),
  ]);
  const manifests = bundled.flatMap((plugin) => plugin.manifest ?? []);
  writeSync(1, renderHelp(manifests, HOST_OPTIONS));
} else {
  const { main } = await import("./main.ts");
  process.exitCode = await main(argv);
}
