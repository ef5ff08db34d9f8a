// Finds elements, and makes them.

/** The element with an id. */
export const byId = (id) => document.getElementById(id);

/** Makes an element: `make("p", { className: "limit" }, "text", child)`. */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}
