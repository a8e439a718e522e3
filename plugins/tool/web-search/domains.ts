// Domains that a search is narrowed to or kept from: a domain means itself and all below it.

/** The host of a domain as a model may write it: with a scheme, a path, a star. */
export function domainOf(text: string): string {
  const bare = text.trim().replace(/^[a-z][a-z0-9+.-]*:\/\//i, "");
  const host = URL.parse(`https://${bare.replace(/^\*?\./, "")}`)?.hostname ?? bare.toLowerCase();
  return host.replace(/\.$/, "");
}

/** Whether a result may be shown. */
export function admits(url: string, allowed: readonly string[], blocked: readonly string[]): boolean {
  const host = (URL.parse(url)?.hostname ?? "").replace(/\.$/, "");
  const within = (domain: string): boolean => host === domain || host.endsWith(`.${domain}`);
  return host !== "" && !blocked.some(within) && (allowed.length === 0 || allowed.some(within));
}

/** The query for an engine that takes domains only in words. */
export function worded(query: string, allowed: readonly string[], blocked: readonly string[]): string {
  const sites = allowed.slice(0, MOST).map((domain) => `site:${domain}`);
  const only = sites.length > 1 ? [`(${sites.join(" OR ")})`] : sites;
  return [query, ...only, ...blocked.slice(0, MOST).map((domain) => `-site:${domain}`)].join(" ");
}

// --- internal ---

/** Engines cut long queries. */
const MOST = 5;
