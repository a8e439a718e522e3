// The composition root: with `main.ts` the only hand-written code that names both the kernel and the plugins. The version and the list of
// commands and options need neither, so they are told without loading them.
import { writeSync } from "node:fs";
import { version } from "../kernel/package.json" with { type: "json" };

const argv = process.argv.slice(2);
const only = argv.length === 1 ? argv[0] : undefined;

if (only === "--version" || only === "-V") tell(`claw ${version}\n`);
else if (only === "--help" || only === "-h") tell((await import("./help.gen.txt", { with: { type: "text" } })).default);
else if (argv[0] === "__sandbox") await (await import("../plugins/feature/sandbox/confine.ts")).confine();
else if (argv[0] === "__plugin") await isolated();
else process.exitCode = await (await import("./main.ts")).main(argv);

/** A child with one plugin in it, inside the sandbox. */
async function isolated(): Promise<void> {
  const [{ door }, { bundled }] = await Promise.all([import("../plugins/feature/isolate/door.ts"), import("./bundled.ts")]);
  await door({ bundled, version, modules: async () => (await import("./modules.ts")).modules });
}

/** At once: `console.log` would lose the news of a full disk. A reader that left has had enough. */
function tell(text: string): void {
  try {
    writeSync(1, text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EPIPE") return;
    process.exitCode = 1;
    console.error(`error: stdout cannot be written: ${code}\nhint: Is the disk full?`);
  }
}
