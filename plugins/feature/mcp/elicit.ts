// A server's question to the person, in the middle of a call. Nobody there: it is declined.
import type { Answer, Ask, Json } from "claw";
import { type Fields, fields } from "claw/kit";
import { shownLine } from "./tool.ts";

/** The answer as the protocol has it: `accept` with what was filled in, `decline`, or `cancel`. */
export async function elicit(server: string, params: Fields, ask: Ask | undefined, signal: AbortSignal): Promise<Json> {
  const { mode = "form", message, requestedSchema: schema } = params;
  if (ask === undefined || mode !== "form") return { action: "decline" };
  const { properties = {}, required } = fields(schema) ? schema : {};
  const wanted = Object.entries(fields(properties) ? properties : {}).filter((entry): entry is [string, Fields] => fields(entry[1]));
  if (wanted.length > MOST_FIELDS) return { action: "decline" };
  const names = wanted.map(([key, field]) => titleOf(key, field)).join(", ");
  const text = `MCP server ${server} asks: ${shownLine(message, 1_000)}${names === "" ? "" : `\nIt wants to know: ${names}`}`;
  const first = await ask.choose({ text, choices: ["answer", "decline"] }, signal);
  if (first.choice !== "answer") return { action: "decline" };
  const content: Record<string, Json> = {};
  for (const [key, field] of wanted) {
    const needed = Array.isArray(required) && required.includes(key);
    const value = await askField(titleOf(key, field), field, needed, ask, signal);
    if (value !== undefined) content[key] = value;
    else if (needed) return { action: "cancel" };
  }
  return { action: "accept", content };
}

// --- internal ---

const MOST_FIELDS = 10;
const MOST_CHOICES = 30;
const SKIP = "(no answer)";

/** `undefined` when nothing fitting was said. */
async function askField(title: string, field: Fields, needed: boolean, ask: Ask, signal: AbortSignal): Promise<Json | undefined> {
  const about = typeof field["description"] === "string" ? `: ${shownLine(field["description"], 500)}` : "";
  const text = `${title}${about}${needed ? "" : " (may be left empty)"}`;
  const choices = choicesOf(field);
  if (choices !== undefined) {
    const answer = await ask.choose({ text, choices: [...choices.keys(), ...(needed ? [] : [SKIP])] }, signal);
    return choices.get(answer.choice);
  }
  for (let tries = 0; tries < 2; tries++) {
    const said = saidIn(await ask.choose({ text: tries === 0 ? text : `${title}: a number is wanted`, choices: [] }, signal));
    if (said === "") return undefined;
    if (field["type"] !== "number" && field["type"] !== "integer") return said;
    const number = Number(said);
    if (Number.isFinite(number) && (field["type"] === "number" || Number.isInteger(number))) return number;
  }
  return undefined;
}

/** What is chosen → what is answered. */
function choicesOf(field: Fields): ReadonlyMap<string, Json> | undefined {
  if (field["type"] === "boolean")
    return new Map<string, Json>([
      ["yes", true],
      ["no", false],
    ]);
  const alternatives = Array.isArray(field["oneOf"]) ? field["oneOf"].filter(fields) : [];
  const values: readonly unknown[] = Array.isArray(field["enum"]) ? field["enum"] : alternatives.map((one) => one["const"]);
  const names = Array.isArray(field["enumNames"]) ? field["enumNames"] : alternatives.map((one) => one["title"]);
  const known = values.filter((value) => typeof value === "string").slice(0, MOST_CHOICES);
  return known.length === 0 ? undefined : new Map(known.map((value, index) => [shownLine(names[index] ?? value, 100), value]));
}

function saidIn({ choice, text }: Answer): string {
  return (text?.trim() || (choice === "no" ? "" : choice.trim())).toWellFormed();
}

function titleOf(key: string, field: Fields): string {
  return shownLine(typeof field["title"] === "string" ? field["title"] : key, 100);
}
