// Jupyter notebooks as text: each cell with its source and what it printed, pictures as image blocks.
import type { Block } from "claw";
import { clip, MOST_IMAGE_SIDE, wholeImage } from "claw/kit";
import * as v from "valibot";

/** A notebook as text and the pictures of its outputs. `undefined` when it is none: then its JSON is shown. */
export async function renderNotebook(json: string): Promise<{ readonly text: string; readonly images: readonly Block[] } | undefined> {
  const parsed = v.safeParse(Notebook, parse(json));
  if (!parsed.success) return undefined;
  const images: Block[] = [];
  const cells: string[] = [];
  for (const [index, cell] of parsed.output.cells.entries()) {
    const id = cell.id === undefined ? "" : ` id=${cell.id}`;
    const outputs: string[] = [];
    for (const output of cell.outputs ?? []) outputs.push(await outputOf(output, images));
    const told = outputs.filter((one) => one !== "");
    const printed = told.length === 0 ? "" : `\n--- output\n${clip(told.join("\n"), MOST_OUTPUT)}`;
    cells.push(`=== cell ${index} ${cell.cell_type}${id}\n${joined(cell.source)}${printed}`);
  }
  return { text: cells.join("\n"), images };
}

// --- internal ---

const MOST_OUTPUT = 4_000;
const MOST_IMAGES = 4;
const MOST_BASE64 = 5_000_000;

const Lines = v.union([v.string(), v.array(v.string())]);
const Output = v.object({
  output_type: v.string(),
  text: v.optional(Lines),
  data: v.optional(v.record(v.string(), v.unknown())),
  ename: v.optional(v.string()),
  evalue: v.optional(v.string()),
});
const Notebook = v.object({
  cells: v.array(
    v.object({ cell_type: v.string(), id: v.optional(v.string()), source: v.optional(Lines, ""), outputs: v.optional(v.array(Output)) }),
  ),
});

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

async function outputOf(output: v.InferOutput<typeof Output>, images: Block[]): Promise<string> {
  if (output.ename !== undefined) return `${output.ename}: ${output.evalue ?? ""}`;
  if (output.text !== undefined) return joined(output.text).trimEnd();
  const data = output.data ?? {};
  for (const mediaType of ["image/png", "image/jpeg"]) {
    const base64 = text(data[mediaType])?.replace(/\s/g, "");
    if (base64 === undefined || base64 === "") continue;
    if (images.length === MOST_IMAGES || base64.length > MOST_BASE64) return `[${mediaType}, not shown]`;
    const whole = await wholeImage(Buffer.from(base64, "base64"));
    if (whole === undefined || whole.side > MOST_IMAGE_SIDE)
      return `[${mediaType}, not shown: ${whole === undefined ? "it is broken" : "it is too large"}]`;
    images.push({ type: "image", mediaType: whole.mediaType, base64 });
    return `[${mediaType}: picture ${images.length} below]`;
  }
  return text(data["text/plain"])?.trimEnd() ?? "";
}

function text(value: unknown): string | undefined {
  const lines = v.safeParse(Lines, value);
  return lines.success ? joined(lines.output) : undefined;
}

function joined(lines: string | readonly string[]): string {
  return typeof lines === "string" ? lines : lines.join("");
}
