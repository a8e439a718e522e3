// The text of a PDF, page by page. Runs in a thread: see worker.ts.
import type { Converted } from "./worker.ts";

export async function toText(bytes: Uint8Array): Promise<Converted> {
  const pdfjs = await import("unpdf/pdfjs");
  const task = pdfjs.getDocument({ data: bytes, verbosity: 0, disableFontFace: true, useSystemFonts: false });
  try {
    const document = await task.promise;
    const count = Math.min(document.numPages, MOST_PAGES);
    const pages: string[] = [];
    for (let number = 1; number <= count; number++) {
      const page = await document.getPage(number);
      const { items } = await page.getTextContent();
      const text = items.map((item) => ("str" in item ? item.str + (item.hasEOL ? "\n" : "") : "")).join("");
      if (text.trim() !== "") pages.push(`[page ${number} of ${document.numPages}]\n${text.trim()}`);
    }
    const { info } = await document.getMetadata();
    const { Title: title } = info as { readonly Title?: unknown };
    const notes = count < document.numPages ? [`only the first ${count} of ${document.numPages} pages were read`] : [];
    return { title: typeof title === "string" ? title.trim() : "", text: pages.join("\n\n"), notes };
  } finally {
    await task.destroy();
  }
}

// --- internal ---

const MOST_PAGES = 500;
