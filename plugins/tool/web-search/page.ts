// Results in a page of links: DuckDuckGo's HTML, or any page that lists links where that is not what answered.
import { ClawError } from "claw";

export interface Result {
  readonly title: string;
  readonly url: string;
  readonly snippet: string;
}

/** Throws `CLAW_TOOL_FAILED` when the page asks for a person. */
export function resultsOfPage(html: string, base: string): readonly Result[] {
  const { marked, links } = scan(html);
  const found = (marked.length > 0 ? marked : links).flatMap(({ title, href, snippet }) => {
    const url = target(href, base);
    return url === undefined ? [] : [{ title, url, snippet }];
  });
  if (found.length === 0 && /anomaly|captcha|challenge-form/i.test(html)) {
    throw new ClawError("CLAW_TOOL_FAILED", "The search engine took claw for a robot and showed no results.", {
      hint: "Wait a while, or set another engine: webSearch.provider with BRAVE_API_KEY, TAVILY_API_KEY or EXA_API_KEY, or a SearXNG server.",
    });
  }
  return found;
}

// --- internal ---

interface Link {
  title: string;
  readonly href: string;
  snippet: string;
}

/** `marked` are those of results that are no advertisement. */
function scan(html: string): { readonly marked: readonly Link[]; readonly links: readonly Link[] } {
  const marked: Link[] = [];
  const links: Link[] = [];
  let advertised = 0;
  let add: ((text: string) => void) | undefined;
  const until = (element: HTMLRewriterTypes.Element): void =>
    element.onEndTag(() => {
      add = undefined;
    });
  const rewriter = new HTMLRewriter()
    .on(".result--ad", {
      element(element) {
        advertised++;
        element.onEndTag(() => void advertised--);
      },
    })
    .on("a[href]:not(.result__snippet)", {
      element(element) {
        const link = { title: "", href: element.getAttribute("href") ?? "", snippet: "" };
        links.push(link);
        if (/(^|\s)result__a(\s|$)/.test(element.getAttribute("class") ?? "") && advertised === 0) marked.push(link);
        add = (text) => {
          link.title += text;
        };
        until(element);
      },
    })
    .on(".result__snippet", {
      element(element) {
        const link = advertised === 0 ? marked.at(-1) : undefined;
        add = (text) => {
          if (link !== undefined) link.snippet += text;
        };
        until(element);
      },
    })
    .onDocument({ text: (piece) => add?.(piece.text) });
  rewriter.transform(html);
  return { marked, links };
}

/** Where a link leads: DuckDuckGo's go through its own counter, with the target in `uddg`. */
function target(href: string, base: string): string | undefined {
  const url = URL.parse(href.replaceAll("&amp;", "&"), base);
  if (url === null) return undefined;
  const wrapped = url.searchParams.get("uddg");
  const led = wrapped === null ? url : URL.parse(wrapped);
  if (led === null || !/^https?:$/.test(led.protocol)) return undefined;
  const home = URL.parse(base);
  // A page's own links are no results.
  if (led.host === home?.host || /(^|\.)duckduckgo\.com$/.test(led.hostname)) return undefined;
  return led.href;
}
