// The composition root: the only hand-written file that names both the kernel and the plugins. `--version` and `--help` need neither.
import { homedir } from "node:os";
import { join } from "node:path";
import pack from "../kernel/package.json" with { type: "json" };

const argv = process.argv.slice(2);

if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
  process.stdout.write(`claw ${pack.version}\n`);
} else {
  const { main } = await import("./main.ts");
  process.exitCode = await main(argv, home());
}

/** `contract.md` section 4: `CLAW_CONFIG_HOME`, else `$XDG_CONFIG_HOME/claw` when that is set, else `~/.claw`. */
function home(): string {
  const { CLAW_CONFIG_HOME: own, XDG_CONFIG_HOME: xdg } = process.env;
  return own || (xdg ? join(xdg, "claw") : join(homedir(), ".claw"));
}
