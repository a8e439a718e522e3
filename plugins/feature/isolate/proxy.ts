// What stands in the host for a tool or a command of an isolated plugin. Its plugin says what a call is; its rights say what that is at least.
import { type Access, type CallScope, type Command, defineCommand, defineTool, type Json, type StepScope, type Tool, type TurnScope } from "claw";
import * as v from "valibot";
import type { Cell } from "./cell.ts";
import type { Rights } from "./place.ts";
import { type Judged, judged, outcome, result, type Told } from "./shapes.ts";
import type { Fields } from "./wire.ts";

export interface Standing {
  readonly tool: Tool;
  /** Asks the plugin about an input; the tool then knows the answer. */
  judge(input: unknown, scope: StepScope): Promise<void>;
}

export function toolProxy({ name, description, schema }: Told["tools"][number], cell: Cell): Standing {
  const known = new Map<string, Judged & { readonly problem?: unknown }>();
  const about = (input: unknown): (Judged & { readonly problem?: unknown }) | undefined => known.get(keyOf(input));
  const least = leastOf(cell.rights);
  const input = v.pipe(
    v.unknown(),
    v.rawCheck(({ dataset, addIssue }) => {
      for (const { path, message } of about(dataset.value)?.issues ?? []) addIssue({ message: path === undefined ? message : `${path}: ${message}` });
    }),
  );
  const tool = defineTool({
    ...{ name, description, input, schema },
    // Who has not been asked yet may do anything.
    access: (given) => higher(about(given)?.access ?? "execute", least),
    subject: (given) => about(given)?.subject ?? keyOf(given),
    paths: (given) => about(given)?.paths ?? [],
    async run(given, scope) {
      const said = about(given);
      known.delete(keyOf(given));
      if (said?.problem !== undefined) throw said.problem;
      const params = {
        tool: name,
        input: (given ?? null) as Json,
        ...placeOf(scope),
        call: plainly(scope.call),
        step: scope.step,
        model: plainly(scope.model),
      };
      const crossing = { signal: scope.signal, progress: (update: Json) => scope.progress(update) };
      return result(await cell.cross("run", params, crossing));
    },
  });
  return {
    tool,
    async judge(given, scope) {
      if (known.size >= MOST_KNOWN) known.clear();
      const key = keyOf(given);
      try {
        known.set(key, judged(await cell.cross("judge", { tool: name, input: (given ?? null) as Json }, { signal: scope.signal })));
      } catch (problem) {
        // It is not run: the call's result says why.
        known.set(key, { access: "none", subject: key, paths: [], problem });
      }
    },
  };
}

export function commandProxy({ name, summary }: Told["commands"][number], cell: Cell): Command {
  return defineCommand({
    ...{ name, summary, args: v.array(v.string()) },
    run: async (words, scope) => outcome(await cell.cross("command", { command: name, words, ...placeOf(scope) }, { signal: scope.signal })),
  });
}

// --- internal ---

const MOST_KNOWN = 500;
const ORDER: readonly Access[] = ["none", "read", "network", "write", "execute"];
const higher = (a: Access, b: Access): Access => (ORDER.indexOf(a) > ORDER.indexOf(b) ? a : b);
const keyOf = (input: unknown): string => JSON.stringify(input) ?? "null";
const plainly = (value: unknown): Json => JSON.parse(JSON.stringify(value));

/** What its sandbox lets a plugin do, it may do in any call, whatever it says of one. */
function leastOf({ writes, network, hosts }: Rights): Access {
  if (writes.length > 0) return "write";
  return network || hosts.length > 0 ? "network" : "read";
}

function placeOf({ session, turn, selection, cwd }: TurnScope | CallScope): Fields {
  return { session: session.id, sessionCwd: session.cwd, cwd, turn, selection: plainly(selection) };
}
