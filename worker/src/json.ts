// Reading JSON strictly.

/** Returns the JSON object in a text, or `undefined` if it is not one. */
export function jsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether an object in a JSON text, such as a session policy, has a member twice. JSON.parse keeps the last one only. */
export function hasRepeatedMember(json: string): boolean {
  const open: Set<string>[] = [];
  const tokens = /[{}[\]]|("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"/g;
  // Not `matchAll`, which compiles the expression again at each call.
  for (let match = tokens.exec(json); match; match = tokens.exec(json)) {
    const [token, name] = match;
    if (token === "{" || token === "[") open.push(new Set());
    else if (token === "}" || token === "]") open.pop();
    else if (name !== undefined) {
      const names = open.at(-1)!;
      const size = names.size;
      // Parsed, since a name can be written with escapes.
      if (names.add(JSON.parse(name)).size === size) return true;
    }
  }
  return false;
}
