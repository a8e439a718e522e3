// The test server as a program: `bun server.ts [--http | --sse] [--name NAME] …`. On stdio unless told otherwise; over HTTP it prints its address first.
import { appendFileSync } from "node:fs";
import { createLogic, type Message } from "./logic.ts";

const flags = new Set(process.argv.slice(2));
const value = (flag: string): string | undefined => process.argv[process.argv.indexOf(flag, 2) + 1 || process.argv.length];
const name = value("--name") ?? "test";
const started = value("--pids");
if (started !== undefined) appendFileSync(started, `${process.pid}\n`);
if (flags.has("--die")) {
  process.stderr.write("no database\n");
  process.exit(3);
}
if (flags.has("--stubborn")) {
  process.on("SIGTERM", () => {});
  setInterval(() => {}, 1_000);
}
if (flags.has("--http")) serveHttp();
else if (flags.has("--sse")) serveSse();
else await serveStdio();

async function serveStdio(): Promise<void> {
  const send = (message: Message): void => void process.stdout.write(`${JSON.stringify(message)}\n`);
  const logic = createLogic({ name, flags, value, send });
  if (flags.has("--garbage")) process.stdout.write('starting up...\n{"jsonrpc": "2.0", "id": 1, "result": {{{\n\n[1, null]\n"x"\n');
  const slow = Number(value("--slow") ?? 0);
  if (slow > 0) await Bun.sleep(slow);
  for await (const line of console) {
    logic.take(JSON.parse(line) as Message).then((answer) => answer && send(answer));
  }
}

/** Streamable HTTP: answers to calls as events, others as JSON. */
function serveHttp(): void {
  const sessions = new Set<string>();
  const kept = new Map<string, Uint8Array<ArrayBuffer>>();
  const tried = new Set<string>();
  const encoder = new TextEncoder();
  const streams = new Set<ReadableStreamDefaultController<Uint8Array>>();
  const event = (message: unknown) => encoder.encode(`event: message\ndata: ${JSON.stringify(message)}\n\n`);
  const logic = createLogic({ name, flags, value, send: (message) => void [...streams].at(-1)?.enqueue(event(message)) });
  const events = (body: ReadableStream) => new Response(body, { headers: { "content-type": "text/event-stream; charset=utf-8" } });
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    async fetch(request) {
      const session = request.headers.get("mcp-session-id") ?? "";
      const refused = refusal(request) ?? (await unknown(request));
      if (refused !== undefined) return refused;
      if (request.method === "DELETE") return new Response(null, { status: sessions.delete(session) ? 204 : 404 });
      const last = request.headers.get("last-event-id");
      if (request.method === "GET" && last !== null) {
        const rest = kept.get(last);
        // The first try brings nothing.
        if (!tried.has(last)) tried.add(last);
        else if (rest !== undefined) return events(new Blob([rest]).stream());
        return events(new Blob([": nothing yet\n\n"]).stream());
      }
      if (request.method === "GET") return events(new ReadableStream({ start: (controller) => void streams.add(controller) }));
      const message = (await request.json()) as Message;
      const fresh = message["method"] === "initialize";
      if (!fresh && !sessions.has(session)) return new Response("no such session", { status: 404 });
      if (!fresh && request.headers.get("mcp-protocol-version") === null) return new Response("no version", { status: 400 });
      const id = fresh ? crypto.randomUUID() : session;
      sessions.add(id);
      if ((message["params"] as Message | undefined)?.["name"] === "pid") sessions.clear();
      if (message["method"] !== "tools/call") {
        const answer = await logic.take(message);
        return answer === undefined ? new Response(null, { status: 202 }) : Response.json(answer, { headers: { "mcp-session-id": id } });
      }
      const start = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
        const tool = (message["params"] as Message)["name"];
        if (flags.has("--drop") && (tool === "echo" || tool === "fail")) {
          // It goes on elsewhere: behind this event.
          controller.enqueue(encoder.encode(`id: ${message["id"]}\nretry: 20\ndata:\n\n`));
          kept.set(String(message["id"]), event(await logic.take(message)));
          if (tool === "echo") return controller.close();
          // Once the client has the beginning.
          await Bun.sleep(100);
          return controller.error(new Error("cut"));
        }
        controller.enqueue(encoder.encode(": hello\r\n\r\n"));
        streams.add(controller);
        const answer = await logic.take(message);
        streams.delete(controller);
        controller.enqueue(event(answer));
        controller.close();
      };
      return events(new ReadableStream({ start: (controller) => void start(controller) }));
    },
  });
  process.stdout.write(`http://127.0.0.1:${server.port}/mcp\n`);
}

/** With `--issuer URL`: only tokens that it has given count. */
async function unknown(request: Request): Promise<Response | undefined> {
  const issuer = value("--issuer");
  if (issuer === undefined) return undefined;
  const { origin, pathname } = new URL(request.url);
  const about = `${origin}/.well-known/oauth-protected-resource/mcp`;
  if (request.url === about) return Response.json({ resource: value("--resource") ?? `${origin}/mcp`, authorization_servers: [issuer] });
  const token = request.headers.get("authorization")?.replace(/^Bearer /, "") ?? "";
  if (pathname === "/mcp" && (await fetch(`${issuer}/check?token=${token}`)).ok) return undefined;
  return new Response("log in", { status: 401, headers: { "www-authenticate": `Bearer resource_metadata="${about}", scope="all"` } });
}

function refusal(request: Request): Response | undefined {
  const token = value("--token");
  if (token !== undefined && request.headers.get("authorization") !== `Bearer ${token}`) return new Response("who are you?", { status: 401 });
  const { pathname } = new URL(request.url);
  if (pathname === "/away") return new Response(null, { status: 307, headers: { location: "http://localhost:9/mcp" } });
  return pathname === "/moved" ? new Response(null, { status: 307, headers: { location: "/mcp" } }) : undefined;
}

/** The older transport. */
function serveSse(): void {
  const encoder = new TextEncoder();
  let stream: ReadableStreamDefaultController<Uint8Array> | undefined;
  const tell = (event: string, data: string): void => stream?.enqueue(encoder.encode(`event: ${event}\ndata: ${data}\n\n`));
  const logic = createLogic({ name, flags, value, send: (message) => tell("message", JSON.stringify(message)) });
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    async fetch(request) {
      if (request.method === "POST") {
        const message = (await request.json()) as Message;
        logic.take(message).then((answer) => answer && tell("message", JSON.stringify(answer)));
        return new Response("Accepted", { status: 202 });
      }
      const start = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
        stream = controller;
        tell("endpoint", flags.has("--elsewhere") ? "http://localhost:9/messages" : "/messages?session=1");
      };
      return new Response(new ReadableStream({ start }), { headers: { "content-type": "text/event-stream" } });
    },
  });
  process.stdout.write(`http://127.0.0.1:${server.port}/sse\n`);
}
