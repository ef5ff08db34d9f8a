// The form "Who you are": reads it, fills it, and fills it from what is pasted or dropped.

import { PageError } from "./call.js";
import { make } from "./fields.js";
import { merge, readProfiles, resolve } from "./profiles.js";
import { say } from "./words.js";

const byId = (id) => document.getElementById(id);
const FIELDS = {
  accessKeyId: "access-key-id",
  secretAccessKey: "secret-access-key",
  sessionToken: "session-token",
  region: "region",
  endpoint: "endpoint",
};

/** The profiles that were pasted or dropped. */
let profiles = new Map();
/** The endpoint that the chosen profile has. */
let endpointOfProfile;

/** What a call is made with, out of the form. */
export function readKeys() {
  const value = (name) => byId(FIELDS[name]).value.trim();
  const endpoint = value("endpoint");
  if (endpoint && !URL.canParse(endpoint)) throw new PageError(say("endpoint-not-a-url"));
  const accessKeyId = value("accessKeyId");
  const secretAccessKey = value("secretAccessKey");
  return {
    region: value("region"),
    endpoint: endpoint ? new URL(endpoint).origin : undefined,
    credentials: accessKeyId || secretAccessKey ? { accessKeyId, secretAccessKey, sessionToken: value("sessionToken") || undefined } : undefined,
  };
}

/** Puts keys, and where given region and endpoint, into the form. An empty endpoint is AWS's own. */
export function fillKeys({ region, endpoint, credentials }) {
  const keys = { accessKeyId: "", secretAccessKey: "", sessionToken: "", ...credentials };
  for (const [name, value] of Object.entries(keys)) byId(FIELDS[name]).value = value ?? "";
  if (region) byId("region").value = region;
  if (endpoint !== undefined) byId("endpoint").value = endpoint;
}

/** Empties the form and forgets the profiles. */
export function clearKeys() {
  byId("keys").reset();
  profiles = new Map();
  byId("profile").replaceChildren();
  byId("profiles").hidden = true;
  tell("");
}

/** Takes keys that are pasted or dropped anywhere on the page. `chosen(roles)` is told the roles of a profile. */
export function acceptKeys(chosen) {
  document.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    // In other fields, only what cannot be meant for them is taken: a policy is a text with lines, too.
    const elsewhere = event.target.matches?.("textarea, input:not(#keys input)");
    if (elsewhere || !take([{ name: "", text }], chosen)) return;
    event.preventDefault();
  });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    const { files } = event.dataTransfer;
    if (files.length) void open(files, chosen);
    else if (!take([{ name: "", text: event.dataTransfer.getData("text/plain") }], chosen)) tell(say("no-keys-found"));
  });
  byId("files").addEventListener("change", async (event) => {
    await open(event.target.files, chosen);
    event.target.value = "";
  });
  byId("profile").addEventListener("change", () => choose(byId("profile").value, chosen));
}

async function open(files, chosen) {
  const texts = [...files].filter(({ size }) => size < 1024 * 1024);
  const read = await Promise.all(texts.map(async (file) => ({ name: file.name, text: await file.text() })));
  if (!take(read, chosen)) tell(say("no-keys-found"));
}

/** Whether there were keys or profiles in the texts. */
function take(texts, chosen) {
  const read = texts.map(({ name, text }) => ({ name, profiles: readProfiles(text) })).filter((one) => one.profiles);
  if (!read.length) return false;
  // Files can come one after the other: the second knows the profiles of the first.
  profiles = merge([{ name: "config", profiles }, ...read]);
  const names = [...profiles.keys()];
  const newest = [...read[0].profiles.keys()];
  byId("profiles").hidden = names.length < 2;
  byId("profile").replaceChildren(...names.map((name) => make("option", { value: name, textContent: name })));
  if (newest.length > 1) {
    byId("profile").prepend(make("option", { value: "", textContent: say("choose") }));
    byId("profile").value = "";
    tell(say("profiles-read", { count: names.length }));
    byId("profile").focus();
  } else {
    byId("profile").value = newest[0];
    choose(newest[0], chosen);
    byId("who-am-i").focus();
  }
  return true;
}

function choose(name, chosen) {
  if (!name) return;
  const { problem, profile, credentials, region, endpoint, roles, expiration } = resolve(profiles, name);
  if (problem) return tell(say(problem, { profile }));
  // One that came with another profile is not this one's; one that was typed stays.
  const former = byId("endpoint").value === endpointOfProfile ? "" : undefined;
  endpointOfProfile = endpoint;
  fillKeys({ credentials, region, endpoint: endpoint ?? former });
  chosen(roles);
  const over = expiration && Date.parse(expiration) <= Date.now();
  tell(over ? say("keys-read-expired", { when: new Date(expiration).toLocaleString() }) : say(roles.length ? "keys-and-role-read" : "keys-read", { profile: name }));
}

function tell(text) {
  byId("import-news").textContent = text;
}
