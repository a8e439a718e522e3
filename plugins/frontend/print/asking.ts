// Permission questions to the program at the other end of stdin and stdout.
import { type Answer, type Ask, ClawError, type Json, type Question } from "claw";
import { manyOf } from "claw/kit";
import type { Wire } from "./lines.ts";

/** Questions to the program at the other end. Once stdin has ended nobody is there to answer, and that means no. */
export function createAsking(line: (object: Wire) => void) {
  const open = new Map<string, (answer: Answer) => void>();
  let over = false;
  const ask: Ask = {
    async choose(question, signal) {
      if (over) return { choice: "no", text: "nobody can be asked" };
      const id = crypto.randomUUID();
      const answered = Promise.withResolvers<Answer>();
      const cancel = (): void => {
        if (!open.has(id)) return;
        line({ type: "control_cancel_request", request_id: id });
        answered.reject(new ClawError("CLAW_ABORTED", String(signal.reason)));
      };
      signal.addEventListener("abort", cancel, { once: true });
      open.set(id, answered.resolve);
      line({ type: "control_request", request_id: id, request: requestOf(question) });
      try {
        return judged(await answered.promise, question);
      } finally {
        open.delete(id);
        signal.removeEventListener("abort", cancel);
      }
    },
  };
  return {
    ask,
    /** Gives whether the answer is to end the turn, too. */
    answer(message: Wire): boolean {
      const response = (message["response"] ?? {}) as Wire;
      const given = (response["response"] ?? {}) as Wire;
      const several = Array.isArray(given["choices"]) ? given["choices"].filter((one) => typeof one === "string") : [];
      const said = given["message"] ?? given["text"] ?? response["error"];
      const text = several.length === 0 ? said : [...several, ...(typeof said === "string" ? [said] : [])].join(", ");
      const choice = given["behavior"] === "allow" ? "yes" : typeof given["choice"] === "string" ? given["choice"] : "no";
      const input = given["updatedInput"] === undefined ? {} : { input: given["updatedInput"] };
      const id = String(response["request_id"]);
      const resolve = open.get(id);
      open.delete(id);
      resolve?.({ choice, ...(typeof text === "string" ? { text } : {}), ...input });
      return resolve !== undefined && choice !== "yes" && given["interrupt"] === true;
    },
    end(): void {
      over = true;
      for (const answer of open.values()) answer({ choice: "no", text: "nobody can be asked any more" });
    },
  };
}

// --- internal ---

function requestOf(question: Question): Wire {
  const { text, choices, call, rules, agent } = question;
  const about = { description: text, ...(agent === undefined ? {} : { agent }), ...(rules === undefined ? {} : { rules }) };
  const many = manyOf(question);
  if (many !== undefined) {
    const described = many.choices.flatMap(({ label, about }) => (about === undefined ? [] : [`${label}: ${about}`]));
    const offered = many.choices.map(({ label }) => label);
    return { subtype: "ask_user", question: [many.text, ...described].join("\n"), choices: offered, multi_select: true };
  }
  if (call === undefined) return { subtype: "ask_user", question: text, choices };
  return { subtype: "can_use_tool", tool_name: call.tool, input: call.input as Json, tool_use_id: call.id, ...about };
}

/** What was judged is what runs, so an answer that changes the input is no yes. */
function judged(answer: Answer & { readonly input?: unknown }, { call }: Question): Answer {
  if (answer.input === undefined || call === undefined || Bun.deepEquals(answer.input, call.input)) return answer;
  return { choice: "no", text: "an answer cannot change the input of a call" };
}
