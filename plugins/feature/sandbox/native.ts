// The part of the sandbox that must run in a process with one thread, in C: Bun's own compiler makes it anew in each helper. Reads a policy, becomes
// the command. Records of the policy: a letter, text, a zero byte; see `confine.ts`. Whatever cannot be done ends it with code 125, before the command.
import source from "./native.c" with { type: "text" };

const NO_RELAY = 'static void relay(int out) { fail("no way to", "the proxy"); }';

/** Needs neither headers nor a C library, which a user's machine may lack: it calls the kernel by itself. */
export function sourceWith(relay = NO_RELAY): string {
  return source.replace("/* RELAY */", () => relay);
}
