// `bun test/mock/serve.ts script.json [port]`: a mock Messages API for a person to point claw at. The script is a list of replies.
import { createMock, type Reply } from "./mock.ts";

const [script, port] = process.argv.slice(2);
if (script === undefined) {
  console.error('usage: bun test/mock/serve.ts script.json [port]\nscript.json: [{ "text": "hello" }, { "status": 529 }, …], see test/mock/reply.ts');
  process.exit(2);
}
const replies = (await Bun.file(script).json()) as Reply[];
const mock = createMock({
  replies: replies.map((reply) => (request, position) => {
    const { model, messages } = (request.body ?? {}) as { model?: string; messages?: unknown[] };
    console.error(
      `${position + 1}. ${request.method} ${request.path} ${model ?? "?"}, ${messages?.length ?? 0} messages, ${request.text.length} characters`,
    );
    return reply;
  }),
  repeat: true,
  cached: true,
  ...(port === undefined ? {} : { port: Number(port) }),
});
console.log(`ANTHROPIC_BASE_URL=${mock.url}`);
