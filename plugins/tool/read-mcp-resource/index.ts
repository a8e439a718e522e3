// The tool `ReadMcpResource`: one resource of an MCP server.
import { definePlugin, defineTool } from "claw";
import { Mcp } from "claw/kit";
import * as v from "valibot";

const Word = v.pipe(v.string(), v.minLength(1));

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "tool",
      defineTool({
        name: "ReadMcpResource",
        description: "Reads a resource of an MCP server, by the uri that ListMcpResources gives.",
        input: v.strictObject({ server: Word, uri: Word }),
        access: () => "read",
        subject: ({ server, uri }) => `${server} ${uri}`,
        run: async ({ server, uri }, scope) => (await scope.use(Mcp)).read(server, uri, scope),
      }),
    );
  },
});
