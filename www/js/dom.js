// Finds and creates elements.

/**
 * Returns the element with an ID.
 *
 * @param {string} id
 */
export const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** Like `byId`, for an input. @type {(id: string) => HTMLInputElement} */
export const inputById = /** @type {any} */ (byId);

/** Like `byId`, for a select. @type {(id: string) => HTMLSelectElement} */
export const selectById = /** @type {any} */ (byId);

/** Like `byId`, for a button. @type {(id: string) => HTMLButtonElement} */
export const buttonById = /** @type {any} */ (byId);

/**
 * Creates an element: `make("p", { className: "limit" }, "text", child)`.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Partial<HTMLElementTagNameMap[Tag]>} properties
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/**
 * Creates a button that runs an action.
 *
 * @param {string} label
 * @param {() => unknown} action
 */
export function makeButton(label, action, className = "") {
  const button = make("button", { type: "button", className }, label);
  button.addEventListener("click", action);
  return button;
}

/**
 * Creates a figure with preformatted text that can be scrolled with the keyboard.
 *
 * @param {string} label for screen readers
 * @param {string} text
 */
export function makeTextFigure(label, text) {
  const figure = make("figure", {}, make("pre", { tabIndex: 0, textContent: text }));
  figure.setAttribute("aria-label", label);
  return figure;
}

/** Opens the collapsed sections that an element is in. @param {Element} element */
export function openSection(element) {
  for (let details = element.closest("details"); details; details = details.parentElement?.closest("details") ?? null)
    details.open = true;
}

/** Focuses the element with an ID, also in a collapsed section. @param {string} id */
export function focusOn(id) {
  openSection(byId(id));
  byId(id).focus();
}
