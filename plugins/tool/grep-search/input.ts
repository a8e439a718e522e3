// What the model may ask for.
import * as v from "valibot";

const Count = v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)));
export const Input = v.strictObject({
  pattern: v.pipe(v.string(), v.minLength(1), v.maxLength(10_000), v.description("Regular expression, ripgrep syntax")),
  path: v.optional(v.pipe(v.string(), v.minLength(1), v.description("File or folder. Default: the working folder"))),
  glob: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(4096), v.description("Only files that match, e.g. *.{ts,tsx} or src/**"))),
  output_mode: v.optional(v.picklist(["content", "files_with_matches", "count"])),
  "-B": Count,
  "-A": Count,
  "-C": Count,
  context: Count,
  "-n": v.optional(v.boolean()),
  "-i": v.optional(v.boolean()),
  type: v.optional(v.pipe(v.string(), v.regex(/^\.?[A-Za-z0-9]{1,40}$/), v.description("File type or extension, e.g. py"))),
  head_limit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.description("Lines shown. Default 250, 0: all"))),
  offset: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.description("Lines skipped"))),
  multiline: v.optional(v.pipe(v.boolean(), v.description("Matches may span lines; . matches line ends"))),
});
export type Input = v.InferOutput<typeof Input>;
