// The memory-files service: which instruction files (`CLAUDE.md` and its kin) a folder's sessions go by. Provided by feature/memory-files.
import { defineService, type PluginScope, type ServiceToken } from "claw";

/** One instruction file, as the model gets it. */
export interface InstructionFile {
  readonly path: string;
  /** Whose words: the user's own, for every project, or the project's. */
  readonly level: "user" | "project";
  /** Where it is from: a name as `CLAUDE.md`, `rules` for one of a folder of rules, `import` for one that another names. */
  readonly source: string;
  readonly text: string;
  /** The file that names it. */
  readonly from?: string;
  /** Globs of the files that it is about. It is sent when the model first touches one of these; absent means always. */
  readonly about?: readonly string[];
}
export interface MemoryFiles {
  /** All of the scope's folder, general first, and what is wrong with others. Reads the disk each time. `--bare` leaves none. */
  list(
    scope: Pick<PluginScope, "cwd" | "home" | "env" | "options">,
  ): Promise<{ readonly files: readonly InstructionFile[]; readonly warnings: readonly string[] }>;
  /** The files whose text the session's model has now, by path: those that are about some files only once it touched one. Empty before the first draft. */
  sent(session: string): readonly string[];
}
/** Provided by `@claw/feature-memory-files`. */
export const MemoryFiles: ServiceToken<MemoryFiles> = defineService<MemoryFiles>("claw.memory-files@1");

/** What a frontend tells the model of a line that the user had remembered begins so. */
export const MEMORY_LINE = "<memory-line>";

declare module "claw" {
  interface EventMap {
    /** Which instruction files a session goes by, general first. */
    "instructions.loaded": Readonly<{ files: readonly Readonly<{ path: string; level: "user" | "project"; characters: number }>[] }>;
    /** The model was told, in the middle of a session, of files that are new, changed or gone, or that are about what it touched. */
    "instructions.changed": Readonly<{ paths: readonly string[] }>;
  }
}
