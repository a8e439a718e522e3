// The service: a cell for each isolated plugin, and what stands for its tools and commands in the host.
import type { CallScope, PluginContext, StepScope, Tool, ToolCall } from "claw";
import type { IsolatedPlugin } from "claw/kit";
import { type Cell, createCell, type Limits } from "./cell.ts";
import { commandProxy, type Standing, toolProxy } from "./proxy.ts";

export interface Service {
  attach(plugin: IsolatedPlugin, ctx: PluginContext<unknown>): Promise<void>;
  /** Has an isolated tool's plugin say what a call is; gives the call anew, to be looked at again. Never throws. */
  judge(call: ToolCall, scope: StepScope): Promise<ToolCall | undefined>;
  close(): Promise<void>;
}

export function createService(config: Limits): Service {
  const cells = new Set<Cell>();
  const proxies = new Map<Tool, Standing>();
  return {
    async attach(plugin, ctx) {
      // What a project says of it has no say, whoever trusts the project.
      const own = ctx.settings("plugins").filter(({ source, trusted }) => trusted && source !== "project" && source !== "local");
      const unconfined = config.unconfined && own.some(({ value }) => Object(Object(value)["@claw/feature-isolate"])["unconfined"] === true);
      const cell = createCell(plugin, ctx, { ...config, unconfined });
      cells.add(cell);
      const { tools, commands, leftOut } = await cell.describe();
      for (const one of tools) {
        const proxy = toolProxy(one, cell);
        proxies.set(proxy.tool, proxy);
        ctx.contribute("tool", proxy.tool);
      }
      for (const one of commands) ctx.contribute("command", commandProxy(one, cell));
      if (leftOut.length > 0) ctx.bus.emit("log.written", { message: `plugin ${plugin.name} is isolated; refused: ${leftOut.join(", ")}` });
    },
    async judge(call, scope) {
      if (proxies.size === 0 || !scope.names("tool").includes(call.tool)) return undefined;
      const proxy = proxies.get(await scope.get("tool", call.tool).catch(() => undefined as never));
      if (proxy === undefined) return undefined;
      await proxy.judge(call.input, scope as CallScope);
      return { ...call };
    },
    async close() {
      await Promise.all([...cells].map((cell) => cell.close()));
    },
  };
}
