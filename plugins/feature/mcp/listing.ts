// What servers list, page by page, bounded. Nothing in it is checked but its shape.
import { type Fields, fields } from "claw/kit";

/** A tool as its server describes it. Nothing of it is checked but that it has a name. */
export type RemoteTool = Readonly<{ name: string; description: string; schema: unknown; annotations: Fields }>;
type Ask = (params: Fields) => Promise<Fields>;

export async function listTools(ask: Ask): Promise<readonly RemoteTool[]> {
  const listed = await paged(ask, "tools", MOST_TOOLS);
  return listed.flatMap(({ name, description, inputSchema, annotations }) => {
    if (typeof name !== "string" || name === "") return [];
    const said = typeof description === "string" ? description : "";
    return [{ name, description: said, schema: inputSchema, annotations: fields(annotations) ? annotations : {} }];
  });
}

/** No more than `most`, of what stands under `key`. */
export async function paged(ask: Ask, key: string, most: number): Promise<readonly Fields[]> {
  const found: Fields[] = [];
  let cursor: unknown;
  for (let page = 0; page < MOST_PAGES && found.length < most; page++) {
    const result = await ask(cursor === undefined ? {} : { cursor });
    const listed = result[key];
    if (Array.isArray(listed)) found.push(...listed.filter(fields));
    cursor = result["nextCursor"];
    if (typeof cursor !== "string" || cursor === "") break;
  }
  return found.slice(0, most);
}

// --- internal ---

const MOST_PAGES = 50;
const MOST_TOOLS = 1_000;
