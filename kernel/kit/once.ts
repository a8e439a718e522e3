// What is dear to make and hardly ever wanted.

/** A function that gives what `make` gives, made at its first call. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
