// Three-valued logic: true, false and unknown.

/** True, false or not known. Compare with `=== true`: the string `"unknown"` is truthy. */
export type Truth = boolean | "unknown";

/** Returns whether all are true; false as soon as one is, whatever the unknown ones are. */
export function every(values: Truth[]): Truth {
  if (values.includes(false)) return false;
  return values.includes("unknown") ? "unknown" : true;
}

/** Returns whether one is true, whatever the unknown ones are. */
export function some(values: Truth[]): Truth {
  return not(every(values.map(not)));
}

/** Returns the opposite; the opposite of unknown is unknown. */
export function not(value: Truth): Truth {
  return value === "unknown" ? "unknown" : !value;
}
