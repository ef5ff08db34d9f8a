// Values as one string: what crosses between JavaScript and the wasm module. `src/wasm/wire.rs` says how it is written.

/** The model is four levels deep, and an object that refers to itself would go on for ever. */
const MAX_DEPTH = 8;

/** A value for the module. What no member of an input can be is named, so that the module can tell of it. */
export function encode(value: unknown, depth = 0): string {
  if (typeof value === "string") return `s${value.length}:${value}`;
  if (Number.isSafeInteger(value)) return `n${value}:`;
  if (typeof value === "number") return other(String(value));
  if (value instanceof Date) return `t${value.getTime()}:`;
  if (typeof value !== "object" || value === null) return other(`a ${typeof value}`);
  if (depth === MAX_DEPTH) return other("nested too deeply");
  if (Array.isArray(value)) return `l:${value.map((item) => encode(item, depth + 1)).join("")}e:`;
  let members = "";
  for (const [name, member] of Object.entries(value)) {
    // As in the SDK: a member that is undefined or null is not there.
    if (member != null) members += encode(name) + encode(member, depth + 1);
  }
  return `m:${members}e:`;
}

function other(name: string): string {
  return `o${name.length}:${name}`;
}

/** What the module wrote. An error that it tells of is `{ error }`. */
export function decode(text: string): any {
  let place = 0;
  const next = (): any => {
    const letter = text[place];
    let number = 0;
    let sign = 1;
    // Digit by digit: to cut them out and convert them takes longer. The colon comes after 9, and the minus before 0.
    for (let digit; (digit = text.charCodeAt((place += 1)) - 48) < 10; ) {
      if (digit < 0) sign = -1;
      else number = number * 10 + digit;
    }
    place += 1;
    number *= sign;
    switch (letter) {
      case "s":
        return text.slice(place, (place += number));
      case "n":
        return number;
      case "t":
        return new Date(number);
      case "l": {
        const items = [];
        for (let item; (item = next()) !== END; ) items.push(item);
        return items;
      }
      case "m":
      case "x": {
        const members: Record<string, unknown> = {};
        for (let name; (name = next()) !== END; ) {
          // Setting it would give the object another prototype.
          if (name === "__proto__") Object.defineProperty(members, name, { value: next(), enumerable: true });
          else members[name] = next();
        }
        return letter === "m" ? members : { error: members };
      }
      case "e":
        return END;
    }
  };
  return next();
}

const END = Symbol();
