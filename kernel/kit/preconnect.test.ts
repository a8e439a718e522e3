import { expect, test } from "bun:test";
import type { Bus } from "claw";
import { createBus } from "../bus/bus.ts";
import type { Endpoint } from "./endpoint.ts";
import { createPreconnect } from "./preconnect.ts";

const lost = (error: unknown): never => {
  throw error;
};
const begin = (bus: Bus): void => bus.emit("loop.moved", { from: "routing", to: "preparing" });
const endpointOf = (port: number, more: Partial<Endpoint> = {}) => ({ baseUrl: `http://127.0.0.1:${port}/v1`, ...more }) as Endpoint;
/** A server that counts its connections and tells of each. */
function listener() {
  let told = Promise.withResolvers<void>();
  let count = 0;
  const server = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open() {
        count += 1;
        told.resolve();
        told = Promise.withResolvers();
      },
      data() {},
    },
  });
  return { port: server.port, count: () => count, next: () => told.promise, [Symbol.dispose]: () => server.stop(true) };
}

test("createPreconnect > as a turn begins, a connection is opened to what its model was resolved to, and none again soon after", async () => {
  using server = listener();
  using other = listener();
  const bus = createBus(lost)({ source: "test" });
  const resolved = createPreconnect(bus);
  begin(bus);
  resolved(endpointOf(other.port));
  resolved(endpointOf(server.port));
  bus.emit("loop.moved", { from: "deciding", to: "preparing" });
  const first = server.next();
  begin(bus);
  await first;
  resolved(endpointOf(server.port));
  begin(bus);
  resolved(endpointOf(other.port));
  const second = other.next();
  begin(bus);
  await second;
  expect([server.count(), other.count()]).toEqual([1, 1]);
});

test("createPreconnect > nothing is opened past a proxy", async () => {
  using server = listener();
  using other = listener();
  const bus = createBus(lost)({ source: "test" });
  const resolved = createPreconnect(bus);
  resolved(endpointOf(server.port, { proxy: "http://127.0.0.1:1" }));
  begin(bus);
  resolved(endpointOf(other.port));
  const opened = other.next();
  begin(bus);
  await opened;
  expect(server.count()).toBe(0);
});
