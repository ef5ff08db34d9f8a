// Shows the keys that the page holds: who came from whom, with what can be done with each.

import { byId, make } from "./dom.js";
import { canRenew, nameOf, pathTo, sessions, timeLeft } from "./sessions.js";
import { say, span } from "./strings.js";

/** Draws the chain. `current` is the session whose keys are in the form; `actions` has use, renew and forget. */
export function showChain(current, actions) {
  byId("chain").hidden = sessions.length === 0;
  byId("path").textContent = pathTo(current).map(nameOf).join(" → ");
  const controls = () => [...byId("links").querySelectorAll("button, input")];
  const focused = controls().indexOf(document.activeElement);
  byId("links").replaceChildren(
    ...below(undefined).map(({ session, depth }) => line(session, depth, current, actions)),
  );
  // Whoever is there with the keyboard stays there.
  if (focused >= 0) (controls()[focused] ?? controls().at(-1) ?? byId("access-key-id")).focus();
}

/** Writes the time left into every line. */
export function tickChain() {
  for (const [index, { session }] of below(undefined).entries()) {
    const time = byId("links").children[index]?.querySelector(".left");
    if (time && session.expiration) time.textContent = leftInWords(session);
  }
}

/** How long a session lasts yet, in words. */
export function leftInWords(session) {
  const left = timeLeft(session);
  return left > 0 ? span(Math.ceil(left / 1000)) : say("expired");
}

/** The sessions as a tree, from the top down. */
function below(from, depth = 0) {
  const children = sessions.filter((session) => (sessions.includes(session.from) ? session.from : undefined) === from);
  return children.flatMap((session) => [{ session, depth }, ...below(session, depth + 1)]);
}

function line(session, depth, current, actions) {
  const name = nameOf(session);
  const button = (word, action) => {
    const forReaders = make("span", { className: "for-reader" }, ` ${name}`);
    const made = make("button", { type: "button", className: word }, say(word), forReaders);
    made.addEventListener("click", () => action(session));
    return made;
  };
  const item = make(
    "li",
    {},
    make("span", { className: "name", title: session.arn ?? "" }, "→ ".repeat(Math.min(depth, 1)), name),
  );
  item.dataset.depth = Math.min(depth, 4);
  if (session.expiration) item.append(make("span", { className: "left" }, leftInWords(session)));
  if (session === current) item.setAttribute("aria-current", "true");
  else item.append(button("use", actions.use));
  if (session.made) item.append(button("renew", actions.renew));
  if (canRenew(session)) item.append(renewsItself(session, name));
  item.append(button("forget-one", actions.forget));
  return item;
}

function renewsItself(session, name) {
  const box = make("input", { type: "checkbox", checked: session.renewsItself });
  box.setAttribute("aria-label", `${say("renews-itself")}: ${name}`);
  box.addEventListener("change", () => (session.renewsItself = box.checked));
  return make("label", { className: "choice" }, box, say("renews-itself"));
}
