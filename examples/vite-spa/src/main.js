// Shows the page's sections and handles its buttons.

import { Bucket } from "./bucket.js";
import { completeSignIn, signIn } from "./sign-in.js";

const element = (id) => document.getElementById(id);

element("sign-in").addEventListener("click", () => attempt(signIn));
attempt(async () => {
  const session = await completeSignIn();
  if (session) open(session);
  else show("welcome");
}, "welcome");

function open(session) {
  const bucket = new Bucket(session);
  element("name").textContent = session.name;
  element("account").hidden = false;
  show("bucket");
  element("reload").addEventListener("click", () => attempt(() => list(bucket)));
  element("sign-out").addEventListener("click", () => {
    bucket.close();
    element("account").hidden = true;
    show();
    attempt(() => session.signOut(), "welcome");
  });
  attempt(() => list(bucket));
}

async function list(bucket) {
  element("status").textContent = "Loading …";
  element("reload").disabled = true;
  try {
    const objects = await bucket.list();
    element("objects").replaceChildren(...objects.map(row));
    const expiration = (await bucket.expiration()).toLocaleTimeString(undefined, { timeStyle: "short" });
    const count = objects.length === 1 ? "1 file" : `${objects.length} files`;
    element("status").textContent = `${count}. Credentials until ${expiration}; they are renewed when needed.`;
  } catch (error) {
    element("status").textContent = "";
    throw error;
  } finally {
    element("reload").disabled = false;
  }
}

function row({ key, size, lastModified }) {
  const row = document.createElement("tr");
  const cells = [
    key,
    size.toLocaleString(undefined, { style: "unit", unit: "byte", unitDisplay: "long" }),
    lastModified.toLocaleString(),
  ].map((text) => {
    const cell = document.createElement("td");
    cell.textContent = text;
    return cell;
  });
  cells[1].className = "number";
  row.append(...cells);
  return row;
}

/** Shows one of the sections. */
function show(id) {
  for (const section of document.querySelectorAll("section")) section.hidden = section.id !== id;
}

/** Runs `action`. If it fails, shows the error, and the section `fallback` if one is passed. */
async function attempt(action, fallback) {
  element("error").hidden = true;
  try {
    await action();
  } catch (error) {
    // `hint` is for errors of sts-web, `error_description` for OAuth errors.
    const advice = error.hint ?? error.error_description ?? "";
    element("error").textContent = `${error.message}\n${advice}`.trim();
    element("error").hidden = false;
    if (fallback) show(fallback);
  }
}
