// The words of an HTML page and nothing else, for pages that no reader could make sense of. Fast on any input.

export function strip(html: string): string {
  let text = "";
  let skipped = 0;
  const add = (more: string): void => {
    if (skipped === 0) text += more;
  };
  const rewriter = new HTMLRewriter()
    .on("script, style, noscript, template, svg, title", {
      element(element) {
        skipped++;
        element.onEndTag(() => void skipped--);
      },
    })
    .on("p, div, li, tr, br, h1, h2, h3, h4, h5, h6, pre, section, article, blockquote, dt, dd", { element: () => add("\n") })
    .on("td, th", { element: () => add(" ") })
    .onDocument({ text: (piece) => add(piece.text) });
  rewriter.transform(html);
  return unescaped(text)
    .replace(/[ \t\r\f\v]+/g, " ")
    .replace(/ ?\n[\s]*/g, "\n")
    .trim();
}

// --- internal ---

/** The references that stand in nearly every page; the rest stay as they are. */
function unescaped(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{2,6}));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return NAMED[name.toLowerCase()] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : whole;
  });
}

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " ", hellip: "…", mdash: "—", ndash: "–" };
