// What an address is: of the public network, or of which other realm. For whatever must not be led to places that only this machine can reach.

/** What an address is, when it is not public. */
export type AddressRealm = "loopback" | "private" | "link-local" | "metadata" | "reserved";

/** Realms that a host named by the user may be in. The others only when the very address is named. */
export const NAMEABLE_REALMS: ReadonlySet<AddressRealm> = new Set(["loopback", "private"]);
