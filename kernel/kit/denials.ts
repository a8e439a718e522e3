// The denials service: what permission rules keep out of sight. For tools that meet many files in one call. Provided by feature/permissions.
import { join } from "node:path";
import { defineService, type ServiceToken, type TurnScope } from "claw";
import { absent } from "./absent.ts";

export interface Denials {
  /** Those of `paths`, absolute, that no deny rule for reading names: as they are spelled, or as they really are. */
  filter(paths: readonly string[], scope: TurnScope): Promise<readonly string[]>;
}
/** Provided by `@claw/feature-permissions`. */
export const Denials: ServiceToken<Denials> = defineService<Denials>("claw.denials@1");

/** Those of `paths`, relative to `folder`, that may be seen. All of them where there are no rules. */
export async function visibleTo(scope: TurnScope, folder: string, paths: readonly string[]): Promise<readonly string[]> {
  if (paths.length === 0) return paths;
  const denials = await scope.use(Denials).catch(absent);
  if (denials === undefined) return paths;
  const whole = new Map(paths.map((path) => [join(folder, path), path]));
  const left = await denials.filter([...whole.keys()], scope);
  return left.length === whole.size ? paths : left.map((path) => whole.get(path) ?? path);
}
