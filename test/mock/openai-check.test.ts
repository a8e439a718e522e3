// The checks of the mock servers refuse what the real ones do; that they let good requests pass is what every other test here shows.
import { expect, test } from "bun:test";
import { chatProblem, geminiProblem, responsesProblem } from "./openai-check.ts";

const call = (id: string, input = "{}") => ({ id, type: "function", function: { name: "bash", arguments: input } });
const asked = (...ids: string[]) => ({ role: "assistant", content: null, tool_calls: ids.map((id) => call(id)) });
const answer = (id: string) => ({ role: "tool", tool_call_id: id, content: "ok" });
const user = { role: "user", content: "hi" };

test("chatProblem > order, ids, schemas and inputs", () => {
  const of = (...messages: object[]) => chatProblem({ model: "m", stream: true, messages });
  expect(of(user, asked("a", "b"), answer("b"), answer("a"), user)).toBeUndefined();
  expect(of(user, asked("a", "b"), answer("a"), user, answer("b"))).toContain("responding to each 'tool_call_id': b");
  expect(of(user, asked("a"))).toContain("must be followed by tool messages");
  expect(of(user, answer("a"))).toContain("must be a response to a preceding message");
  expect(of(user, asked("a"), answer("a"), answer("a"))).toContain("must be a response to a preceding message");
  expect(of(user, { role: "assistant", content: "" })).toContain("expected a string");
  expect(of(user, { role: "assistant", tool_calls: [call("a", "{")] }, answer("a"))).toContain("no JSON object");
  expect(of(user, asked("x".repeat(41)), answer("x".repeat(41)))).toContain("Invalid 'tool_calls'");
  expect(of()).toContain("too short");
  const tools = [{ type: "function", function: { name: "a b", parameters: {} } }];
  expect(chatProblem({ model: "m", stream: true, messages: [user], tools })).toContain("Invalid 'tools'");
  tools[0]!.function.name = "ab";
  expect(chatProblem({ model: "m", stream: true, messages: [user], tools })).toContain('must be of type "object"');
});

test("responsesProblem > every call has its output, every output its call, and reasoning what follows it", () => {
  const of = (...input: object[]) => responsesProblem({ model: "m", stream: true, store: false, input });
  const one = { type: "function_call", call_id: "a", name: "x", arguments: "{}" };
  const out = { type: "function_call_output", call_id: "a", output: "ok" };
  expect(of(user, one, out)).toBeUndefined();
  expect(of(user, one)).toContain("No tool output found for function call a");
  expect(of(user, out)).toContain("No tool call found");
  expect(of(user, { type: "reasoning", id: "r" })).toContain("without its required following item");
  expect(of(user, { ...one, arguments: "" }, out)).toContain("no JSON object");
});

test("geminiProblem > roles take turns, and every call is answered at once", () => {
  const of = (...contents: object[]) => geminiProblem({ contents });
  const hi = { role: "user", parts: [{ text: "hi" }] };
  const asking = { role: "model", parts: [{ functionCall: { name: "a" } }, { functionCall: { name: "b" } }] };
  const told = (...names: string[]) => ({ role: "user", parts: names.map((name) => ({ functionResponse: { name } })) });
  expect(of(hi, asking, told("a", "b"))).toBeUndefined();
  expect(of(hi, asking, told("a"))).toContain("function response parts");
  expect(of(hi, asking)).toContain("function response parts");
  expect(of(hi, hi)).toContain("take turns");
  expect(of({ role: "user", parts: [] })).toContain("at least one parts field");
});
