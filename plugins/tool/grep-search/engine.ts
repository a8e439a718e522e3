// What a search engine takes and gives. There are two: the ripgrep on PATH and the embedded one.

export interface Search {
  /** What comes before the `--`. */
  readonly flags: readonly string[];
  /** The folder to search, or the one of the file. */
  readonly folder: string;
  /** The name of the file; `""` for the whole folder. */
  readonly file: string;
  /** The top of the repository whose ignore rules hold there. Without one, only those in the folder and below do. */
  readonly top?: string;
  readonly signal: AbortSignal;
}
/** What it wrote, in whole lines, with paths from `base`. `cut`: it was stopped at `MOST_OUTPUT` or at the time limit, so there is more. */
export interface Found {
  readonly base: string;
  readonly code: number | null;
  readonly output: string;
  readonly stderr: string;
  readonly cut: boolean;
}

/** Bytes of matches after which a search is stopped: far more than is shown, so that pages can be counted. */
export const MOST_OUTPUT = 8 * 1024 * 1024;
export const LIMIT_MS = 30_000;

/** `text` without a last line that is not whole. */
export function wholeLines(text: string): string {
  return text.slice(0, text.lastIndexOf("\n") + 1);
}
