// Contract suites: what every contribution of a kind must do, run by the test beside each plugin.
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toJsonSchema } from "@valibot/to-json-schema";
import type { AnyEvent, Command, Compactor, Frontend, Json, Message, Part, Provider, Renderer, Request, Store, Tool } from "claw";
import { manifestSchema } from "claw/kit";
import { safeParse } from "valibot";
import { createHarness, loadable } from "./harness.ts";

/** Manifest and code agree: the plugin declares all it adds and adds all it declares; its folder has what a plugin folder has. */
export function pluginContract(folder: string): void {
  const pack = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { name: string; claw: unknown };
  describe(`${pack.name} > plugin contract`, () => {
    test("its manifest is valid, and names a kind and a name as its folder does", () => {
      expect(safeParse(manifestSchema(), pack.claw).issues).toBeUndefined();
      const [kind, name] = folder.replace(/\/$/, "").split("/").slice(-2);
      if (pack.name.startsWith("@claw/")) expect(pack.name).toBe(`@claw/${kind}-${name}`);
    });
    test("its README has the five headings", () => {
      const readme = readFileSync(join(folder, "README.md"), "utf8");
      for (const heading of ["What it adds", "Config", "Permissions", "Events and services", "Limits"]) expect(readme).toContain(`## ${heading}`);
    });
    test("it activates, adding all it declares and nothing else", async () => {
      const own = loadable(folder);
      await using harness = await createHarness({ plugins: [own, ...companions(own.manifest?.needs ?? [], own.name)] });
      await harness.host.activate(own.name);
      expect(harness.host.plugins().find((plugin) => plugin.name === own.name)).toMatchObject({ state: "active" });
    });
  });
}

/** A tool: its name and schema suit a model, valid samples pass, invalid ones do not, and what it claims of a call is stable. */
export function toolContract(tool: Tool, samples: { readonly valid: readonly Json[]; readonly invalid: readonly Json[] }): void {
  describe(`${tool.name} > tool contract`, () => {
    test("name and description suit a model", () => {
      expect(tool.name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
      expect(tool.description.length).toBeGreaterThan(10);
      expect(tool.description.length).toBeLessThan(1_500);
    });
    test("its schema is a JSON Schema object without unknown keys", () => {
      const schema = tool.schema ?? toJsonSchema(tool.input as Parameters<typeof toJsonSchema>[0]);
      expect(schema).toMatchObject({ type: "object", properties: {} });
    });
    test.each(samples.valid.map((sample) => [sample]))("accepts %j, and says the same of it twice", (sample) => {
      const parsed = safeParse(tool.input, sample);
      expect(parsed.issues).toBeUndefined();
      const claim = () => ({
        access: tool.access(parsed.output),
        subject: tool.subject(parsed.output),
        paths: tool.paths?.(parsed.output),
      });
      expect(claim()).toEqual(claim());
      expect(["none", "read", "network", "write", "execute"]).toContain(claim().access);
      expect(typeof claim().subject).toBe("string");
    });
    test.each(samples.invalid.map((sample) => [sample]))("refuses %j", (sample) => {
      expect(safeParse(tool.input, sample).success).toBe(false);
    });
  });
}

/** A command: its arguments parse from words, and bad words are an error, not a throw. */
export function commandContract(
  command: Command,
  samples: { readonly valid: readonly (readonly string[])[]; readonly invalid: readonly (readonly string[])[] },
): void {
  describe(`${command.name} > command contract`, () => {
    test("has a summary of one line", () => expect(command.summary).toMatch(/^[^\n]{3,120}$/));
    test.each(samples.valid.map((words) => [words]))("accepts %j", (words) => expect(safeParse(command.args, words).issues).toBeUndefined());
    test.each(samples.invalid.map((words) => [words]))("refuses %j", (words) => expect(safeParse(command.args, words).success).toBe(false));
  });
}

/** A provider that can be reached: one finish, last; text deltas add up to the message; calls are in it; abort ends the stream. */
export function providerContract(make: () => Promise<{ readonly provider: Provider; readonly request: Request }>): void {
  describe("provider contract", () => {
    test("finish comes once, last, and holds what was streamed", async () => {
      const { provider, request } = await make();
      const parts: Part[] = await Array.fromAsync(provider.stream(request, new AbortController().signal));
      const last = parts.at(-1);
      expect(parts.filter((part) => part.type === "finish")).toHaveLength(1);
      if (last?.type !== "finish") throw new Error("the last part is not finish");
      const streamed = parts.flatMap((part) => (part.type === "text" ? [part.delta] : [])).join("");
      expect(last.content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("")).toBe(streamed);
      for (const part of parts) if (part.type === "call") expect(last.content).toContainEqual(part);
    });
    test("an aborted stream ends promptly, without a finish", async () => {
      const { provider, request } = await make();
      const parts: Part[] = [];
      const stream = async (): Promise<void> => {
        for await (const part of provider.stream(request, AbortSignal.abort("test"))) parts.push(part);
      };
      await stream().catch(() => {});
      expect(parts.filter((part) => part.type === "finish")).toEqual([]);
    });
    test("lists models with their sizes, and resolves each by its id", async () => {
      const { provider } = await make();
      for (const model of await provider.models()) expect((await provider.resolve(model.id)).id).toBe(model.id);
    });
  });
}

/** A compactor: deterministic about when it is due, shrinks, keeps the last request, and never parts a call from its result. */
export function compactorContract(compactor: Compactor, scope: () => Promise<Parameters<Compactor["compact"]>>): void {
  describe(`${compactor.name} > compactor contract`, () => {
    test("what is left is shorter, keeps the last request and no orphan", async () => {
      const [session, turn] = await scope();
      const before = session.messages.slice();
      const { summary, dropped } = await compactor.compact(session, turn);
      const after: readonly Message[] = [...summary, ...before.slice(dropped)];
      expect(JSON.stringify(after).length).toBeLessThan(JSON.stringify(before).length);
      const said = before.findLast((message) => message.role === "user" && message.content.some((block) => block.type === "text"));
      const text = said?.content.find((block) => block.type === "text");
      expect(JSON.stringify(after)).toContain(JSON.stringify(text?.type === "text" ? text.text : "").slice(1, -1));
      const blocks = after.flatMap((message) => message.content);
      const asked = blocks.flatMap((block) => (block.type === "call" ? [block.id] : []));
      expect(blocks.flatMap((block) => (block.type === "result" ? [block.id] : [])).sort()).toEqual(asked.sort());
    });
  });
}

/** A renderer: takes every event, known or not, in any order, without throwing or waiting, and closes twice. */
export function rendererContract(make: () => Renderer, events: readonly AnyEvent[]): void {
  describe("renderer contract", () => {
    test("renders any order of events without throwing", async () => {
      for (const order of [events, events.toReversed(), events.slice(1), []]) {
        const renderer = make();
        await renderer.open(
          () => {},
          () => {},
        );
        for (const event of order) expect(renderer.render(event) as unknown).toBeUndefined();
        renderer.render({ type: "someone.else", seq: 1, at: 0, source: "x", data: {} } as unknown as AnyEvent);
        await renderer.close();
        await renderer.close();
      }
    });
  });
}

/** A frontend: it has a name and runs to a number; what it does is for end-to-end tests. */
export function frontendContract(frontend: Frontend): void {
  test(`${frontend.name} > frontend contract`, () => {
    expect(frontend.name).toMatch(/^[a-z][a-z0-9-]*$/);
    expect(frontend.run).toBeFunction();
  });
}

/** A store: sessions come back as they were, when it keeps any; references that mean nothing are errors. */
export function storeContract(make: (home: string) => Promise<Store>, keeps: boolean): void {
  describe("store contract", () => {
    const said = (text: string): Message => ({ role: "user", content: [{ type: "text", text }] });
    test("a session keeps messages, notes and folds", async () => {
      await inFolder(async (home) => {
        const store = await make(home);
        const session = await store.open({ cwd: home });
        await session.append(said("one"));
        await session.append({ role: "assistant", content: [{ type: "text", text: "two" }] });
        await session.note("todo", { open: 1 });
        await session.fold({ summary: [said("sum")], dropped: 1 }, "test");
        await session.append(said("three"));
        const seen = [said("sum"), { role: "assistant", content: [{ type: "text", text: "two" }] }, said("three")];
        expect(session.messages as unknown).toEqual(seen);
        expect(session.notes("todo")).toEqual([{ open: 1 }]);
        await session.close();
        if (!keeps) return;
        const again = await store.open({ cwd: home, ref: session.id });
        expect(again.messages as unknown).toEqual(seen);
        expect(again.notes("todo")).toEqual([{ open: 1 }]);
        await again.close();
      });
    });
    test("an unknown reference is CLAW_SESSION_MISSING", async () => {
      await inFolder(async (home) => {
        const opened = (await make(home)).open({ cwd: home, ref: "11111111-1111-4111-8111-111111111111" });
        await expect(opened).rejects.toMatchObject({ code: "CLAW_SESSION_MISSING" });
      });
    });
  });
}

// --- internal ---

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "claw-store-"));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Official plugins that provide what a plugin needs, and what those need in turn. */
function companions(needs: readonly string[], self: string): string[] {
  const base = join(import.meta.dir, "..", "..", "plugins");
  const providers = new Map<string, string>();
  for (const path of new Bun.Glob("*/*/package.json").scanSync({ cwd: base })) {
    const folder = path.replaceAll("\\", "/").replace(/\/package\.json$/, "");
    for (const token of loadable(folder).manifest?.provides ?? []) providers.set(token, folder);
  }
  const found = new Set<string>();
  const queue = [...needs];
  for (let token = queue.shift(); token !== undefined; token = queue.shift()) {
    const folder = providers.get(token);
    if (folder === undefined || found.has(folder)) continue;
    const { manifest, name: plugin } = loadable(folder);
    if (plugin === self) continue;
    found.add(folder);
    queue.push(...(manifest?.needs ?? []));
  }
  return [...found];
}
