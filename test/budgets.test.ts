// Sizes that only grow on purpose: lines, public names, bytes sent with every request, bytes on disk. Times are `bun run bench`'s.
import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compile, ensureBuilt } from "../scripts/build.ts";
import { createScratch } from "./support/binary.ts";
import { files, read, root } from "./support/sources.ts";

/** The tools that work on files and run programs: what every other one comes on top of. */
const basics = "read_file,write_file,edit_file,glob_search,grep_search,bash,TaskOutput,TaskStop";
const lines = (path: string) => read(path).split("\n").length - 1;

test("kernel > is at most 1,200 lines", () => {
  const counted = files("kernel/**/*.ts").filter((path) => !path.endsWith(".test.ts") && !/^kernel\/(kit|testing)\//.test(path));
  expect(counted.reduce((sum, path) => sum + lines(path), 0)).toBeLessThanOrEqual(1_200);
});

test("files > have at most 250 lines", () => {
  const own = ["kernel/**/*.ts", "plugins/**/*.ts", "scripts/**/*.{ts,mjs}", "test/**/*.ts"].flatMap(files);
  const long = own.filter((path) => !path.endsWith(".gen.ts") && lines(path) > 250);
  expect(long).toEqual([]);
});

test("public API > has these names and no more", () => {
  const names = [...read("kernel/index.ts").matchAll(/export (?:type )?\{([^}]*)\}/g)]
    .flatMap(([, list]) => list!.split(","))
    .map((name) => name.trim().replace(/^type /, ""))
    .filter((name) => name !== "")
    .sort();
  expect(names.join(" ")).toBe(publicNames.trim().split(/\s+/).join(" "));
});

test.each<[words: readonly string[], most: number, least: number]>([
  [[], 12_000, 12],
  [["--tools", basics], 8_000, 8],
])(
  "request > with %j, system prompt and tool schemas take at most %d bytes",
  async (words, most, least) => {
    using scratch = await createScratch();
    const bodies: { system?: unknown; tools?: unknown[] }[] = [];
    await using server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      async fetch(request) {
        bodies.push((await request.json()) as (typeof bodies)[number]);
        return new Response(answer, { headers: { "content-type": "text/event-stream" } });
      },
    });
    const env = { ANTHROPIC_API_KEY: "test", ANTHROPIC_BASE_URL: server.url.href.replace(/\/$/, "") };
    expect(await scratch.run(["-p", "hi", ...words], { env })).toMatchObject({ out: "fine\n", code: 0 });
    expect(bodies).toHaveLength(1);
    const { system, tools } = bodies[0]!;
    expect(tools?.length).toBeGreaterThanOrEqual(least);
    expect(Buffer.byteLength(JSON.stringify(system)) + Buffer.byteLength(JSON.stringify(tools))).toBeLessThanOrEqual(most);
  },
  120_000,
);

// 6 MB was for what a one-shot run needs; readers of HTML, PDF, notebooks, schemas and shell lines came on top, each loaded only at its use.
test("binary > is at most 14 MB over an empty one", async () => {
  const folder = await mkdtemp(join(tmpdir(), "claw-empty-"));
  try {
    const empty = join(folder, "empty");
    await compile(join(root, "scripts/bench/empty.ts"), empty);
    expect(Bun.file(await ensureBuilt()).size - Bun.file(empty).size).toBeLessThanOrEqual(14_000_000);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 120_000);

// --- internal ---

const events = [
  {
    type: "message_start",
    message: { id: "msg_1", type: "message", role: "assistant", model: "m", content: [], usage: { input_tokens: 1, output_tokens: 1 } },
  },
  { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "fine" } },
  { type: "content_block_stop", index: 0 },
  { type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 1 } },
  { type: "message_stop" },
];
const answer = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");

/** Growth here is seen in review: a new name needs a reason. */
const publicNames = `
  Access Answer AnyEvent Ask Block BootOptions Bus CallScope ClawError Command CommandOutcome Compaction Compactor Config
  Contributions Decided Decision Draft Env Envelope ErrorCode ErrorInfo EventMap Finish Frontend HOOKS HookName Host
  Hosting Input Inspecting Inspection Json Kernel Kind Layers Listed Loadable LoopSignal LoopState Manifest Message Model
  Next OpenOptions Option Options Part PermissionMode Plugin PluginContext PluginScope PluginStatus Provider Question
  Recovery Renderer Request Route Runner STAGES Selection ServiceToken Session SessionSummary Setting SettingSource Shell
  Stage Stamp StepEnd StepScope StopReason Store StoreOptions Tap Taps Tool ToolCall ToolResult ToolSpec TurnOutcome
  TurnScope Usage boot defineCommand definePlugin defineService defineTool wrap
`;
