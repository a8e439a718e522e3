// What the API's prompt cache would have done with a request: reads the longest marked prefix it has seen, writes the longest marked one.

/** Tokens of a request as the API counts them; a token is four characters here. */
export interface CacheCount {
  readonly input_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly cache_creation_input_tokens: number;
}

/** A cache of one server. `count` takes a request body; more than four marks are refused with a message. */
export function createCache(): { count(body: unknown): CacheCount | string } {
  const seen = new Set<bigint>();
  return {
    count(body) {
      let hash = 0n;
      let length = 0;
      let read = 0;
      let marked = 0;
      let marks = 0;
      const fresh: bigint[] = [];
      for (const part of partsOf(body)) {
        const { cache_control: mark, ...rest } = part;
        const text = JSON.stringify(rest);
        hash = Bun.hash.xxHash64(text, hash);
        length += text.length;
        if (mark === undefined) continue;
        marks++;
        marked = length;
        if (seen.has(hash)) read = length;
        else fresh.push(hash);
      }
      if (marks > 4) return `A maximum of 4 blocks with cache_control may be provided. Found ${marks}.`;
      for (const prefix of fresh) seen.add(prefix);
      const tokens = (characters: number) => Math.ceil(characters / 4);
      return {
        input_tokens: tokens(length) - tokens(marked),
        cache_read_input_tokens: tokens(read),
        cache_creation_input_tokens: tokens(marked) - tokens(read),
      };
    },
  };
}

// --- internal ---

type Part = { readonly [key: string]: unknown };

function* partsOf(body: unknown): Generator<Part> {
  const { model, tools = [], system = [], messages = [] } = body as { model?: string; tools?: Part[]; system?: Part[] | string; messages?: Part[] };
  yield { model };
  yield* tools;
  yield* typeof system === "string" ? [{ type: "text", text: system }] : system;
  for (const message of messages) {
    const content = typeof message.content === "string" ? [{ type: "text", text: message.content }] : (message.content as Part[]);
    for (const block of content) yield { role: message.role, ...block };
  }
}
