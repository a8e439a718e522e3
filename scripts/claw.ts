// The composition root: with `main.ts` the only hand-written code that names both the kernel and the plugins. The version and the list of
// commands and options need neither, so they are told without loading them; `console.log` is the cheapest way to stdout.
import pack from "../kernel/package.json" with { type: "json" };

const argv = process.argv.slice(2);
const only = argv.length === 1 ? argv[0] : undefined;

if (only === "--version" || only === "-V") console.log(`claw ${pack.version}`);
else if (only === "--help" || only === "-h") console.log((await import("./help.gen.ts")).help);
else process.exitCode = await (await import("./main.ts")).main(argv);
