// The way from a network namespace to claw's proxy, in C: added to the helper's source only for commands that have one. A listener on the loopback of
// the namespace, and a process that carries bytes between it and the proxy's socket, in the same fetters as the command. Ends with the command.
import source from "./relay.c" with { type: "text" };

/** Where commands find the proxy, on a loopback of their own: above the ports that the kernel gives out by itself. */
export const PORT = 61_080;

export function relaySource(): string {
  return source.replaceAll("PORT", String(PORT));
}
