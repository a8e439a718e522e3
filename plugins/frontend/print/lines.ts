// Lines of stdin as messages, and user messages as input for a turn. Knows the public shapes, and nothing of what they lead to.
import { type Block, ClawError, type Input, type Json } from "claw";
import { fields, fitImage } from "claw/kit";

export type Wire = { readonly [key: string]: Json };

/** Every line that is an object with a `type`. Throws `CLAW_USAGE` for one that is not JSON, naming it. */
export async function* linesOf(lines: AsyncIterable<string>): AsyncGenerator<Wire> {
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (line.trim() === "") continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      value = undefined;
    }
    if (!fields<Json>(value)) {
      throw new ClawError("CLAW_USAGE", `line ${number} of stdin is no JSON object`, {
        hint: "With --input-format stream-json, every line of stdin is one.",
      });
    }
    yield value;
  }
}

/** A user message: its texts, and its images as blocks. Throws `CLAW_USAGE` for content of another kind, an image no model takes, and for none. */
export async function inputOf(message: Wire): Promise<Input> {
  const said = message["message"];
  const content = fields<Json>(said) ? said["content"] : undefined;
  const empty = (): ClawError => new ClawError("CLAW_USAGE", "a user message is empty", { hint: "Nothing was sent for it: send text, or an image." });
  if (typeof content === "string") {
    if (content.trim() === "") throw empty();
    return { text: content };
  }
  const texts: string[] = [];
  const blocks: Block[] = [];
  for (const part of Array.isArray(content) ? (content as readonly Json[]) : [null]) {
    const source = fields<Json>(part) && part["type"] === "image" ? part["source"] : undefined;
    if (fields<Json>(part) && part["type"] === "text" && typeof part["text"] === "string") texts.push(part["text"]);
    else if (fields<Json>(source) && typeof source["media_type"] === "string" && typeof source["data"] === "string")
      blocks.push(await imageOf(source["data"], blocks.length + 1));
    else throw new ClawError("CLAW_USAGE", "a user message has content that is neither text nor an image in base64", { hint: "Send text." });
  }
  if (blocks.length === 0 && texts.join("").trim() === "") throw empty();
  return blocks.length === 0 ? { text: texts.join("\n\n") } : { text: texts.join("\n\n"), blocks };
}

// --- internal ---

/** As what it is, whatever it is called: a provider refuses any other, and with it every later request of the session. */
async function imageOf(data: string, number: number): Promise<Block> {
  const fit = await fitImage(Buffer.from(data, "base64"), 85);
  if ("wrong" in fit)
    throw new ClawError("CLAW_USAGE", `image ${number} of a user message ${fit.wrong}`, {
      hint: ["Nothing was sent for it.", fit.hint ?? ""].join(" ").trimEnd(),
    });
  return {
    type: "image",
    mediaType: fit.mediaType,
    base64: Buffer.from(fit.bytes.buffer, fit.bytes.byteOffset, fit.bytes.byteLength).toString("base64"),
  };
}
