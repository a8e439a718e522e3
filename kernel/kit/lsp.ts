// The LSP service: what language servers know of the code of a session. Provided by feature/lsp.
import { defineService, type ServiceToken, type TurnScope } from "claw";

/** Lines and characters count from 1; characters are UTF-16 units, as in a JavaScript string. */
export interface LspPosition {
  /** Absolute and real. Of what is in no file, an address. */
  readonly path: string;
  readonly line: number;
  readonly character: number;
}
export interface LspSymbol extends LspPosition {
  readonly name: string;
  /** `function`, `class`, … */
  readonly kind: string;
  /** What it is in. */
  readonly container?: string;
  /** How deep it lies in other symbols of its file. */
  readonly depth: number;
}
export interface LspDiagnostic extends LspPosition {
  readonly severity: "error" | "warning" | "info" | "hint";
  readonly message: string;
  /** Who says so, with its code. */
  readonly source?: string;
}
/** `busy`: the server is still reading the project, so there may be more. */
export interface LspAnswer<T> {
  readonly items: readonly T[];
  readonly server: string;
  readonly busy: boolean;
}
/** A server of the session. `root` is the folder it looks after. */
export interface LspServer {
  readonly name: string;
  readonly root: string;
  readonly state: "starting" | "ready" | "busy";
  /** The tier, when it runs in the sandbox. */
  readonly sandbox?: string;
}
/**
 * Each question starts the server it needs: one for each language and root, that ends with the session. What has changed on disk is told to it first.
 * All throw `CLAW_TOOL_FAILED` when there is no server for such files, or it fails, and `CLAW_ABORTED`.
 */
export interface Lsp {
  /** Those that run. Starts none. */
  list(scope: TurnScope): readonly LspServer[];
  locations(kind: "definition" | "references", at: LspPosition, scope: TurnScope): Promise<LspAnswer<LspPosition>>;
  /** Text, often Markdown; empty for nothing. */
  hover(at: LspPosition, scope: TurnScope): Promise<LspAnswer<string>>;
  /** Of one file, in its order. */
  symbols(path: string, scope: TurnScope): Promise<LspAnswer<LspSymbol>>;
  /** In the whole workspace, by a part of their name. Without a `path` those that run are asked. */
  find(query: string, path: string | undefined, scope: TurnScope): Promise<LspAnswer<LspSymbol>>;
  /** Worst first. Without a `path` what is known of all files. */
  diagnostics(path: string | undefined, scope: TurnScope): Promise<LspAnswer<LspDiagnostic>>;
}
/** Provided by `@claw/feature-lsp`. */
export const Lsp: ServiceToken<Lsp> = defineService<Lsp>("claw.lsp@1");
