// An empty program: what a Bun executable costs before it does anything.
export {};
