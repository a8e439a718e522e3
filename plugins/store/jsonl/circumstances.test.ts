import { expect, test } from "bun:test";
import type { Json } from "claw";
import { createHarness, type Harness, type HarnessOptions } from "claw/testing";
import { CIRCUMSTANCES } from "./circumstances.ts";

const plugins = ["store/jsonl"];
const notices = (harness: Harness): string[] => harness.events.flatMap((event) => (event.type === "notice.raised" ? [event.data.text] : []));

/** A session that ran once with model `big`; its record goes on in a home of its own, after `change` of its circumstances. */
async function again(change: { readonly [key: string]: Json }, options: Partial<HarnessOptions> = {}): Promise<{ model: string; told: string[] }> {
  await using harness = await createHarness({ plugins, config: { store: "jsonl", model: "small", ...(options.config as object) } });
  const first = await harness.host.open({ selection: { model: "big" } });
  await first.submit({ text: "hello" });
  const known = first.session.notes(CIRCUMSTANCES);
  expect(known).toEqual([{ model: "big", provider: "script", mode: "ask", tools: [], plugins: expect.any(Object) as Json }]);
  await first.submit({ text: "again" });
  expect(first.session.notes(CIRCUMSTANCES)).toEqual(known);
  await first.session.note(CIRCUMSTANCES, { ...(known[0] as object), ...change } as Json);
  await first.close();
  const second = await harness.host.open({ ref: first.session.id });
  const before = notices(harness).length;
  await second.submit({ text: "go on" });
  await second.submit({ text: "and on" });
  await second.close();
  return { model: harness.requests.at(-1)?.model.id ?? "", told: notices(harness).slice(before) };
}

test("restore > a session goes on with its model, and says so once", async () => {
  const { model, told } = await again({});
  expect(model).toBe("big");
  expect(told).toEqual([expect.stringContaining("Going on with the model big")]);
});

test("restore > a mode is told, never taken; so are tools and plugins that are gone", async () => {
  const { told } = await again({ mode: "danger-full-access", tools: ["Frobnicate"], plugins: { "@claw/store-jsonl": "0.0.1", other: "1.0.0" } });
  expect(told.slice(1)).toEqual([
    expect.stringMatching(/permission mode danger-full-access; now it is ask/),
    expect.stringMatching(/^Since this session ran: there is no tool Frobnicate any more; .*the plugin other is not there any more/),
  ]);
});

test("restore > a provider that is gone is explained, and a record of nonsense ignored", async () => {
  const gone = await again({ provider: "nowhere" });
  expect(gone.model).toBe("small");
  expect(gone.told[0]).toMatch(/which cannot be used now .*Going on with small/);
  expect((await again({ model: 7 })).told).toEqual([]);
});
