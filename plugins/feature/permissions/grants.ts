// What people granted while claw runs: rules for one session and its forks, and rules kept for good. Writing them down is `answers.ts`'s affair.
import { type Bus, type ClawError, type Decided, wrap } from "claw";
import { keepRules } from "./answers.ts";
import { parseRule, type Rule } from "./rules.ts";

export interface Grants {
  /** Whose sub-agent the session is. */
  parentOf(session: string): string | undefined;
  /** Rules in force for the session besides those of settings and flags. */
  of(session: string): readonly Rule[];
  opened(session: string, parent?: string): void;
  decided(session: string, decided: Decided): void;
  closed(session: string): void;
  /** Resolves when all that was to be kept is on disk, or was given up with a notice. */
  saved(): Promise<void>;
}

export function createGrants(home: string, bus: Bus): Grants {
  const granted = new Map<string, Rule[]>();
  const parents = new Map<string, string>();
  const kept: Rule[] = [];
  let saving: Promise<void> = Promise.resolve();

  function rootOf(session: string): string {
    const parent = parents.get(session);
    return parent === undefined ? session : rootOf(parent);
  }
  function read(rules: readonly string[], origin: string): readonly Rule[] {
    return rules.flatMap((text) => {
      try {
        return [parseRule(text, origin)];
      } catch (thrown) {
        lost(wrap(thrown, "CLAW_CONFIG_INVALID"));
        return [];
      }
    });
  }
  function lost({ message }: ClawError): void {
    bus.emit("notice.raised", { level: "warn", text: `An answer could not be kept: ${message}` });
  }
  return {
    parentOf: (session) => parents.get(session),
    of: (session) => [...(granted.get(rootOf(session)) ?? []), ...kept],
    opened(session, parent) {
      if (parent !== undefined) parents.set(session, parent);
    },
    decided(session, { decision, answer, rules }) {
      if (decision.verdict !== "allow" || rules === undefined) return;
      const root = rootOf(session);
      if (answer === "session") granted.set(root, [...(granted.get(root) ?? []), ...read(rules, "this session")]);
      if (answer !== "always") return;
      kept.push(...read(rules, "the user's settings"));
      saving = saving.then(() => keepRules(home, rules)).catch((thrown: unknown) => lost(wrap(thrown, "CLAW_CONFIG_UNREADABLE")));
    },
    closed(session) {
      granted.delete(session);
      parents.delete(session);
    },
    saved: () => saving,
  };
}
