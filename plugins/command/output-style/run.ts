// Lists styles, lets a person pick, and has the chosen one taken.
import type { CommandOutcome, TurnScope } from "claw";
import { type OutputStyle, OutputStyles, type PickItem, pick, plain, seated } from "claw/kit";

export async function run(name: string, scope: TurnScope): Promise<CommandOutcome> {
  const service = await scope.use(OutputStyles);
  if (name !== "") return choose(name, service, scope);
  const [all, current] = [await service.list(scope), await service.current(scope)];
  const inSession = await seated(scope);
  if (scope.ask === undefined || !inSession) return list(all, current);
  const picked = await pick(scope.ask, "How shall answers be written?", itemsOf(all, current), scope.signal);
  return picked === undefined ? { kind: "done" } : choose(picked, service, scope);
}

// --- internal ---

const usable = ({ trusted, shadowedBy, problem }: OutputStyle): boolean => trusted && shadowedBy === undefined && problem === undefined;

function itemsOf(all: readonly OutputStyle[], current: string): readonly PickItem<string>[] {
  return all.filter(usable).map(({ name, description }) => ({
    label: plain(name),
    detail: [name === current ? "in use" : "", plain(description)].filter((part) => part !== "").join(" · "),
    value: name,
  }));
}

async function choose(name: string, service: OutputStyles, scope: TurnScope): Promise<CommandOutcome> {
  const style = await service.choose(name, scope);
  const above = scope.settings("outputStyle").findLast(({ trusted, source }) => trusted && source !== "user");
  const notice =
    above === undefined
      ? `Answers are written in the style ${plain(style.name)} from now on.`
      : `Answers of this session are written in the style ${plain(style.name)}. New ones go by ${above.origin}.`;
  return { kind: "done", notice, data: { kind: "output-style", action: "select", status: "ok", style: style.name } };
}

function list(all: readonly OutputStyle[], current: string): CommandOutcome {
  const width = Math.max(...all.map(({ name }) => plain(name).length));
  const lines = all.map((style) => {
    const { name, description, source, problem, trusted, shadowedBy } = style;
    const why = problem ?? (!trusted ? "not used: nobody has trusted this folder" : shadowedBy === undefined ? "" : `hidden by ${shadowedBy}`);
    const mark = name === current && usable(style) ? "*" : " ";
    return [
      `${mark} ${plain(name).padEnd(width)}`,
      plain(why === "" ? description : why),
      source === "bundled" ? "" : `(${plain(style.path ?? source)})`,
    ]
      .filter((part) => part !== "")
      .join("  ");
  });
  const data = { kind: "output-style", action: "list", status: "ok", current, styles: all.map((one) => ({ ...one })) };
  return { kind: "done", notice: [...lines, "`/output-style NAME` takes one."].join("\n"), data };
}
