// A session's events as lines for a person, as they come. Plain text: no colours, nothing that moves a cursor.
import type { AnyEvent, Block } from "claw";
import { clip, headOf, plain } from "claw/kit";

const HEAD = 12;
const TAIL = 12;
const WIDTH = 200;

/** A function of events: hands what they say to `write`. Counts the calls that ran. */
export function createTranscript(write: (text: string) => void): { readonly calls: number; add(event: AnyEvent): void } {
  let calls = 0;
  let speaking = false;
  const line = (text: string): void => {
    if (speaking) write("\n\n");
    speaking = false;
    write(`${text}\n`);
  };
  return {
    get calls() {
      return calls;
    },
    add(event) {
      if (event.type === "text.delta") {
        write(plain(event.data.delta));
        speaking = true;
      } else if (event.type === "call.started") line(`→ ${event.data.tool} ${plain(event.data.subject)}`);
      else if (event.type === "call.ended") {
        calls += 1;
        line(`${indented(event.data.content)}\n`);
      } else if (event.type === "permission.decided" && event.data.decision.verdict === "deny") line(`✗ ${plain(event.data.decision.reason)}`);
      else if (event.type === "notice.raised") line(plain(event.data.text));
      else if (event.type === "step.failed") line(`✗ ${plain(event.data.message)}`);
      else if (event.type === "turn.ended" && speaking) {
        write("\n\n");
        speaking = false;
      }
    },
  };
}

/** A result, set in, its first and last lines. */
export function indented(content: readonly Block[] | string): string {
  const text = typeof content === "string" ? content : content.map((block) => (block.type === "text" ? block.text : `[${block.type}]`)).join("\n");
  const lines = plain(clip(text, 20_000)).replace(/\s+$/, "").split("\n");
  const cut = lines.length - HEAD - TAIL;
  const shown = cut <= 1 ? lines : [...lines.slice(0, HEAD), `… ${cut} lines`, ...lines.slice(-TAIL)];
  return shown.map((one) => `    ${one.length > WIDTH ? `${headOf(one, WIDTH)}…` : one}`.trimEnd()).join("\n");
}
