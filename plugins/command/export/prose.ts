// Markdown that a model wrote as HTML that can do nothing: every character of it is escaped, links lead to the web only, and no picture is loaded.

/** `text` as it stands in HTML, in text and in quoted attributes; without control characters. */
export function safe(text: string): string {
  return text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, "").replace(/[&<>"']/g, (char) => ESCAPES[char] ?? "");
}

export function proseOf(markdown: string): string {
  return Bun.markdown.render(markdown.toWellFormed(), CALLBACKS, OPTIONS);
}

/** Lines with what a diff added and removed marked, where the text is one. */
export function linesOfChange(text: string): string {
  if (!/^@@ .*@@/m.test(text)) return safe(text);
  return text
    .split("\n")
    .map((line) => {
      const kind = line.startsWith("+") ? "ins" : line.startsWith("-") ? "del" : "";
      return kind === "" ? safe(line) : `<${kind}>${safe(line)}</${kind}>`;
    })
    .join("\n");
}

// --- internal ---

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const OPTIONS: Bun.markdown.Options = { autolinks: { url: true }, noHtmlBlocks: true, noHtmlSpans: true };

/** What comes to a callback is escaped already, but for addresses and names: text is, before anything is put around it. */
const CALLBACKS: Bun.markdown.RenderCallbacks = {
  text: (text) => safe(text),
  html: (text) => safe(text),
  heading: (inner, { level }) => `<h${Math.min(6, level + 1)}>${inner}</h${Math.min(6, level + 1)}>`,
  paragraph: (inner) => `<p>${inner}</p>`,
  blockquote: (inner) => `<blockquote>${inner}</blockquote>`,
  code: (inner, meta) => `<pre${meta?.language ? ` data-language="${safe(meta.language)}"` : ""}>${inner}</pre>`,
  list: (inner, { ordered, start }) => (ordered ? `<ol${start === undefined ? "" : ` start="${Number(start)}"`}>${inner}</ol>` : `<ul>${inner}</ul>`),
  listItem: (inner, meta) => `<li>${meta?.checked === undefined ? "" : meta.checked ? "☑ " : "☐ "}${inner}</li>`,
  hr: () => "<hr>",
  table: (inner) => `<table>${inner}</table>`,
  thead: (inner) => `<thead>${inner}</thead>`,
  tbody: (inner) => `<tbody>${inner}</tbody>`,
  tr: (inner) => `<tr>${inner}</tr>`,
  th: (inner) => `<th>${inner}</th>`,
  td: (inner) => `<td>${inner}</td>`,
  strong: (inner) => `<strong>${inner}</strong>`,
  emphasis: (inner) => `<em>${inner}</em>`,
  strikethrough: (inner) => `<s>${inner}</s>`,
  codespan: (inner) => `<code>${inner}</code>`,
  link: (inner, { href }) => (/^(https?:|mailto:)/i.test(href) ? `<a href="${safe(href)}" rel="noreferrer">${inner}</a>` : inner),
  image: (inner) => `<span class="note">[picture: ${inner}]</span>`,
};
