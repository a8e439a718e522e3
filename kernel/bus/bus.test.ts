import { expect, test } from "bun:test";
import { createBus } from "./bus.ts";
import type { AnyEvent } from "./events.ts";

const unheard = (error: unknown): never => {
  throw error;
};

test("createBus > an event reaches its own listeners, then those of any event, each in the order they came", () => {
  const bus = createBus(unheard)({ source: "test" });
  const heard: string[] = [];
  bus.onAny(() => heard.push("any 1"));
  bus.on("log.written", () => heard.push("own 1"));
  bus.on("log.written", () => heard.push("own 2"));
  bus.on("notice.raised", () => heard.push("other"));
  bus.onAny(() => heard.push("any 2"));
  bus.emit("log.written", { message: "x" });
  expect(heard).toEqual(["own 1", "own 2", "any 1", "any 2"]);
});

test("createBus > an event has its stamp, a time and a number, and numbers have no gaps across all faces", () => {
  const faces = createBus(unheard);
  const [one, two] = [faces({ source: "one" }), faces({ source: "claw", session: "s", turn: 1, step: 2 })];
  const events: AnyEvent[] = [];
  one.onAny((event) => void events.push(event));
  const before = Date.now();
  one.emit("log.written", { message: "a" });
  two.emit("text.delta", { delta: "b" });
  one.emit("notice.raised", { level: "info", text: "c" });
  expect(events.map(({ at, ...rest }) => rest) as unknown[]).toEqual([
    { type: "log.written", seq: 0, source: "one", data: { message: "a" } },
    { type: "text.delta", seq: 1, source: "claw", session: "s", turn: 1, step: 2, data: { delta: "b" } },
    { type: "notice.raised", seq: 2, source: "one", data: { level: "info", text: "c" } },
  ]);
  for (const { at } of events) expect(at).toBeWithin(before, Date.now() + 1);
});

test("createBus > what a listener emits comes after the event it heard, for every listener", () => {
  const bus = createBus(unheard)({ source: "test" });
  const heard: string[] = [];
  bus.on("log.written", ({ data }) => {
    heard.push(`first ${data.message}`);
    if (data.message === "a") bus.emit("log.written", { message: "b" });
  });
  bus.on("log.written", ({ data }) => heard.push(`second ${data.message}`));
  bus.emit("log.written", { message: "a" });
  expect(heard).toEqual(["first a", "second a", "first b", "second b"]);
});

test("createBus > a listener that throws is reported with its plugin, and the others still hear the event", () => {
  const faces = createBus(unheard);
  const [host, plugin] = [faces({ source: "claw" }), faces({ source: "broken-plugin" })];
  const heard: string[] = [];
  const failures: unknown[] = [];
  plugin.on("log.written", () => {
    throw new Error("oh no");
  });
  host.on("log.written", () => heard.push("other"));
  host.on("plugin.failed", ({ data, source }) => failures.push({ ...data, source }));
  host.emit("log.written", { message: "x" });
  const message = "listener of log.written: Error: oh no";
  expect(heard).toEqual(["other"]);
  expect(failures).toEqual([{ plugin: "broken-plugin", code: "CLAW_HOOK_FAILED", message, source: "claw" }]);
  host.emit("log.written", { message: "y" });
  expect(heard).toEqual(["other", "other"]);
});

test("createBus > a listener of failures that itself fails goes to `lost`, once, and not round and round", () => {
  const lost: unknown[] = [];
  const bus = createBus((error) => void lost.push(error))({ source: "test" });
  const error = new Error("cannot even say so");
  bus.on("plugin.failed", () => {
    throw error;
  });
  bus.on("log.written", () => {
    throw new Error("oh no");
  });
  bus.emit("log.written", { message: "x" });
  expect(lost).toEqual([error]);
});

test("createBus > a listener that is disposed hears no more, and neither does one added twice and disposed once twice", () => {
  const bus = createBus(unheard)({ source: "test" });
  const heard: string[] = [];
  const listener = ({ data }: { readonly data: { readonly message: string } }): void => void heard.push(data.message);
  const first = bus.on("log.written", listener);
  const second = bus.on("log.written", listener);
  bus.emit("log.written", { message: "x" });
  expect(heard).toEqual(["x", "x"]);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  bus.emit("log.written", { message: "y" });
  expect(heard).toEqual(["x", "x", "y"]);
  second[Symbol.dispose]();
  bus.emit("log.written", { message: "z" });
  expect(heard).toEqual(["x", "x", "y"]);
});

test("createBus > a listener disposed while an event goes round is not told of it", () => {
  const bus = createBus(unheard)({ source: "test" });
  const heard: string[] = [];
  bus.on("log.written", () => late[Symbol.dispose]());
  const late = bus.on("log.written", () => heard.push("late"));
  bus.emit("log.written", { message: "x" });
  expect(heard).toEqual([]);
});
