import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Json, Options, ToolResult } from "claw";
import { createHarness, type Harness, type HarnessOptions, pluginContract } from "claw/testing";
import { Rpc } from "./rpc.ts";
import { definitionFor, definitions, problemsOf } from "./servers.ts";
import { diagnosticsOf, hoverOf, positionsOf, symbolsOf } from "./shapes.ts";

const PLUGINS = ["tool/lsp", "tool/read-file", "tool/edit-file", "tool/write-file", "feature/lsp", "feature/processes", "feature/workspace"];
const program = join(import.meta.dir, "testing", "server.ts");
/** The compiler of this repository is a language server too. */
const compiler = join(import.meta.dir, "..", "..", "..", "node_modules", ".bin", "tsc");
const TYPESCRIPT = { command: compiler, args: ["--lsp", "--stdio"], extensions: { ".ts": "typescript" }, roots: ["tsconfig.json"] };
const FILES = {
  "tsconfig.json": '{ "compilerOptions": { "strict": true, "noEmit": true, "allowImportingTsExtensions": true }, "include": ["src"] }',
  "src/a.ts": "/** Doubles it. */\nexport function twice(n: number): number {\n  return n * 2;\n}\n",
  "src/b.ts": 'import { twice } from "./a.ts";\nexport const four = twice(2);\n',
};
type Servers = Readonly<Record<string, Json>>;
function harness(lspServers: Servers, more: Partial<HarnessOptions> = {}, slice: Json = {}): Promise<Harness> {
  const config = { lspServers, plugins: { "@claw/feature-lsp": slice } };
  return createHarness({
    plugins: PLUGINS,
    files: FILES,
    options: { trust: true },
    answers: Array.from({ length: 20 }, () => "yes"),
    config,
    ...more,
  });
}
const odd = (how: string, more: object = {}): Servers => ({
  odd: { command: process.execPath, args: [program, how], extensions: { ".ts": "x" }, ...more },
});
const text = ({ content }: ToolResult): string => content.map((block) => (block.type === "text" ? block.text : block.type)).join("");
const ask = async (on: Harness, input: Readonly<Record<string, Json>>): Promise<string> => text(await on.call("LSP", input));
const define = { action: "definition", path: "src/a.ts", query: "twice" } as const;

pluginContract(import.meta.dir);

describe("a real server", () => {
  test("sees what changed on disk since it was asked last", async () => {
    await using on = await harness({ typescript: TYPESCRIPT });
    expect(await ask(on, { action: "diagnostics", path: "src/b.ts" })).toBe("No problems found.");
    await Bun.write(join(on.workspace, "src/a.ts"), "export function twice(n: string): string {\n  return n + n;\n}\n");
    expect(await ask(on, { action: "hover", path: "src/a.ts", query: "twice" })).toContain("twice(n: string): string");
    expect(await ask(on, { action: "diagnostics", path: "src/b.ts" })).toMatch(/^src\/b\.ts:2:27 error: .*'number'.*'string'.* \(ts 2345\)$/);
    expect(await ask(on, { action: "diagnostics" })).toContain("src/b.ts:2:27 error: ");
  }, 30_000);

  test("says what an edit broke, in the edit's own result; what is well adds nothing", async () => {
    await using on = await harness({ typescript: TYPESCRIPT });
    await on.call("read_file", { path: "src/b.ts" });
    const edit = async (from: string, to: string): Promise<string> =>
      text(await on.call("edit_file", { path: "src/b.ts", old_string: from, new_string: to }));
    expect(await edit("twice(2)", "twice( 2)")).not.toContain("language server");
    await ask(on, define);
    expect(await edit("twice( 2)", "twise(2)")).toMatch(
      /\n\[the language server says of b\.ts as it is now:\n2:21 error: Cannot find name 'twise'.* \(ts 2552\)\]$/,
    );
    expect(await edit("twise(2)", "twice(2)")).not.toContain("language server");
    const bad = Array.from({ length: 15 }, (_, at) => `export const v${at}: string = ${at};`).join("\n");
    const made = text(await on.call("write_file", { path: "src/c.ts", content: bad }));
    expect(made.match(/ error: /g)).toHaveLength(10);
    expect(made).toEndWith("… and 5 more]");
    await on.call("write_file", { path: "notes.md", content: "x" });
  }, 30_000);

  test("is one for a session, ends with it, and serves sub-agents too", async () => {
    const on = await harness({ typescript: TYPESCRIPT });
    await ask(on, define);
    await ask(on, { ...define, path: "src/b.ts" });
    expect(serversIn(on.workspace, "lsp --stdio").length).toBeGreaterThanOrEqual(1);
    const child = await on.host.open({ parent: on.shell.session.id });
    await child.close();
    expect(await ask(on, define)).toStartWith("src/a.ts:2:17");
    await on[Symbol.asyncDispose]();
    while (serversIn(on.workspace, "lsp --stdio").length > 0) await Bun.sleep(20);
  }, 30_000);
});

describe("a server that misbehaves", () => {
  test.each<[how: string, said: RegExp | string]>([
    ["crash", /^The language server odd: it ended with code 3: no such compiler\.$/],
    ["garbage", "The language server odd: it writes something else than messages to its stdout."],
    ["refuse", "The language server odd: not here"],
    ["mute", "The language server odd: no answer to initialize within 1000 ms."],
    ["slow", "The language server odd: no answer to textDocument/definition within 1000 ms."],
    ["die", /^The language server odd: it ended by SIGKILL\.$/],
  ])(
    "%s: is told, and the next call starts anew",
    async (how, said) => {
      await using on = await harness(odd(how), {}, { startMs: 1_000, requestMs: 1_000 });
      for (const _ of [1, 2]) {
        const result = await on.call("LSP", define);
        expect([text(result), result.failed]).toEqual([said instanceof RegExp ? expect.stringMatching(said) : said, true]);
      }
    },
    30_000,
  );

  test("odd answers are made plain; what it asks is answered; what it cannot do is told", async () => {
    await using on = await harness(odd("poor", { settings: { one: { two: [1] } } }));
    expect(await ask(on, define)).toBe("/etc/hostname:1:1\njar:///x.jar!/y:1:1");
    const hover = await ask(on, { ...define, action: "hover" });
    expect(hover).toContain('{"a":[[1],null],"b":null,"c":{"applied":false,"failureReason":"claw edits files itself"},"d":-32601}');
    expect(hover).toEndWith("ééé");
    expect(await ask(on, { action: "symbols", path: "src/a.ts" })).toBe("The language server odd has no answer to textDocument/documentSymbol.");
  }, 30_000);

  test("a program that is not there, an entry that is wrong, and no server at all", async () => {
    await using on = await harness({ odd: { command: "/nowhere/server", extensions: { ".ts": "x" } } });
    expect(await ask(on, define)).toMatch(/language server odd: it ended with code 12[67].*not found|No such file/s);
    await using wrong = await harness({ odd: { command: "x", extensions: { ts: "x" } } }, { env: { PATH: "/usr/bin:/bin", HOME: "/" } });
    expect(await ask(wrong, define)).toMatch(
      /^There is no language server for files like .*a\.ts\.\nInstall typescript-language-server or vtsls or tsgo, or name one in the setting lspServers\.\n.*settings\.json: lspServers\..*begins with a dot/s,
    );
  }, 30_000);

  test("an abort ends the wait", async () => {
    await using on = await harness(odd("slow"));
    on.host.bus.on("call.started", async () => {
      while (serversIn(on.workspace, "server.ts slow").length === 0) await Bun.sleep(20);
      on.shell.abort("SIGINT");
    });
    expect(await ask(on, define)).toContain("interrupted");
  }, 30_000);
});

test("servers > run code of the project: only where the folder is trusted, or in the sandbox", async () => {
  await using on = await harness({ typescript: TYPESCRIPT }, { options: {} });
  expect(await ask(on, define)).toMatch(/^The language server typescript was not started: it runs code of the project.*--trust/s);
  const plugins = [...PLUGINS, "feature/sandbox", "feature/shell", "permission-mode/workspace-write"];
  const writes = {
    command: "sh",
    args: ["-c", `echo x > here; echo x > "$TMPDIR/x" && exec ${compiler} --lsp --stdio`],
    extensions: { ".ts": "typescript" },
  };
  const config = { lspServers: { typescript: writes }, permissionMode: "workspace-write" };
  const made = async (options: Options): Promise<readonly [answer: string, wrote: boolean]> => {
    await using boxed = await harness({}, { options, plugins, config });
    return [await ask(boxed, define), existsSync(join(boxed.workspace, "here"))];
  };
  const [answer, wrote] = await made({});
  // Where there is no sandbox that holds, it does not run at all.
  expect(answer).toMatch(/^src\/a\.ts:2:17 {2}export function twice|was not started/);
  expect(wrote).toBe(false);
  expect(await made({ trust: true })).toEqual([expect.stringContaining("src/a.ts:2:17"), true]);
}, 30_000);

describe("definitions", () => {
  const scope = (layers: readonly { readonly value: unknown; readonly trusted: boolean }[], path = "/nowhere") => ({
    env: { PATH: path },
    settings: () => layers.map((layer) => ({ ...layer, source: "user" as const, origin: "there" })),
  });
  const own = (command: string) => ({ command, extensions: { ".TS": "typescript" } });
  test("later layers win, untrusted ones have no say, false switches off", () => {
    const layers = [
      { value: { a: own("one"), b: own("b") }, trusted: true },
      { value: { a: own("two"), b: false }, trusted: true },
      { value: { a: own("evil"), c: own("evil") }, trusted: false },
    ];
    expect(definitions(scope(layers))).toEqual([{ name: "a", argv: ["two"], languages: { ".ts": "typescript" }, markers: [], env: {} }]);
    expect(problemsOf(scope(layers))).toEqual([]);
    expect(problemsOf(scope([{ value: { a: { command: "" } }, trusted: true }]))[0]).toStartWith("there: lspServers.a");
    expect(problemsOf(scope([{ value: 5, trusted: false }]))).toEqual([]);
  });
  test("known ones from PATH, its whole folders only", () => {
    expect(definitions(scope([]))).toEqual([]);
    expect(definitions(scope([], "."))).toEqual([]);
    expect(definitionFor("/x/Y.TSX", [{ name: "a", argv: [], languages: { ".tsx": "x" }, markers: [], env: {} }])?.name).toBe("a");
    expect(definitionFor("/x.d/Makefile", [{ name: "a", argv: [], languages: { ".d": "x" }, markers: [], env: {} }])).toBeUndefined();
  });
});

test("shapes > take whatever comes", () => {
  const junk = [undefined, null, 5, "x", [], {}, [null, 5, {}], { range: 5 }, [{ uri: "file://%", range: { start: { line: -1, character: "x" } } }]];
  for (const one of junk) {
    expect(positionsOf(one)).toEqual([]);
    expect(typeof hoverOf(one)).toBe("string");
    expect(Array.isArray(symbolsOf(one))).toBe(true);
    expect(Array.isArray(diagnosticsOf(one, "/x"))).toBe(true);
  }
  const range = { start: { line: 1, character: 2 } };
  expect(positionsOf({ targetUri: "file:///a%20b", targetRange: range })).toEqual([{ path: "/a b", line: 2, character: 3 }]);
  expect(hoverOf({ contents: { kind: "markdown", value: " *x* " } })).toBe("*x*");
  const nested = [{ name: "A", kind: 5, selectionRange: range, children: [{ name: "b", kind: 99, range }] }];
  expect(symbolsOf(nested, "/f")).toEqual([
    { name: "A", kind: "class", path: "/f", line: 2, character: 3, depth: 0 },
    { name: "b", kind: "symbol", path: "/f", line: 2, character: 3, depth: 1 },
  ]);
  const said = [
    { range, message: "w", severity: 2, code: 7 },
    { range, message: "e\n", source: "ts", code: "x" },
  ];
  expect(diagnosticsOf(said, "/f").map(({ severity, message, source }) => [severity, message, source])).toEqual([
    ["error", "e", "ts x"],
    ["warning", "w", "7"],
  ]);
});

test("Rpc > reads messages however they are cut", async () => {
  const bodies = ['{"method":"a","params":{"x":"é😀"}}', '{"id":1,"method":"b"}', '{"method":"c","params":{"y":"\\u0000"}}'];
  const all = Buffer.from(bodies.map((body) => `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`).join(""));
  for (let size = 1; size < all.length; size += 7) {
    const heard: string[] = [];
    const rpc = new Rpc({
      name: "x",
      write: async (message) => void heard.push(message.split("\r\n\r\n")[1] ?? ""),
      answer: () => undefined,
      heard: (method) => void heard.push(method),
      broken: (why) => void heard.push(why),
    });
    const decoder = new TextDecoder();
    for (let at = 0; at < all.length; at += size) rpc.read(decoder.decode(all.subarray(at, at + size), { stream: true }));
    expect(heard).toEqual(["a", '{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"claw does not support b"}}', "c"]);
  }
});

/** The processes in that folder whose command line has this in it. */
function serversIn(folder: string, line: string): readonly string[] {
  const found = Bun.spawnSync(["pgrep", "-f", line]).stdout.toString().split("\n");
  const cwdOf = (pid: string): string =>
    Bun.spawnSync(["readlink", `/proc/${pid}/cwd`])
      .stdout.toString()
      .trim();
  return found.filter((pid) => pid !== "" && cwdOf(pid) === folder);
}
