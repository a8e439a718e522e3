// Whole turns over bad connections: provider, retry and loop together. No call runs twice, no turn is lost (`security.md` section 3).
import { describe, expect, test } from "bun:test";
import { definePlugin, defineTool } from "claw";
import { createHarness } from "claw/testing";
import * as v from "valibot";
import { KEY } from "./drive.ts";
import { type Answer, createMock, type Fault, type Reply } from "./mock.ts";

const CALL: Reply = {
  blocks: [
    { type: "thinking", text: "hm", signature: "sig" },
    { type: "text", text: "counting", deltas: 4 },
    { type: "call", id: "toolu_1", tool: "count", input: { by: 1 }, deltas: 4 },
  ],
};

/** One turn against these answers, with a tool that counts. Waits are a millisecond. */
async function turn(answer: Answer) {
  const ran: string[] = [];
  const counting = definePlugin({
    setup({ contribute }) {
      const input = v.object({ by: v.number() });
      const tool = defineTool({
        name: "count",
        description: "Counts up by a number.",
        input,
        access: () => "none",
        subject: () => "",
        run: async (_, { call }) => {
          ran.push(call.id);
          return { content: [{ type: "text", text: "counted" }] };
        },
      });
      contribute("tool", tool);
    },
  });
  await using mock = createMock({ replies: [answer], repeat: true });
  await using harness = await createHarness({
    plugins: ["provider/anthropic", "feature/retry", counting],
    config: {
      provider: "anthropic",
      model: "claude-mock-1",
      plugins: { "@claw/provider-anthropic": { idleMs: 80, connectMs: 300 }, "@claw/feature-retry": { baseMs: 1, capMs: 1 } },
    },
    env: { ANTHROPIC_BASE_URL: mock.url, ANTHROPIC_API_KEY: KEY },
  });
  const outcome = await harness.submit("count once");
  const said = harness.shell.session.messages.flatMap(({ role, content }) =>
    content.flatMap((block) => (role === "assistant" && block.type === "text" ? [block.text] : [])),
  );
  return {
    outcome,
    ran,
    said,
    requests: mock.requests.length,
    bodies: mock.requests.map((request) => request.body as { messages: unknown[] }),
    session: JSON.stringify(harness.shell.session.messages),
  };
}

/** Asks for the call until a result has come, then is done. The first `faults.length` requests for the call go wrong. */
function script(faults: readonly Partial<Reply>[]): Answer {
  let asked = 0;
  return ({ text }) => (text.includes("tool_result") ? { text: "done" } : { ...CALL, ...faults[asked++] });
}

describe("turn", () => {
  const EVENTS = 16;
  test.each(["cut", "end", "stall", "error"] as const)(
    "a stream that is %s after any event runs the call once",
    async (kind) => {
      for (let after = 0; after < EVENTS; after++) {
        const fault = (kind === "error" ? { kind, after, error: { type: "overloaded_error", message: "Overloaded" } } : { kind, after }) as Fault;
        const { outcome, ran, said } = await turn(script([{ fault }]));
        expect([after, outcome.kind, ran, said]).toEqual([after, "completed", ["toolu_1"], ["counting", "done"]]);
      }
    },
    30_000,
  );

  test("a row of different faults is ridden out", async () => {
    const refusal = (status: number, headers: Record<string, string> = {}): Partial<Reply> => ({ status, headers });
    const faults = [
      refusal(529),
      refusal(429, { "retry-after-ms": "3" }),
      { fault: { kind: "reset" } as const },
      refusal(503),
      { fault: { kind: "hang" } as const },
      { status: 200, headers: { "content-type": "text/html" }, body: "<html>" },
      refusal(408),
      { fault: { kind: "cut", after: 3 } as const },
    ];
    const { outcome, ran, said, requests } = await turn(script(faults));
    expect([outcome.kind, ran, said, requests]).toEqual(["completed", ["toolu_1"], ["counting", "done"], faults.length + 2]);
  });

  test("a call cut by the output limit is answered, never run, and the turn goes on", async () => {
    const json = '{"by":1,"note":"never ends';
    let asked = 0;
    const { outcome, ran, bodies } = await turn(() =>
      asked++ === 0 ? { blocks: [{ type: "call", id: "t1", tool: "count", json }], stop: "max_tokens" } : { text: "smaller then" },
    );
    expect([outcome.kind, ran]).toEqual(["completed", []]);
    expect(JSON.stringify(bodies[1])).toContain("output tokens");
  });

  test("a refused key ends the turn at once and is nowhere in the session", async () => {
    const { outcome, requests, session } = await turn({
      status: 401,
      body: { type: "error", error: { type: "authentication_error", message: `bad key ${KEY}` } },
    });
    expect(outcome).toMatchObject({ kind: "failed", error: { code: "CLAW_PROVIDER_AUTH" } });
    expect([requests, session.includes(KEY), JSON.stringify(outcome).includes(KEY)]).toEqual([1, false, false]);
  });
});
