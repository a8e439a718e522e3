// Commands that need not wait for the turn under way: their manifests say so. They run at once, and what they say stands between what the turn says.
import { type Host, type Shell, wrap } from "claw";
import { failureOf, slashInput, splitWords } from "claw/kit";

/** Runs `text`, and says true, if it is such a command. Never rejects; what goes wrong is announced. */
export function runBeside(text: string, shell: Shell, host: Host): boolean {
  const { name = "", rest = "" } = slashInput(text) ?? {};
  const listed = host.plugins().flatMap(({ manifest }) => manifest.contributes?.command ?? []);
  const meant = listed.find((one) => typeof one !== "string" && one.slash && one.beside && [one.name, ...(one.aliases ?? [])].includes(name));
  if (meant === undefined || typeof meant === "string") return false;
  const show = async (): Promise<void> => {
    const outcome = await shell.run(await host.get("command", meant.name), splitWords(rest));
    const notice = outcome.kind === "prompt" ? outcome.text : (outcome.notice ?? "");
    host.bus.emit("notice.raised", { level: "info", text: `${text}\n${notice}` });
  };
  show().catch((thrown: unknown) => host.bus.emit("error.raised", failureOf(wrap(thrown, "CLAW_BUG"))));
  return true;
}
