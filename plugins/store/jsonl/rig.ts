// A home and a workspace for this store's tests, gone with the test.
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Message, Session, StoreOptions } from "claw";
import { openSession } from "./store.ts";

export interface Rig extends Disposable {
  readonly root: string;
  readonly home: string;
  readonly cwd: string;
  readonly warnings: string[];
  open(options?: Partial<StoreOptions>): Promise<Session>;
  /** A closed session with these messages; its path. */
  kept(...texts: readonly string[]): Promise<string>;
  /** The texts of a session's messages. */
  shown(ref: string): Promise<readonly string[]>;
}

export function createRig(folder = tmpdir()): Rig {
  const root = realpathSync(mkdtempSync(join(folder, "claw-jsonl-")));
  const [home, cwd] = [join(root, "home"), join(root, "work")];
  mkdirSync(cwd);
  const warnings: string[] = [];
  const open: Rig["open"] = (options) => openSession(home, { cwd, ...options }, (text) => void warnings.push(text));
  return {
    root,
    home,
    cwd,
    warnings,
    open,
    async kept(...texts) {
      const session = await open();
      for (const text of texts) await session.append(said(text));
      await session.close();
      return session.path ?? "";
    },
    async shown(ref) {
      const session = await open({ ref });
      await session.close();
      return session.messages.flatMap((message) => message.content.map((block) => (block.type === "text" ? block.text : block.type)));
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

export function said(text: string): Message {
  return { role: "user", content: [{ type: "text", text }] };
}

export function idOf(path: string): string {
  return basename(path, ".jsonl");
}
