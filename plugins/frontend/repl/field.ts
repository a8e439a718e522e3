// A line of free text in a question: an answer in one's own words, a reason, a key. The editor of the prompt is another, larger thing.

/** What is written, and where in it the cursor stands. */
export interface Field {
  readonly text: string;
  readonly at: number;
}

export const EMPTY: Field = { text: "", at: 0 };
