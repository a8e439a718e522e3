// What each session has of skills: the part of its prompt, the skills in use and what they let pass.
import {
  type Decision,
  type Input,
  Inspecting,
  type PluginContext,
  type PluginScope,
  type Route,
  type StepScope,
  type ToolCall,
  type TurnScope,
  wrap,
} from "claw";
import { readToolRule, refuseInput, type Skill, type Skills, slashDoors, type ToolRule, type UsedSkill } from "claw/kit";
import { find, meant, passes } from "./choice.ts";
import { findSkills, type Known } from "./find.ts";
import { offered } from "./offered.ts";
import { budgetOf, listing, news, skillText } from "./text.ts";

/** The plugin's slice of the config. */
export interface DeskOptions {
  readonly bundled: boolean;
  readonly budget?: number | undefined;
}
/** Of one session. `told` are the skills its model knows of; `rules` hold for the turn, `folders` may be read for good. */
interface Own {
  part?: Promise<string> | string;
  readonly told: Set<string>;
  rules: readonly ToolRule[];
  readonly folders: Set<string>;
  lent?: { readonly model: string; readonly before: string; readonly scope: TurnScope } | undefined;
}

export class Desk implements Skills {
  readonly #ctx: Pick<PluginContext<unknown>, "use">;
  readonly #options: DeskOptions;
  readonly #owns = new Map<string, Own>();
  readonly #known: Known = new Map();

  constructor(ctx: Pick<PluginContext<unknown>, "use">, options: DeskOptions) {
    this.#ctx = ctx;
    this.#options = options;
  }

  async list(scope: PluginScope): Promise<readonly Skill[]> {
    return findSkills(scope, (await this.#ctx.use(Inspecting)).plugins(), this.#known, this.#options.bundled);
  }

  async use(name: string, args: string, scope: TurnScope, by: "model" | "user"): Promise<UsedSkill> {
    const skill = meant(await this.list(scope), name, by);
    const text = await skillText(skill, args);
    if (skill.folder !== undefined) this.#of(scope).folders.add(skill.folder.replaceAll("\\", "/"));
    // A plugin's skill may ask for nothing beyond what its plugin was allowed.
    if (skill.source !== "plugin") this.allow(skill.tools, scope);
    scope.bus.emit("skill.used", { name: skill.name, source: skill.source, path: skill.path, by });
    return { skill, text };
  }

  allow(rules: readonly string[], scope: TurnScope): void {
    const own = this.#of(scope);
    own.rules = [...own.rules, ...rules.flatMap((rule) => readToolRule(rule) ?? [])];
  }

  async lend(model: string, scope: TurnScope): Promise<boolean> {
    if (model === "inherit" || model === scope.selection.model) return true;
    try {
      await (await scope.get("provider", scope.selection.provider)).resolve(model);
    } catch {
      return false;
    }
    const own = this.#of(scope);
    own.lent = { model, before: own.lent?.before ?? scope.selection.model, scope };
    scope.select({ model });
    return true;
  }

  /** What becomes of `/name rest`; `undefined` when no skill a user may call has that name. */
  async route(name: string, rest: string, input: Input, scope: TurnScope): Promise<Route | undefined> {
    if (slashDoors((await this.#ctx.use(Inspecting)).plugins()).has(name.toLowerCase())) return undefined;
    const skill = find(await this.list(scope), name);
    if (skill === undefined || !skill.byUser) return undefined;
    try {
      await this.announce(scope);
      const { text } = await this.use(name, rest, scope, "user");
      if (skill.model !== undefined && !(await this.lend(skill.model, scope))) {
        const text = `Skill ${skill.name} asks for the model ${skill.model}, which there is not: ${scope.selection.model} goes on.`;
        scope.bus.emit("notice.raised", { level: "warn", text });
      }
      return { to: "prompt", input: { ...input, text } };
    } catch (thrown) {
      // A prompt that cannot be made is no prompt.
      return refuseInput(skill.name, wrap(thrown, "CLAW_CONFIG_INVALID"), skill.description);
    }
  }

  /** Tells the model, before the next input, of skills that came since its prompt was made. */
  announce(scope: TurnScope): Promise<void> | undefined {
    const own = this.#owns.get(scope.session.id);
    return own?.part === undefined || scope.session.messages.length === 0 ? undefined : this.#news(own, scope);
  }

  async #news(own: Own, scope: TurnScope): Promise<void> {
    await own.part;
    const fresh = (await this.list(scope)).filter((skill) => offered(skill) && !own.told.has(skill.name));
    if (fresh.length === 0) return;
    for (const { name } of fresh) own.told.add(name);
    // A store that cannot keep it is told of with the next message; the session has it in memory.
    await scope.session.append({ role: "user", content: [{ type: "text", text: news(fresh) }] }).catch(() => undefined);
    scope.bus.emit("skills.found", { names: fresh.map(({ name }) => name) });
  }

  /** The session's part of the system prompt: the same text for as long as it lives. */
  part(scope: StepScope): Promise<string> | string {
    const own = this.#of(scope);
    own.part ??= this.#makePart(scope, own.told).then((part) => {
      own.part = part;
      return part;
    });
    return own.part;
  }

  permit(call: ToolCall, scope: StepScope): Promise<Decision | undefined> | undefined {
    const own = this.#owns.get(scope.session.id);
    if (own === undefined || (own.rules.length === 0 && own.folders.size === 0)) return undefined;
    return passes(own.rules, own.folders, call, scope).catch(() => undefined);
  }

  selected(session: string, model: string): void {
    const own = this.#owns.get(session);
    // Somebody chose in the middle of the turn: theirs stays.
    if (own?.lent !== undefined && own.lent.model !== model) own.lent = undefined;
  }

  ended(session: string): void {
    const own = this.#owns.get(session);
    if (own === undefined) return;
    const { lent } = own;
    own.rules = [];
    own.lent = undefined;
    lent?.scope.select({ model: lent.before });
  }

  closed(session: string): void {
    this.#owns.delete(session);
  }

  #of({ session: { id } }: TurnScope): Own {
    const own = this.#owns.get(id) ?? { told: new Set(), rules: [], folders: new Set() };
    this.#owns.set(id, own);
    return own;
  }

  async #makePart(scope: StepScope, told: Set<string>): Promise<string> {
    const skills = (await this.list(scope)).filter(offered);
    for (const { name } of skills) told.add(name);
    const { text, cut } = listing(skills, this.#options.budget ?? budgetOf(scope.model.context));
    if (cut > 0) {
      const what = `${cut} of ${skills.length} skills stand in the prompt without their description, for want of room.`;
      scope.bus.emit("notice.raised", { level: "info", text: `${what} \`claw skills\` shows all; shorter descriptions make room.` });
    }
    return text;
  }
}
