// What the real servers refuse in a request of Chat Completions, of the Responses API or of Gemini's: the first fault in it, in words.
type Fields = Readonly<Record<string, unknown>>;

/** Of a body for `/chat/completions`. */
export function chatProblem(body: unknown): string | undefined {
  const { model, messages, tools, stream } = fields(body);
  if (typeof model !== "string" || model === "") return "you must provide a model parameter";
  if (stream !== true) return "stream must be true";
  const list = records(messages);
  if (list.length === 0) return "[] is too short - 'messages'";
  return toolsProblem(records(tools).map((tool) => fields(tool["function"]))) ?? orderProblem(list) ?? list.map(messageProblem).find(Boolean);
}

/** Of a body for `/responses`. */
export function responsesProblem(body: unknown): string | undefined {
  const { model, input, tools, stream, store } = fields(body);
  if (typeof model !== "string" || model === "") return "missing required parameter: 'model'";
  if (stream !== true || store !== false) return "stream must be true and store false";
  const list = records(input);
  if (list.length === 0) return "input must not be empty";
  const bad = toolsProblem(records(tools));
  if (bad !== undefined) return bad;
  const of = (type: string): unknown[] => list.flatMap((item) => (item["type"] === type ? [item["call_id"]] : []));
  const [asked, answered] = [of("function_call"), of("function_call_output")];
  const lost = asked.find((id) => !answered.includes(id));
  if (lost !== undefined) return `No tool output found for function call ${lost}.`;
  const stray = answered.find((id) => !asked.includes(id));
  if (stray !== undefined) return `No tool call found for function call output with call_id ${stray}.`;
  const unfollowed = list.find((item, at) => item["type"] === "reasoning" && (list[at + 1] === undefined || list[at + 1]?.["role"] === "user"));
  if (unfollowed !== undefined) return `Item '${unfollowed["id"]}' of type 'reasoning' was provided without its required following item.`;
  const call = list.find((item) => item["type"] === "function_call" && !isObject(item["arguments"]));
  return call === undefined ? undefined : `arguments of ${call["call_id"]} are no JSON object`;
}

/** Of a body for `:streamGenerateContent`. */
export function geminiProblem(body: unknown): string | undefined {
  const { contents, tools } = fields(body);
  const list = records(contents);
  if (list.length === 0) return "contents is not specified";
  const declared = records(tools).flatMap((tool) => records(tool["functionDeclarations"]));
  const bad = toolsProblem(declared.map((one) => ({ ...one, parameters: one["parametersJsonSchema"] })));
  if (bad !== undefined) return bad;
  for (const [at, content] of list.entries()) {
    if (content["role"] !== (at % 2 === 0 ? "user" : "model")) return "Please ensure that roles take turns, the user's first.";
    const parts = records(content["parts"]);
    if (parts.length === 0) return "Unable to submit request because it must include at least one parts field.";
    const calls = parts.flatMap((part) => (part["functionCall"] === undefined ? [] : [fields(part["functionCall"])]));
    if (calls.length === 0) continue;
    const answers = records(list[at + 1]?.["parts"]).flatMap((part) =>
      part["functionResponse"] === undefined ? [] : [fields(part["functionResponse"])],
    );
    const names = (some: readonly Fields[]): string => some.map(({ name }) => String(name)).join();
    if (names(calls) !== names(answers))
      return "Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.";
  }
  return undefined;
}

// --- internal ---

function toolsProblem(tools: readonly Fields[]): string | undefined {
  for (const { name, parameters } of tools) {
    if (!/^[a-zA-Z0-9_-]{1,64}$/.test(String(name))) return `Invalid 'tools': name ${JSON.stringify(name)}`;
    if (fields(parameters)["type"] !== "object") return `Invalid schema for function '${name}': schema must be of type "object"`;
  }
  return undefined;
}

/** Results come right after the message that asked for them, one for each call, and nowhere else. */
function orderProblem(messages: readonly Fields[]): string | undefined {
  let open: unknown[] = [];
  for (const { role, tool_calls: calls, tool_call_id: id } of messages) {
    if (role === "tool") {
      if (!open.includes(id)) return "messages with role 'tool' must be a response to a preceding message with 'tool_calls'.";
      open = open.filter((one) => one !== id);
    } else if (open.length > 0) break;
    else open = records(calls).map((call) => call["id"]);
  }
  if (open.length === 0) return undefined;
  return `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id': ${open.join(", ")}`;
}

function messageProblem({ role, content, tool_calls: calls }: Fields): string | undefined {
  if (!["system", "user", "assistant", "tool"].includes(String(role))) return `Invalid value: '${role}' for 'role'`;
  const said = Array.isArray(content) ? content.length > 0 : typeof content === "string" && content !== "";
  if (!said && records(calls).length === 0) return `Invalid value for 'content' of a message of ${role}: expected a string, got null.`;
  for (const call of records(calls)) {
    const { arguments: input, name } = fields(call["function"]);
    if (call["type"] !== "function" || typeof name !== "string" || String(call["id"]).length > 40) return "Invalid 'tool_calls'";
    if (!isObject(input)) return `arguments of ${call["id"]} are no JSON object`;
  }
  return undefined;
}

function isObject(json: unknown): boolean {
  try {
    const value: unknown = JSON.parse(String(json));
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function fields(value: unknown): Fields {
  return (Object(value) ?? {}) as Fields;
}

function records(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fields) : [];
}
