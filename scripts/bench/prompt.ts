// The floor of the terminal: the least prompt that a Bun program can show. Echoes keys; Enter posts the line and prints the streamed text.
const [url] = process.argv.slice(2);
const headers = { "content-type": "application/json", "x-api-key": "bench", "anthropic-version": "2023-06-01" };
let line = "";

process.stdin.setRawMode(true);
process.stdout.write("> ");
process.stdin.on("data", (bytes: Buffer) => {
  const [typed = "", ...entered] = bytes.toString().split("\r");
  line += typed;
  process.stdout.write(typed);
  if (entered.length === 0) return;
  process.stdout.write("\n");
  void turn();
});

async function turn(): Promise<void> {
  const body = JSON.stringify({ model: "bench", max_tokens: 8192, stream: true, messages: [{ role: "user", content: line }] });
  line = "";
  const response = await fetch(`${url}/v1/messages`, { method: "POST", headers, body });
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of response.body!) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    for (const one of lines) {
      if (!one.startsWith("data: ")) continue;
      const event = JSON.parse(one.slice(6));
      if (event.delta?.type === "text_delta") process.stdout.write(event.delta.text);
    }
  }
  process.stdout.write("\n> ");
}

export {};
