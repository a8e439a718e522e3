// The floor: the least a Bun program can do for the same turn. Posts with fetch, prints the streamed text, answers reads from disk.
// Written as anybody would, for few lines and not for speed; no checks, no retries, no session, no permission.
import { readFileSync } from "node:fs";

const [url, prompt] = process.argv.slice(2);
const headers = { "content-type": "application/json", "x-api-key": "bench", "anthropic-version": "2023-06-01" };
const schema = { type: "object", properties: { path: { type: "string" } }, required: ["path"] };
const tools = [{ name: "read_file", description: "Reads a file.", input_schema: schema }];
const messages: unknown[] = [{ role: "user", content: prompt }];

for (;;) {
  const body = JSON.stringify({ model: "bench", max_tokens: 8192, stream: true, tools, messages });
  const response = await fetch(`${url}/v1/messages`, { method: "POST", headers, body });
  const content: Record<string, unknown>[] = [];
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of response.body!) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    let text = "";
    for (const line of lines) {
      if (!line.startsWith("data: ")) continue;
      const event = JSON.parse(line.slice(6));
      if (event.type === "content_block_start") content[event.index] = { ...event.content_block, json: "" };
      else if (event.delta?.type === "text_delta") {
        text += event.delta.text;
        content[event.index]!["text"] += event.delta.text;
      } else if (event.delta?.type === "input_json_delta") content[event.index]!["json"] += event.delta.partial_json;
    }
    if (text !== "") process.stdout.write(text);
  }
  const calls = content.filter((block) => block["type"] === "tool_use");
  if (calls.length === 0) break;
  for (const call of calls) call["input"] = JSON.parse(call["json"] as string);
  for (const block of content) delete block["json"];
  const results = calls.map((call) => ({
    type: "tool_result",
    tool_use_id: call["id"],
    content: readFileSync((call["input"] as { path: string }).path, "utf8"),
  }));
  messages.push({ role: "assistant", content }, { role: "user", content: results });
}
process.stdout.write("\n");
