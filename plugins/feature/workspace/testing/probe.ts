// A tool whose work is the test's own: it runs inside a real call, with the real service.
import { type CallScope, definePlugin, defineTool, type Plugin, type ToolResult } from "claw";
import { type Place, Workspace } from "claw/kit";
import { createHarness, type Harness, type HarnessOptions } from "claw/testing";
import * as v from "valibot";

export type Work = (workspace: Workspace, scope: CallScope, paths: readonly string[]) => Promise<unknown>;

/** A tool `probe` that does `work` with the real service, inside a real call. */
export function probe(work: Work): Plugin {
  return definePlugin({
    setup({ contribute }) {
      contribute(
        "tool",
        defineTool({
          name: "probe",
          description: "Runs the test's work.",
          input: v.strictObject({ paths: v.array(v.string()) }),
          access: () => "read",
          subject: ({ paths }) => paths.join(" "),
          paths: ({ paths }) => paths,
          run: async ({ paths }, scope): Promise<ToolResult> => {
            const said = await work(await scope.use(Workspace), scope, paths);
            return { content: [{ type: "text", text: typeof said === "string" ? said : JSON.stringify(said ?? null) }] };
          },
        }),
      );
    },
  });
}

export async function open(work: Work, options: Partial<HarnessOptions> = {}): Promise<Harness> {
  return createHarness({ plugins: ["feature/workspace", probe(work)], ...options });
}

export function textOf(result: ToolResult): string {
  return result.content.map((block) => (block.type === "text" ? block.text : block.type)).join("\n");
}

export const locate: Work = async (workspace, scope, paths) => Promise.all(paths.map((path) => workspace.locate(path, scope)));
export const readThen =
  (work: (workspace: Workspace, place: Place, scope: CallScope) => Promise<unknown>): Work =>
  async (workspace, scope, [path = ""]) => {
    const place = await workspace.locate(path, scope);
    await workspace.read(place, scope);
    return work(workspace, place, scope);
  };
export const writes = (text: string): Work => readThen((workspace, place, scope) => workspace.write(place, text, scope));
