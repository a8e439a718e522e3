// Taking secrets out of what is kept: header values, variables of the environment that are named as secrets are, and whatever they stand in.
import type { Env } from "claw";
import type { Piece } from "claw/kit";

/** Removes what it knows to be secret, and learns. */
export class Secrets {
  readonly #known = new Set<string>();
  constructor(env: Env) {
    for (const [name, value = ""] of Object.entries(env)) if (SECRET_NAME.test(name) && !/_URL$|_FILE$|_PATH$|_SOCK$/.test(name)) this.learn(value);
  }
  learn(value: string): void {
    if (value.trim().length >= SHORTEST) this.#known.add(value.trim());
  }
  clean(text: string): string {
    let cleaned = text;
    for (const secret of this.#known) cleaned = cleaned.replaceAll(secret, REMOVED);
    return cleaned.replace(PATTERN, REMOVED);
  }
  /** Headers, the telling ones without their values, which are remembered. */
  headers(given: Headers): Record<string, string> {
    const kept: Record<string, string> = {};
    for (const [name, value] of given) {
      const secret = /auth|key|token|cookie|secret|signature/i.test(name) && !/^www-authenticate$/i.test(name);
      if (secret) this.learn(value.replace(/^(Bearer|Basic)\s+/i, ""));
      kept[name] = secret ? REMOVED : this.clean(value);
    }
    return kept;
  }
  /** Pieces without secrets, those too that were cut in two: then all of it is one piece. */
  pieces(given: readonly Piece[]): readonly Piece[] {
    const texts = given.map((piece) => ("text" in piece ? piece.text : ""));
    const whole = texts.join("");
    if (given.some((piece) => "base64" in piece) || this.clean(whole) === whole) return given;
    const each = texts.map((text) => this.clean(text));
    if (each.join("") === this.clean(whole)) return given.map((piece, at) => ({ ...piece, text: each[at] ?? "" }));
    const { after, err } = given[0] ?? {};
    return [{ text: this.clean(whole), ...(after !== undefined && { after }), ...(err && { err }) }];
  }
}

/** A chunk as it is kept. A character cut in two makes it no text. */
export function pieceOf(bytes: Uint8Array): { readonly text: string } | { readonly base64: string } {
  try {
    return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { base64: Buffer.from(bytes).toString("base64") };
  }
}

// --- internal ---

const SHORTEST = 8;
const REMOVED = "[removed]";
const SECRET_NAME = /KEY|TOKEN|SECRET|PASSW|CREDENTIAL|AUTH/i;
/** Keys as the well-known givers make them. */
const PATTERN = /\b(?:sk-(?:ant-)?[\w-]{16,}|gh[pousr]_\w{20,}|xox[abprs]-[\w-]{10,}|AIza[\w-]{30,}|AKIA[A-Z0-9]{16})\b/g;
