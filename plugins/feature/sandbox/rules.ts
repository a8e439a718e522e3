// The setting `sandbox`, merged from its layers: people loosen in their own settings, a project only tightens, whoever trusts it.
import { isAbsolute, join, resolve } from "node:path";
import { ClawError, type Setting } from "claw";
import { locate, projectRoot } from "claw/kit";
import * as v from "valibot";
import { type Domain, meet, type Network, parseDomain } from "./domains.ts";

export interface Rules {
  readonly enabled: boolean | "auto";
  /** A list that lets nothing through is `false`. */
  readonly network: Network;
  /** Absolute, as they were written; nobody has looked whether they exist. */
  readonly allowWrite: readonly string[];
  readonly allowRead: readonly string[];
  readonly denyRead: readonly string[];
}

/** Throws `CLAW_CONFIG_INVALID` with file, line and key. `user` is the user's own folder, for `~`. */
export async function readRules(layers: readonly Setting[], user: string, cwd: string): Promise<Rules> {
  let rules: Rules = { enabled: "auto", network: false, allowWrite: [], allowRead: [], denyRead: [] };
  const demands: Rules["enabled"][] = [];
  let bound: Network = true;
  for (const { value, source, origin, trusted } of layers) {
    const { success, output, issues } = v.safeParse(Schema, value);
    const own = source !== "project" && source !== "local";
    if (!success) {
      // What nobody has vouched for has no say, broken or not.
      if (!trusted) continue;
      const [issue] = issues;
      const keys = ["sandbox", ...(issue.path?.map((part) => String(part.key)) ?? [])];
      throw new ClawError("CLAW_CONFIG_INVALID", `${await locate(origin, keys)}: ${keys.join(".")} → ${issue.message}`, {
        hint: "Correct the value, or remove the key. No command runs until then.",
      });
    }
    const base = own ? cwd : projectRoot(cwd);
    const paths = (given: readonly string[] = []): string[] => given.map((path) => absolute(path, user, base));
    const denyRead = [...rules.denyRead, ...paths(output.denyRead)];
    if (own) {
      const allowWrite = [...rules.allowWrite, ...paths(output.allowWrite)];
      const allowRead = [...rules.allowRead, ...paths(output.allowRead)];
      rules = { enabled: output.enabled ?? rules.enabled, network: networkOf(output.network, own) ?? rules.network, allowWrite, allowRead, denyRead };
    } else {
      rules = { ...rules, denyRead };
      if (output.enabled !== undefined) demands.push(output.enabled);
      bound = meet(networkOf(output.network, own) ?? true, bound);
    }
  }
  const enabled = [rules.enabled, ...demands].toSorted((a, b) => STRICTEST.indexOf(a) - STRICTEST.indexOf(b))[0] ?? rules.enabled;
  return { ...rules, enabled, network: closed(meet(rules.network, bound)) };
}

// --- internal ---

const Paths = v.optional(v.array(v.pipe(v.string(), v.minLength(1))));
const named = (text: string): boolean => parseDomain(text, false) !== undefined;
const Domains = v.array(
  v.pipe(v.string(), v.check(named, 'no domain: examples are "registry.npmjs.org", "*.github.com", "db.example:5432", "127.0.0.1:8080"')),
);
const Schema = v.strictObject({
  enabled: v.optional(v.union([v.boolean(), v.literal("auto")])),
  network: v.optional(v.union([v.boolean(), Domains, v.strictObject({ allowedDomains: Domains })])),
  allowWrite: Paths,
  allowRead: Paths,
  denyRead: Paths,
});
const STRICTEST: readonly Rules["enabled"][] = [true, "auto", false];

type Written = v.InferOutput<typeof Schema>["network"];
function networkOf(written: Written, own: boolean): Network | undefined {
  if (written === undefined || typeof written === "boolean") return written;
  const texts = "allowedDomains" in written ? written.allowedDomains : written;
  return texts.flatMap((text): readonly Domain[] | Domain => parseDomain(text, own) ?? []);
}

function closed(network: Network): Network {
  return typeof network !== "boolean" && network.length === 0 ? false : network;
}

function absolute(path: string, user: string, base: string): string {
  if (path === "~" || path.startsWith("~/")) return join(user, path.slice(1));
  return isAbsolute(path) ? path : resolve(base, path);
}
