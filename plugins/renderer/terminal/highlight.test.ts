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
const LOOK = { width: 60, theme: MARKED, links: false };

describe("highlight", () => {
  const paint = (language: string, code: string): string =>
    createHighlighter(() => undefined)
      .paint(language, code.split("\n"), startCode(), MARKED, true)
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
    expect(highlighter.paint("python", lines, startCode(), MARKED, true)).toEqual(lines);
    await loaded.promise;
    const painted = highlighter.paint("py", lines, startCode(), MARKED, true);
    expect(painted[0]).toBe("‹keyword:def› ‹function:f›(x):");
    expect(painted[2]).toBe('‹string:    string"""›');
    expect(painted[3]).toBe("    ‹keyword:return› ‹number:1›  ‹comment:# c›");
    // What the lines before leave open is known to those that come later.
    const state = startCode();
    highlighter.paint("python", lines.slice(0, 2), state, MARKED, true);
    expect(highlighter.paint("python", lines.slice(2), state, MARKED, true)).toEqual(painted.slice(2));
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
      (language, lines, state, whole) => highlighter.paint(language, lines, state, MARKED, whole),
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

  test("paint > no letter is lost, whatever the code", () => {
    const highlighter = createHighlighter(() => undefined);
    for (const code of ["a ``` b", "`", "/*", "*/ x", "~~~", "'", "a\\`b`", "| x |", "  ", "<T>(x)=>{}", "# x", "- [ ] y", "\u00a0", "日本`語"]) {
      const [line] = highlighter.paint("ts", [code], startCode(), MARKED, true);
      expect(line?.replaceAll(/‹\w+:|›/g, "")).toBe(code);
    }
  });
});
