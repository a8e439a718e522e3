// What servers have to read: lists of all of them at once, each bounded, and one that fails is only named.
import { ClawError } from "claw";
import { type Fields, headOf, type McpResource } from "claw/kit";
import type { Server } from "./server.ts";
import { visible } from "./tool.ts";

export async function resourcesOf(
  servers: readonly Server[],
  signal: AbortSignal,
): Promise<{ readonly resources: readonly McpResource[]; readonly problems: readonly string[] }> {
  const problems: string[] = [];
  const lists = await Promise.all(
    servers.map(async (server) => {
      try {
        await server.connect();
        if (server.state === "ready" && !server.resources) return [];
        const plainOnes = await server.all("resources/list", "resources", { signal }, MOST);
        // Many servers that have resources know no templates.
        const templates = await server.all("resources/templates/list", "resourceTemplates", { signal }, MOST).catch(() => []);
        return [...plainOnes.map((one) => resource(server, one, "uri")), ...templates.map((one) => resource(server, one, "uriTemplate"))];
      } catch (thrown) {
        if (thrown instanceof ClawError && thrown.code === "CLAW_ABORTED") throw thrown;
        problems.push(thrown instanceof Error ? thrown.message : String(thrown));
        return [];
      }
    }),
  );
  return { resources: lists.flat(), problems };
}

// --- internal ---

const MOST = 500;

function resource(server: Server, one: Fields, key: "uri" | "uriTemplate"): McpResource {
  const { name, title, description, mimeType, size } = one;
  const uri = said(one[key], 500);
  return {
    server: server.name,
    uri,
    name: said(title ?? name, 200) || uri,
    template: key === "uriTemplate",
    ...(typeof description === "string" ? { description: said(description, 500) } : {}),
    ...(typeof mimeType === "string" ? { mimeType: said(mimeType, 100) } : {}),
    ...(typeof size === "number" ? { bytes: size } : {}),
  };
}

function said(value: unknown, most: number): string {
  return headOf(visible(String(value ?? "")).replace(/\s+/g, " "), most);
}
