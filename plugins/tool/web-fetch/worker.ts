// Turns one page into text, in a thread of its own. Imported elsewhere, this file does nothing but tell where it is.

/** `url` is what links in the page are relative to. */
export type Job = Readonly<{ kind: "html"; html: string; url: string } | { kind: "pdf"; bytes: Uint8Array }>;
export interface Converted {
  readonly title: string;
  readonly text: string;
  readonly notes: readonly string[];
}
export type News = Readonly<{ converted: Converted; failed?: undefined } | { failed: string }>;

/** The file a thread is started with. In the compiled binary it has another name. */
export const WORKER_PATH: string = import.meta.path;
/** What makes this file serve. */
export const WORKER_MARK = "claw.web-fetch";

const { parentPort, workerData } = process.getBuiltinModule("node:worker_threads");
if (workerData === WORKER_MARK) parentPort?.on("message", serve);

// --- internal ---

async function serve(job: Job): Promise<void> {
  try {
    const converted =
      job.kind === "html" ? (await import("./markdown.ts")).toMarkdown(job.html, job.url) : await (await import("./pdf.ts")).toText(job.bytes);
    tell({ converted });
  } catch (error) {
    tell({ failed: error instanceof Error ? error.message : String(error) });
  }
}

function tell(news: News): void {
  parentPort?.postMessage(news);
}
