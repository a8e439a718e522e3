// All that the kernel knows of the machine comes in through this: the kernel itself reads no file and no environment.

import type { Loadable } from "../contracts/plugin.ts";
import type { SettingSource } from "../contracts/scopes.ts";

export interface Machine {
  /** The settings files for a folder, lowest precedence first. */
  files(cwd: string): Readonly<Partial<Record<SettingSource, string>> & { managed: string }>;
  /** `path` as seen from `cwd`, absolute. */
  resolve(cwd: string, path?: string): string;
  /** The object in a settings file, or in `text`; `undefined` when there is no file. Throws `CLAW_CONFIG_UNREADABLE` or `CLAW_CONFIG_INVALID`. */
  settings(path: string, text?: string): Promise<object | undefined>;
  /** `file:line` of a key. */
  locate(origin: string, path: readonly string[]): Promise<string>;
  /** The plugin outside the binary that `name`, standing in the file `origin`, means. Runs none of its code. Throws `CLAW_PLUGIN_LOAD_FAILED`. */
  plugin(name: string, origin: string, cwd: string): Loadable;
}
