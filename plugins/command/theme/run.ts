// Lists themes, lets a person pick, and keeps what was chosen.
import type { CommandOutcome, TurnScope } from "claw";
import { editSettings, pick, seated, type ThemeSummary, Themes } from "claw/kit";

export async function theme(name: string | undefined, scope: TurnScope): Promise<CommandOutcome> {
  const themes = await scope.use(Themes);
  if (name !== undefined) return use(name, themes, scope);
  const all = await themes.list();
  const inSession = await seated(scope);
  if (scope.ask === undefined || !inSession) return list(all, themes.current.name);
  const items = [
    ...all.map((one) => ({
      label: one.name,
      detail: [one.name === themes.current.name ? "in use" : "", one.summary].filter((part) => part !== "").join(" · "),
      value: one.name,
    })),
    { label: "auto", detail: "as the terminal is", value: "auto" },
  ];
  const picked = await pick(scope.ask, "Which theme?", items, scope.signal);
  return picked === undefined ? { kind: "done" } : use(picked, themes, scope);
}

// --- internal ---

async function use(name: string, themes: Themes, { home }: TurnScope): Promise<CommandOutcome> {
  const { name: used } = await themes.choose(name);
  await editSettings(home, "the theme", () => [{ path: ["theme"], value: name }]);
  const notice = name === used ? `The theme is ${used} from now on.` : `The theme goes by the terminal from now on: ${used}.`;
  return { kind: "done", notice, data: { kind: "theme", action: "select", status: "ok", theme: name, used } };
}

function list(all: readonly ThemeSummary[], current: string): CommandOutcome {
  const width = Math.max(...all.map(({ name }) => name.length));
  const lines = all.map(({ name, summary, source }) =>
    [`${name === current ? "*" : " "} ${name.padEnd(width)}`, summary, source === "bundled" ? "" : source].filter((part) => part !== "").join("  "),
  );
  const data = { kind: "theme", action: "list", status: "ok", current, themes: all.map((one) => ({ ...one })) };
  return { kind: "done", notice: [...lines, "`/theme NAME` uses one, `auto` goes by the terminal."].join("\n"), data };
}
