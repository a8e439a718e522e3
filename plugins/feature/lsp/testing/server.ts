// A language server for tests that misbehaves as its first word says. It speaks the protocol itself, over real pipes.
const how = process.argv[2] ?? "";
const write = (message: object): void => {
  const body = JSON.stringify({ jsonrpc: "2.0", ...message });
  process.stdout.write(`Content-Length: ${Buffer.byteLength(body)}\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n${body}`);
};
const place = (uri: string) => ({ uri, range: { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } } });

function take({ id, method }: { readonly id?: number; readonly method?: string }): void {
  if (method === "initialize") {
    if (how === "crash") {
      process.stderr.write("\x1b[31mno such compiler\n");
      process.exit(3);
    }
    if (how === "garbage") process.stdout.write("x".repeat(20_000));
    if (how === "refuse") write({ id, error: { code: -32_000, message: "not here" } });
    else if (how !== "mute" && how !== "garbage")
      write({ id, result: { capabilities: { definitionProvider: true, hoverProvider: true, documentSymbolProvider: how !== "poor" } } });
  } else if (method === "initialized") {
    write({ id: "a", method: "workspace/configuration", params: { items: [{ section: "one.two" }, { section: "none" }] } });
    write({ id: "b", method: "client/registerCapability", params: {} });
    write({ id: "c", method: "workspace/applyEdit", params: {} });
    write({ id: "d", method: "something/else", params: {} });
  } else if (method === "textDocument/definition") {
    if (how === "die") process.kill(process.pid, "SIGKILL");
    if (how !== "slow")
      write({ id, result: [place("file:///etc/hostname"), place("jar:///x\x1b[2J.jar!/y"), { uri: 5 }, null, place("file:///etc/hostname")] });
  } else if (method === "textDocument/hover") {
    write({ id, result: { contents: [{ language: "x", value: JSON.stringify(answers) }, "é\u0007".repeat(3)] } });
  } else if (id !== undefined && method !== undefined) write({ id, error: { code: -32_601, message: "unknown" } });
}

/** What claw answered to the requests of this server. */
const answers: Record<string, unknown> = {};
let held = Buffer.alloc(0);
for await (const piece of Bun.stdin.stream()) {
  held = Buffer.concat([held, piece]);
  for (;;) {
    const end = held.indexOf("\r\n\r\n");
    const length = Number(/Content-Length: (\d+)/.exec(held.toString("latin1", 0, Math.max(0, end)))?.[1]);
    if (end === -1 || held.length < end + 4 + length) break;
    const message = JSON.parse(held.toString("utf8", end + 4, end + 4 + length));
    held = held.subarray(end + 4 + length);
    if (message.method === undefined) answers[message.id] = message.result === undefined ? message.error.code : message.result;
    else take(message);
  }
}
