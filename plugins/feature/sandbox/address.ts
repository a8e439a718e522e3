// Which addresses a command may be led to by a name.
import { NAMEABLE_REALMS, ownAddresses, realmOfAddress } from "claw/kit";

/** `private` may be meant when a person names the host; `closed` is never reached by name: link-local, metadata, reserved. */
export type Realm = "public" | "private" | "closed";

export function createRealms(): (address: string) => Realm {
  const own = ownAddresses();
  return (address) => {
    const realm = realmOfAddress(address, own);
    if (realm === undefined) return "public";
    return NAMEABLE_REALMS.has(realm) ? "private" : "closed";
  };
}
