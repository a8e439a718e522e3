// What a skill says of itself. Those in the binary are asked when it is made, since every start lists them.
import type { Json } from "claw";
import { listField, textField } from "./front-matter.ts";
import type { Skill } from "./skills.ts";
import { byteLength, clipLine } from "./text.ts";

/** A `SKILL.md`, taken apart. `problem` is why it cannot be used. */
export interface SkillFile {
  readonly fields: Readonly<Record<string, Json>>;
  readonly body: string;
  readonly problem?: string;
}
/** Whose a skill is, and where. */
export type SkillPlace = Pick<Skill, "name" | "path" | "source" | "trusted" | "plugin" | "folder">;
/** The skill of a file that lies there. The file may name it otherwise than `place` does. */
export function describeSkill({ fields, body, problem }: SkillFile, place: SkillPlace): Skill {
  const name = textField(fields["name"]) ?? "";
  const hint = textField(fields["argument-hint"]);
  const model = textField(fields["model"]);
  const description = textField(fields["description"]) ?? firstLine(body);
  return {
    ...place,
    ...(/^\w[\w.-]{0,63}$/.test(name) ? { name } : {}),
    description: clipLine(description.replace(/\s+/g, " ").trim(), LONGEST_DESCRIPTION),
    bytes: byteLength(body),
    tools: listField(fields["allowed-tools"]),
    byModel: fields["disable-model-invocation"] !== true,
    byUser: fields["user-invocable"] !== false,
    ...(hint === undefined ? {} : { hint }),
    ...(model === undefined ? {} : { model }),
    ...(fields["context"] === "fork" ? { agent: textField(fields["agent"]) ?? "general-purpose" } : {}),
    ...(problem === undefined ? {} : { problem }),
  };
}

// --- internal ---

const LONGEST_DESCRIPTION = 1_024;

function firstLine(body: string): string {
  return body.split("\n").find((line) => /^\s*[^\s#]/.test(line)) ?? "";
}
