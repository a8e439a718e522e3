// Finds the answer that is meant, and puts it on the clipboard by the means there are.
import { ClawError, type CommandOutcome, type Message, type TurnScope } from "claw";
import { clipboardSequence, copyText, Screen } from "claw/kit";

export async function copy(which: number | "code", scope: TurnScope): Promise<CommandOutcome> {
  const { messages } = scope.session;
  const text = which === "code" ? lastCode(messages) : answers(messages).at(-which);
  if (text === undefined) {
    const what = which === "code" ? "no answer has a block of code" : which === 1 ? "there is no answer yet" : `there are not ${which} answers`;
    throw new ClawError("CLAW_USAGE", `copy: ${what}`);
  }
  const how = await put(text, scope);
  const size = `${text.split("\n").length} ${text.includes("\n") ? "lines" : "line"}`;
  return { kind: "done", notice: how === "program" ? `Copied ${size}.` : `Asked the terminal to copy ${size}.` };
}

/** What the model said, one text for each of its messages that has words, oldest first. */
export function answers(messages: readonly Message[]): readonly string[] {
  const said = messages
    .filter(({ role }) => role === "assistant")
    .map(({ content }) => content.flatMap((one) => (one.type === "text" ? [one.text] : [])));
  return said.map((texts) => texts.join("\n\n").trim()).filter((text) => text !== "");
}

/** The inside of the last fenced block in the last answer that has one. */
export function lastCode(messages: readonly Message[]): string | undefined {
  for (const text of answers(messages).toReversed()) {
    let block: string | undefined;
    let fence: { readonly mark: string; readonly lines: string[] } | undefined;
    for (const line of text.split("\n")) {
      const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
      if (fence === undefined) fence = mark === undefined ? undefined : { mark, lines: [] };
      else if (mark?.startsWith(fence.mark) === true && /^\s*[`~]+\s*$/.test(line)) [block, fence] = [fence.lines.join("\n"), undefined];
      else fence.lines.push(line);
    }
    if (block !== undefined) return block;
  }
  return undefined;
}

// --- internal ---

/** Over SSH the programs here would fill the clipboard of a machine where nobody sits. */
async function put(text: string, scope: TurnScope): Promise<"program" | "terminal"> {
  const away = ["SSH_TTY", "SSH_CONNECTION"].some((name) => (scope.env[name] ?? "") !== "");
  if (!away && (await copyText(text, scope.env))) return "program";
  const sequence = clipboardSequence(text);
  const screen = await scope.use(Screen).catch(() => undefined);
  if (screen?.opened === true && !screen.plain && sequence !== undefined) {
    await screen.lend(async () => void process.stdout.write(sequence));
    return "terminal";
  }
  if (away && (await copyText(text, scope.env))) return "program";
  throw new ClawError("CLAW_TOOL_FAILED", "copy: there is no program for the clipboard", {
    hint: "Install wl-clipboard, xclip or xsel.",
  });
}
