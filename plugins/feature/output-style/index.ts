// Output styles: a named text in the system prompt that says how answers are written. Finding them on disk is find.ts.
import { type Draft, definePlugin, Inspecting, type PluginScope, type TurnScope } from "claw";
import { editSettings, type OutputStyle, OutputStyles, PLAIN_STYLE } from "claw/kit";
import type { Style } from "./find.ts";

declare module "claw" {
  interface EventMap {
    /** Answers of the session are written in this style from the next request on. */
    "output-style.changed": { readonly name: string };
  }
}

export default definePlugin({
  setup(ctx) {
    /** The style of each session that has sent or chosen something: the same text as long as nobody chooses. */
    const taken = new Map<string, Taken | Promise<Taken>>();
    /** Sessions of sub-agents: they write for their parent, not for the person. */
    const agents = new Set<string>();
    /** What was chosen since the settings were read. */
    let saved: string | undefined;

    const wanted = (scope: PluginScope): string => {
      // A session that went on without this plugin keeps what it has.
      const chosen = "session" in scope && begun(scope as TurnScope) ? undefined : saved;
      const layers = scope.settings("outputStyle").filter(({ trusted, source }) => trusted && (chosen === undefined || source !== "user"));
      const value = layers.at(-1)?.value ?? chosen;
      return typeof value === "string" && value.trim() !== "" ? value : PLAIN_STYLE;
    };
    const taking = (scope: TurnScope): Taken | Promise<Taken> => {
      const { id } = scope.session;
      const known = taken.get(id);
      if (known !== undefined) return known;
      const fresh = take(wanted(scope), scope);
      taken.set(id, fresh);
      void fresh.then((style) => taken.get(id) === fresh && taken.set(id, style));
      return fresh;
    };
    ctx.provide(OutputStyles, {
      list: async (scope) => (await find(scope)).map(({ body: _, ...style }) => style),
      current: async (scope) => {
        const known = "session" in scope ? await taken.get(scope.session.id) : undefined;
        return known?.name ?? (await found(wanted(scope), scope))?.name ?? PLAIN_STYLE;
      },
      async choose(name, scope) {
        const { meantStyle } = await import("./find.ts");
        const { body, ...style } = meantStyle(await find(scope), name);
        const plain = style.name === PLAIN_STYLE;
        await editSettings(scope.home, "the output style", () => [{ path: ["outputStyle"], ...(plain ? {} : { value: style.name }) }]);
        saved = style.name;
        taken.set(scope.session.id, { name: style.name, text: partOf(style, body) });
        scope.bus.emit("output-style.changed", { name: style.name });
        return style;
      },
    });
    ctx.hooks.draft.tap((draft, scope) => {
      if (agents.has(scope.session.id)) return undefined;
      const added = ({ text }: Taken): Draft | undefined => (text === "" ? undefined : { ...draft, system: [...draft.system, text] });
      const style = taking(scope);
      return style instanceof Promise ? style.then(added) : added(style);
    });
    ctx.bus.on("session.opened", ({ session = "", data }) => void (data.parent !== undefined && agents.add(session)));
    ctx.bus.on("session.closed", ({ session = "" }) => {
      taken.delete(session);
      agents.delete(session);
    });

    async function take(name: string, scope: TurnScope): Promise<Taken> {
      if (name.toLowerCase() === PLAIN_STYLE) return { name: PLAIN_STYLE, text: "" };
      try {
        const { meantStyle } = await import("./find.ts");
        const { body, ...style } = meantStyle(await find(scope), name);
        return { name: style.name, text: partOf(style, body) };
      } catch (thrown) {
        const why = thrown instanceof Error ? thrown.message : String(thrown);
        scope.bus.emit("notice.raised", { level: "warn", text: `Setting outputStyle: ${why}. Answers are written as always.` });
        return { name: PLAIN_STYLE, text: "" };
      }
    }
    async function find(scope: PluginScope): Promise<readonly Style[]> {
      const [{ findStyles }, inspection] = await Promise.all([import("./find.ts"), ctx.use(Inspecting)]);
      return findStyles(scope, inspection.plugins());
    }
    /** The style that settings name, where it may act. */
    async function found(name: string, scope: PluginScope): Promise<OutputStyle | undefined> {
      if (name.toLowerCase() === PLAIN_STYLE) return undefined;
      const style = (await find(scope)).find((one) => one.shadowedBy === undefined && one.name.toLowerCase() === name.trim().toLowerCase());
      return style?.trusted === true && style.problem === undefined ? style : undefined;
    }
  },
});

// --- internal ---

function begun({ session }: TurnScope): boolean {
  return session.messages.some(({ role }) => role === "assistant");
}

/** A style as one session has it. */
interface Taken {
  readonly name: string;
  /** Its part of the system prompt; empty for none. */
  readonly text: string;
}

function partOf({ name }: OutputStyle, body: string): string {
  return body === "" ? "" : `# Output style: ${name}\n\n${body}`;
}
