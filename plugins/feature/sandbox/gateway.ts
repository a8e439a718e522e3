// The proxy that a command reaches instead of the network: CONNECT and plain HTTP to the domains of the setting, one gateway a command. It looks at names
// before it resolves them and at addresses before it connects, connects to the very address it has looked at, and remembers what it refused.
import { closeSync, openSync, unlinkSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { createDoorman, type Gate, Refusal } from "./doorman.ts";
import { type Asked, HeadError, readHead } from "./head.ts";

export interface Gateway {
  /** Its socket, open for whoever is to connect to it; it has no name that anybody else could find. */
  readonly file: number;
  /** What was refused so far, a line each, with what to do. */
  refused(): readonly string[];
  /** Drops every connection. */
  close(): void;
}

/** `folder` is the session's own; nothing stays in it. */
export async function openGateway(gate: Gate, folder: string): Promise<Gateway> {
  const refused = new Map<string, string>();
  const open = new Set<Socket>();
  const find = createDoorman(gate);
  const server = createServer({ allowHalfOpen: true }, (client) => {
    hold(client, open);
    if (open.size > MOST) return answer(client, 503, "claw's sandbox: too many connections at once. Try again when some have ended.");
    receive(client, async (asked, rest) => {
      try {
        const upstream = await dial(await find(asked.host, asked.port), asked.port, open);
        couple(client, upstream, asked, rest);
      } catch (thrown) {
        if (thrown instanceof Refusal && refused.size < MOST_REFUSED) refused.set(thrown.message, thrown.message);
        answer(client, thrown instanceof Refusal ? 403 : 502, `claw's sandbox: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
      }
    });
  });
  const file = await listen(server, folder);
  const close = (): void => {
    server.close();
    for (const socket of open) socket.destroy();
  };
  return { file, refused: () => [...refused.values()], close };
}

// --- internal ---

const MOST = 256;
const MOST_REFUSED = 20;
const MOST_HEAD = 32_768;
const HEAD_MS = 30_000;
const CONNECT_MS = 10_000;
const IDLE_MS = 300_000;
/** What the system's headers call O_PATH and O_DIRECTORY: a file to name, not to read. */
const [NAMED, FOLDER] = [0o10_000_000, process.arch === "arm64" ? 0o40_000 : 0o200_000];

/** A socket's name has room for a hundred letters, so it is made by way of the open folder. Once it is open it needs none. */
async function listen(server: Server, folder: string): Promise<number> {
  const name = `gate-${crypto.randomUUID().slice(0, 8)}`;
  const at = openSync(folder, FOLDER);
  try {
    await new Promise<void>((done, failed) => void server.once("error", failed).listen(`/proc/self/fd/${at}/${name}`, done));
    server.unref();
    const file = openSync(join(folder, name), NAMED);
    unlinkSync(join(folder, name));
    return file;
  } catch (thrown) {
    server.close();
    throw thrown;
  } finally {
    closeSync(at);
  }
}

function hold(socket: Socket, open: Set<Socket>): void {
  open.add(socket);
  socket.on("error", () => socket.destroy());
  socket.once("close", () => void open.delete(socket));
  socket.setTimeout(HEAD_MS, () => socket.destroy());
}

/** Reads up to the end of the head, then lets `act` answer. */
function receive(client: Socket, act: (asked: Asked, rest: Buffer) => Promise<void>): void {
  let got: Buffer = Buffer.alloc(0);
  const more = (bytes: Buffer): void => {
    got = Buffer.concat([got, bytes]);
    const end = got.indexOf("\r\n\r\n");
    if (end < 0 && got.length <= MOST_HEAD) return;
    client.off("data", more).off("end", gone);
    client.pause();
    try {
      if (end < 0 || end > MOST_HEAD) throw new HeadError(`a head of more than ${MOST_HEAD} bytes is not read.`);
      // Finding a name and connecting have limits of their own.
      client.setTimeout(IDLE_MS);
      void act(readHead(got.toString("latin1", 0, end)), got.subarray(end + 4));
    } catch (thrown) {
      answer(client, 400, `claw's sandbox: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    }
  };
  const gone = (): void => void client.destroy();
  client.on("data", more).once("end", gone);
}

/** The first of the addresses that takes the connection. */
async function dial(addresses: readonly string[], port: number, open: Set<Socket>): Promise<Socket> {
  let failed: unknown;
  for (const host of addresses) {
    const socket = connect({ host, port, allowHalfOpen: true });
    hold(socket, open);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const clock = setTimeout(() => reject(new Error(`${host} port ${port} did not answer within ${CONNECT_MS / 1_000} s.`)), CONNECT_MS);
    socket
      .once("connect", resolve)
      .once("error", reject)
      .once("close", () => reject(new Error(`${host} port ${port} closed the connection.`)));
    try {
      await promise;
      return socket;
    } catch (thrown) {
      failed = thrown;
      socket.destroy();
    } finally {
      clearTimeout(clock);
    }
  }
  throw failed ?? new Error("the host has no address.");
}

function couple(client: Socket, upstream: Socket, { head }: Asked, rest: Buffer): void {
  if (client.destroyed) return void upstream.destroy();
  for (const socket of [client, upstream]) socket.setTimeout(IDLE_MS, () => socket.destroy());
  client.once("close", () => upstream.destroy());
  upstream.once("close", () => client.end());
  if (head === undefined) client.write("HTTP/1.1 200 Connection established\r\n\r\n");
  else upstream.write(Buffer.from(head, "latin1"));
  if (rest.length > 0) upstream.write(rest);
  upstream.pipe(client);
  client.pipe(upstream);
}

function answer(client: Socket, status: number, text: string): void {
  const [body, word] = [`${text}\n`, { 400: "Bad Request", 403: "Refused by claw's sandbox", 502: "Bad Gateway" }[status] ?? "Service Unavailable"];
  const head = ["Content-Type: text/plain; charset=utf-8", `Content-Length: ${Buffer.byteLength(body)}`, "Connection: close"];
  client.setTimeout(HEAD_MS, () => client.destroy());
  // What is still coming must be read, or the answer is lost with the connection.
  client.resume();
  client.end(`HTTP/1.1 ${status} ${word}\r\n${head.join("\r\n")}\r\n\r\n${body}`);
}
