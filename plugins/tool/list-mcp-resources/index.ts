// The tool `ListMcpResources`: what MCP servers have to read.
import { definePlugin, defineTool } from "claw";
import { Mcp, type McpResource } from "claw/kit";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "tool",
      defineTool({
        name: "ListMcpResources",
        description: "Lists the resources that MCP servers offer, of all servers or one. ReadMcpResource reads them.",
        input: v.strictObject({ server: v.optional(v.pipe(v.string(), v.minLength(1))) }),
        access: () => "read",
        subject: ({ server = "" }) => server,
        async run({ server }, scope) {
          const { resources, problems } = await (await scope.use(Mcp)).resources(scope, server);
          const shown = resources.slice(0, MOST);
          const left = resources.length > MOST ? [`[${resources.length - MOST} more; name a server to see only its own]`] : [];
          const lines = [...shown.map(lineOf), ...left, ...problems];
          const text = lines.length === 0 ? "No MCP server offers resources." : lines.join("\n");
          return {
            content: [{ type: "text", text }],
            failed: resources.length === 0 && problems.length > 0,
            details: { resources: shown.map((one) => ({ ...one })), problems: [...problems] },
          };
        },
      }),
    );
  },
});

// --- internal ---

const MOST = 200;

function lineOf({ server, uri, name, description, mimeType, bytes, template }: McpResource): string {
  const facts = [template ? "fill in the parts in braces" : "", mimeType ?? "", bytes === undefined ? "" : `${bytes} bytes`].filter(
    (part) => part !== "",
  );
  return `${server}  ${uri}  ${name}${facts.length === 0 ? "" : ` (${facts.join(", ")})`}${description === undefined ? "" : `: ${description}`}`;
}
