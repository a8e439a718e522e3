// Looking into a value that may be anything, as what was parsed from JSON is.

/** The fields of an object. */
export type Fields<V = unknown> = Readonly<Record<string, V>>;

/** Whether a value is an object with fields: no list, and not null. */
export function fields<V = unknown>(value: unknown): value is Fields<V> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
