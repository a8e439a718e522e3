import { describe, expect, test } from "bun:test";
import type { Theme } from "claw/kit";
import { createHighlighter, startCode } from "./highlight.ts";
import { createMarkdownStream } from "./stream.ts";

const PLAIN: Theme = { name: "none", paint: (_, text) => text, sgr: () => ({ begin: "", end: "" }) };
/** A theme whose styles can be read: `‹keyword:const›`. */
const MARKED: Theme = {
  name: "marks",
  paint: (style, text) => text.replaceAll(/.+/g, (line) => `‹${style}:${line}›`),
  sgr: () => ({ begin: "‹", end: "›" }),
};
/** Code that is none, or leaves something open. */
const CODES = ["a ``` b", "`", "/*", "*/ x", "~~~", "'", "a\\`b`", "| x |", "  ", "<T>(x)=>{}", "# x", "- [ ] y", "\u00a0", "日本`語"];
const LOOK = { width: 60, theme: MARKED, links: false };

describe("highlight", () => {
  const paint = (language: string, code: string): string =>
    createHighlighter(() => undefined)
      .paint([{ language, lines: code.split("\n"), state: startCode() }], MARKED, true)[0]!
      .join("\n");

  test("paint > TypeScript, with comments and templates that go over several lines", () => {
    expect(paint("ts", "const a = 1; // b")).toBe("‹keyword:const› a = ‹number:1›; ‹comment:// b›");
    expect(paint("tsx", "/* a\n * b\n */ const c")).toBe("‹comment:/* a›\n‹comment: * b›\n‹comment: */› ‹keyword:const› c");
    expect(paint("js", "x = `a\nb` + 1")).toBe("x = ‹string:`a›\n‹string:b`› + ‹number:1›");
  });

  test("paint > another language, once it has come; before that plain", async () => {
    const loaded = Promise.withResolvers<void>();
    const highlighter = createHighlighter(loaded.resolve);
    const lines = ["def f(x):", '    """doc', '    string"""', "    return 1  # c"];
    expect(highlighter.paint([{ language: "python", lines, state: startCode() }], MARKED, true)).toEqual([lines]);
    await loaded.promise;
    const painted = highlighter.paint([{ language: "py", lines, state: startCode() }], MARKED, true)[0]!;
    expect(painted[0]).toBe("‹keyword:def› ‹function:f›(x):");
    expect(painted[2]).toBe('‹string:    string"""›');
    expect(painted[3]).toBe("    ‹keyword:return› ‹number:1›  ‹comment:# c›");
    // What the lines before leave open is known to those that come later.
    const state = startCode();
    const parts = [lines.slice(0, 2), lines.slice(2)].map((some) => ({ language: "python", lines: some, state }));
    expect(highlighter.paint(parts, MARKED, true).flat()).toEqual([...painted]);
  });

  test("ready > while a language is loaded there is something to wait for, once; without colours and for what has none nothing is loaded", async () => {
    let came = 0;
    const highlighter = createHighlighter(() => {
      came += 1;
    });
    for (const [language, theme] of [
      ["python", PLAIN],
      ["ts", MARKED],
      ["", MARKED],
      ["klingon", MARKED],
    ] as const)
      expect(highlighter.ready(language, theme, true)).toBeUndefined();
    const [soon, late] = [highlighter.ready("rs", MARKED, false), highlighter.ready("rust", MARKED, true)];
    expect([soon instanceof Promise, late instanceof Promise]).toEqual([true, true]);
    await Promise.all([soon, late]);
    expect([came, highlighter.ready("rust", MARKED, false), highlighter.ready("rust", MARKED, true)]).toEqual([1, undefined, undefined]);
  });

  test("take > lines of a language that is loaded come later, in its colours; loading begins with the fence", async () => {
    const highlighter = createHighlighter(() => undefined);
    const met: string[] = [];
    const stream = createMarkdownStream(
      (blocks, whole) => highlighter.paint(blocks, MARKED, whole),
      (language) => {
        met.push(language);
        return highlighter.ready(language, MARKED, true);
      },
    );
    stream.push("text\n\n```go\n");
    expect(stream.take(LOOK)).toEqual(["text", ""]);
    expect(met).toEqual(["go"]);
    stream.push("package x\n```\n\nend");
    const rest = stream.end(LOOK);
    if (!("ready" in rest)) throw new Error("nothing was waited for");
    await rest.ready;
    expect(rest.lines()).toEqual(["  ‹keyword:package› x", "", "end"]);
  });

  test("paint > many blocks at once look as each for itself; what one leaves open is not open in the next", () => {
    const highlighter = createHighlighter(() => undefined);
    const codes = CODES.flatMap((code) => [["ts", `${code}\nconst a = 1;`] as const, ["klingon", code] as const, ["js", code] as const]);
    const blocks = codes.map(([language, code]) => ({ language, lines: code.split("\n"), state: startCode() }));
    const together = highlighter.paint(blocks, MARKED, true).map((lines) => lines.join("\n"));
    expect(together).toEqual(codes.map(([language, code]) => paint(language, code)));
    expect(highlighter.paint([], MARKED, true)).toEqual([]);
  });

  test("paint > no letter is lost, whatever the code", () => {
    const highlighter = createHighlighter(() => undefined);
    for (const code of CODES) {
      const [lines] = highlighter.paint([{ language: "ts", lines: [code], state: startCode() }], MARKED, true);
      expect(lines?.[0]?.replaceAll(/‹\w+:|›/g, "")).toBe(code);
    }
  });
});
