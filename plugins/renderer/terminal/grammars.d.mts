// What of highlight.js is used here.

/** Text, or a part of the code with what it is and what is in it. */
export type Node = string | { readonly scope?: string; readonly children: readonly Node[] };
export interface CodeHighlighter {
  registerLanguage(name: string, grammar: unknown): void;
  highlight(
    code: string,
    options: { readonly language: string; readonly ignoreIllegals: boolean },
  ): { readonly _emitter?: { readonly rootNode?: Node } };
}
export function loadHighlighter(): Promise<CodeHighlighter>;
export const GRAMMARS: Readonly<Record<string, () => Promise<{ readonly default: unknown }>>>;
