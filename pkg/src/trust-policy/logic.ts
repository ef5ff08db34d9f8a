// Three-valued logic: true, false and unknown.

/** True, false or not known. Compare with `=== true`: the string `"unknown"` is truthy. */
export type Truth = boolean | "unknown";

/** Returns whether all values are true. False if any is false, even if others are unknown. */
export function every(values: Truth[]): Truth {
  if (values.includes(false)) return false;
  return values.includes("unknown") ? "unknown" : true;
}

/** Returns whether any value is true. True if one is, even if others are unknown. */
export function some(values: Truth[]): Truth {
  return not(every(values.map(not)));
}

/** Returns the negation. The negation of unknown is unknown. */
export function not(value: Truth): Truth {
  return value === "unknown" ? "unknown" : !value;
}
