// What a reader means by some words: a page, a name of the API, an error code, or whatever has these words in it. Pure.
import { ClawError, type CommandOutcome } from "claw";
import { didYouMean } from "claw/kit";

/** Markdown by path. */
export type Pages = Readonly<Record<string, string>>;

/** The list of pages, one of them or a part of one, or where the words are found. Throws `CLAW_USAGE` when they are nowhere. */
export function read(words: readonly string[], pages: Pages): CommandOutcome {
  if (words.length === 0) return contents(pages);
  const topic = words.join(" ");
  const whole = pageOf(topic, pages, true);
  if (whole !== undefined) return shown(topic, whole, pages[whole] ?? "");
  // `Processes` is the service, `processes` the plugin that provides it.
  const exact = words.length === 1 ? partOf(topic, pages, true) : undefined;
  if (exact !== undefined) return shown(topic, exact.page, exact.text);
  const page = pageOf(topic, pages, false);
  if (page !== undefined) return shown(topic, page, pages[page] ?? "");
  const part = words.length === 1 ? partOf(topic, pages, false) : undefined;
  if (part !== undefined) return shown(topic, part.page, part.text);
  const found = search(words, pages);
  if (found.length > 0) {
    const notice = [...found.slice(0, MOST_FOUND).map(({ page, heading }) => `${page}: ${heading}`), "", "`claw docs TOPIC` shows a page."].join(
      "\n",
    );
    return { kind: "done", notice, data: { kind: "docs", action: "search", words: topic, found } };
  }
  const known = [...Object.keys(pages).map(topicOf), ...headings(pages["api.md"] ?? "", 3)];
  throw new ClawError("CLAW_USAGE", `the documentation has nothing on ${JSON.stringify(topic)}`, {
    hint: didYouMean(topic, known) || "`claw docs` lists all pages.",
  });
}

// --- internal ---

const MOST_FOUND = 40;
/** In the order of reading. */
const GUIDES = ["plugins", "testing", "files", "cassettes", "api", "errors", "kernel"];
const KINDS = ["tool", "command", "provider", "compactor", "permission-mode", "renderer", "store", "frontend", "feature"];

const topicOf = (path: string): string => path.replace(/\.md$/, "");

function contents(pages: Pages): CommandOutcome {
  const all = Object.keys(pages).map(topicOf);
  const row = (topic: string): string => `  ${topic.padEnd(18)}${titleOf(pages[`${topic}.md`] ?? "")}`;
  const rest = all.filter((topic) => !topic.includes("/") && !GUIDES.includes(topic) && !KINDS.includes(topic));
  const plugins = all.filter((topic) => topic.includes("/"));
  const lines = [
    ...["Guides", ...[...GUIDES, ...rest].filter((topic) => all.includes(topic)).map(row)],
    ...["", "Kinds of plugins, with a complete example", ...KINDS.filter((topic) => all.includes(topic)).map(row)],
    ...["", `Bundled plugins: ${plugins.length} pages, as in \`claw docs tool/bash\``],
    ...[
      "",
      "`claw docs TOPIC` shows a page, `claw docs Processes` a name of the API, `claw docs CLAW_USAGE` an error code; other words are searched.",
    ],
  ];
  const topics = all.map((topic) => ({ topic, title: titleOf(pages[`${topic}.md`] ?? "") }));
  return { kind: "done", notice: lines.join("\n"), data: { kind: "docs", action: "list", topics } };
}

function shown(topic: string, page: string, text: string): CommandOutcome {
  return { kind: "done", notice: text.trimEnd(), data: { kind: "docs", action: "show", topic, page: topicOf(page), text } };
}

/** A page by its path, or unless `whole` by its last word where no other has that. */
function pageOf(topic: string, pages: Pages, whole: boolean): string | undefined {
  const wanted = `${topic.toLowerCase().replace(/\.md$/, "").replaceAll("_", "-")}.md`;
  if (wanted in pages || whole) return wanted in pages ? wanted : undefined;
  const ending = Object.keys(pages).filter((path) => path.endsWith(`/${wanted}`));
  return ending.length === 1 ? ending[0] : undefined;
}

/** The section under a heading that is that word: a name of the API, an error code. */
function partOf(word: string, pages: Pages, exact: boolean): { readonly page: string; readonly text: string } | undefined {
  const same = (heading: string): boolean => (exact ? heading === word : heading.toLowerCase() === word.toLowerCase());
  for (const page of ["api.md", "errors.md"]) {
    const lines = (pages[page] ?? "").split("\n");
    const from = lines.findIndex((line) => /^##+ /.test(line) && same(line.replace(/^#+ `?|`$/g, "")));
    if (from === -1) continue;
    const level = /^#+/.exec(lines[from] ?? "")?.[0].length ?? 2;
    const length = lines.slice(from + 1).findIndex((line) => new RegExp(`^#{1,${level}} `).test(line));
    return { page, text: lines.slice(from, length === -1 ? undefined : from + 1 + length).join("\n") };
  }
  return undefined;
}

/** Sections with all of the words, those first that have them in the heading. */
function search(words: readonly string[], pages: Pages): { page: string; heading: string }[] {
  const wanted = words.map((word) => word.toLowerCase());
  const sections = Object.entries(pages).flatMap(([path, text]) =>
    text.split(/^(?=#+ )/m).map((section) => ({ page: topicOf(path), heading: titleOf(section), section: section.toLowerCase() })),
  );
  const found = sections.filter(({ section }) => wanted.every((word) => section.includes(word)));
  const headed = ({ heading }: { heading: string }): number => (wanted.some((word) => heading.toLowerCase().includes(word)) ? 0 : 1);
  return found.toSorted((a, b) => headed(a) - headed(b)).map(({ page, heading }) => ({ page, heading }));
}

function titleOf(text: string): string {
  return /^#+ (.+)$/m.exec(text)?.[1]?.replaceAll("`", "") ?? "";
}

function headings(text: string, level: number): string[] {
  return [...text.matchAll(new RegExp(`^#{${level}} (.+)$`, "gm"))].map(([, heading = ""]) => heading);
}
