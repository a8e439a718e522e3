// Who is asked, and in which order: what other plugins bring, commands, files. The first with an answer has it.
import { defineService, Inspecting, type PluginScope } from "claw";
import { type Completion, type CompletionRequest, type CompletionSource, type Completions, Tree } from "claw/kit";
import { CommandSource } from "./commands.ts";
import { FileSource } from "./files.ts";

export function createCompletion(scope: PluginScope): Completion {
  const files = new FileSource(() => scope.use(Tree));
  const commands = new CommandSource();
  let others: Promise<readonly CompletionSource[]> | undefined;
  return {
    async *complete(request) {
      others ??= othersOf(scope);
      for (const source of await others) {
        let answered = false;
        for await (const given of guarded(source, request, scope)) {
          answered = true;
          yield given;
        }
        if (answered || request.signal.aborted) return;
      }
      // A mention is one in a command too.
      let mentioned = false;
      for await (const given of files.complete({ ...request, forced: false })) {
        mentioned = true;
        yield given;
      }
      if (mentioned || request.signal.aborted) return;
      const command = await commands.complete(request, scope);
      if (command === "files" || (command === undefined && request.forced)) {
        for await (const given of files.complete({ ...request, forced: true }))
          yield given !== undefined && command === "files" ? { ...given, free: true } : given;
      } else yield command;
    },
  };
}

// --- internal ---

const TOKEN = /\.completions@1$/;

async function othersOf(scope: PluginScope): Promise<readonly CompletionSource[]> {
  const plugins = (await scope.use(Inspecting)).plugins().filter(({ state }) => state !== "off");
  const ids = plugins.flatMap(({ manifest }) => (manifest.provides ?? []).filter((id) => TOKEN.test(id)));
  const found = await Promise.all(ids.map((id) => scope.use(defineService<CompletionSource>(id as `${string}@${number}`)).catch(() => undefined)));
  return found.filter((source) => source !== undefined);
}

/** A source that fails is as one that has nothing to say: what was typed goes on. */
async function* guarded(source: CompletionSource, request: CompletionRequest, scope: PluginScope): AsyncGenerator<Completions> {
  try {
    for await (const given of source.complete(request, scope)) if (given !== undefined) yield given;
  } catch (thrown) {
    if (!request.signal.aborted)
      scope.bus.emit("log.written", { message: `completion: ${thrown instanceof Error ? thrown.message : String(thrown)}` });
  }
}
