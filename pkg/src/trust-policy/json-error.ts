// Where a text is not JSON. The messages of JavaScript engines differ, have no place in some, and quote the text, which may be a
// secret that was pasted by mistake.
//
// Source: RFC 8259, "The JavaScript Object Notation (JSON) Data Interchange Format".

/** The opening braces and brackets that are not closed yet. */
type Open = ("{" | "[")[];
type State = "value" | "first value" | "name" | "first name" | "colon" | "after a value";

const WHITE_SPACE = /[ \t\r\n]*/y;
/** A string has no control character below U+0020. */
const TOKEN =
  /"(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\],:]/uy;

/** Describes the first place where a text cannot go on as JSON: what is expected at which line and column. */
export function describeJsonError(text: string): string {
  const open: Open = [];
  let state: State | undefined = "value";
  let expected: State = state;
  let at = 0;
  let end = 0;
  while (state) {
    expected = state;
    at = endOf(WHITE_SPACE, text, end);
    end = endOf(TOKEN, text, at);
    state = stateAfter(text.slice(at, end), state, open);
  }
  const lines = text.slice(0, at).split(/\r\n|\r|\n/);
  const place = `line ${lines.length}, column ${lines.at(-1)!.length + 1}`;
  return `${nameOf(expected, open)} is expected at ${place}${at === text.length ? ", where the text ends" : ""}.`;
}

function endOf(pattern: RegExp, text: string, start: number): number {
  pattern.lastIndex = start;
  return pattern.test(text) ? pattern.lastIndex : start;
}

/** Returns the state after a token, or undefined if the token is not expected. Updates `open`. */
function stateAfter(token: string, state: State, open: Open): State | undefined {
  if (token === "") return undefined;
  if (token === "}" || token === "]") {
    const isEnd =
      (state.startsWith("first") || state === "after a value") && open.at(-1) === (token === "}" ? "{" : "[");
    if (isEnd) open.pop();
    return isEnd ? "after a value" : undefined;
  }
  switch (state) {
    case "name":
    case "first name":
      return token.startsWith('"') ? "colon" : undefined;
    case "colon":
      return token === ":" ? "value" : undefined;
    case "after a value":
      if (token !== "," || open.length === 0) return undefined;
      return open.at(-1) === "{" ? "name" : "value";
    default:
      if (token === ":" || token === ",") return undefined;
      if (token !== "{" && token !== "[") return "after a value";
      open.push(token);
      return token === "{" ? "first name" : "first value";
  }
}

function nameOf(state: State, open: Open): string {
  switch (state) {
    case "name":
      return "A name in double quotes";
    case "first name":
      return 'A name in double quotes or "}"';
    case "colon":
      return "A colon";
    case "value":
      return "A value";
    case "first value":
      return 'A value or "]"';
    default:
      if (open.length === 0) return "The end of the text";
      return open.at(-1) === "{" ? 'A comma or "}"' : 'A comma or "]"';
  }
}
