// Values as one string, to pass them between JavaScript and the wasm module. `src/wasm/wire.rs` defines the format.

/** Maximum depth of an input. Inputs have four levels; an object that contains itself has no end. */
const MAX_DEPTH = 8;

/** Encodes a value for the module. Values of unsupported types are encoded as descriptions, for the error message. */
export function encode(value: unknown, depth = 0): string {
  if (typeof value === "string") return `s${value.length}:${value}`;
  if (Number.isSafeInteger(value)) return `n${value}:`;
  if (typeof value === "number") return unsupported(String(value));
  if (value instanceof Date) return `t${value.getTime()}:`;
  if (typeof value !== "object" || value === null) return unsupported(`a ${value && typeof value}`);
  if (depth === MAX_DEPTH) return unsupported("nested too deeply");
  if (Array.isArray(value)) return `l:${value.map((item) => encode(item, depth + 1)).join("")}e:`;
  let members = "";
  for (const name of namesOf(value)) {
    const member = (value as Record<string, unknown>)[name];
    // Members that are undefined or null are omitted, as in the SDK.
    if (member != null) members += encode(name) + encode(member, depth + 1);
  }
  return `m:${members}e:`;
}

/** Returns the names of an object's members. An instance of a class also has those of its getters, but not its methods. */
function namesOf(value: object): Iterable<string> {
  const names = new Set(Object.keys(value));
  const parentOf = Object.getPrototypeOf;
  // Not the prototype of all objects, which is the one without a parent.
  for (let parent = parentOf(value); parent && parentOf(parent); parent = parentOf(parent)) {
    for (const name of Object.getOwnPropertyNames(parent)) {
      if (typeof (value as Record<string, unknown>)[name] !== "function") names.add(name);
    }
  }
  return names;
}

function unsupported(description: string): string {
  return `o${description.length}:${description}`;
}

/** Decodes a value from the module. Returns `{ error }` for an error. */
export function decode(text: string): unknown {
  let index = 0;

  // Digit by digit: slicing the digits out and converting them is slower.
  const readNumber = (): number => {
    let number = 0;
    let sign = 1;
    // The colon that ends a number comes after "9" in ASCII, and the minus sign before "0".
    for (let digit = text.charCodeAt(index) - 48; digit < 10; digit = text.charCodeAt(index) - 48) {
      if (digit < 0) sign = -1;
      else number = number * 10 + digit;
      index += 1;
    }
    index += 1;
    return sign * number;
  };

  const readList = (): unknown[] => {
    const items: unknown[] = [];
    for (let item = readValue(); item !== END; item = readValue()) items.push(item);
    return items;
  };

  const readObject = (): Record<string, unknown> => {
    const members: Record<string, unknown> = {};
    for (let name = readValue(); name !== END; name = readValue()) {
      const value = readValue();
      // An assignment to `__proto__` would replace the object's prototype.
      if (name === "__proto__") Object.defineProperty(members, name, { value, enumerable: true });
      else members[name as string] = value;
    }
    return members;
  };

  const readValue = (): unknown => {
    const type = text[index];
    index += 1;
    const number = readNumber();
    switch (type) {
      case "s":
        index += number;
        return text.slice(index - number, index);
      case "n":
        return number;
      case "t":
        return new Date(number);
      case "l":
        return readList();
      case "m":
        return readObject();
      case "x":
        return { error: readObject() };
      case "e":
        return END;
    }
  };

  return readValue();
}

/** Marks the end of a list or object. */
const END = Symbol();
