// The form "Who you are": reads it, fills it, and fills it from what is pasted or dropped.

import { PageError } from "./call.js";
import { merge, readProfiles, resolve } from "./credentials-parser.js";
import { byId, make } from "./dom.js";
import { say } from "./strings.js";

const FIELDS = {
  accessKeyId: "access-key-id",
  secretAccessKey: "secret-access-key",
  sessionToken: "session-token",
  region: "region",
  endpoint: "endpoint",
};

/** The profiles of what was pasted or dropped, each with the file's name. */
let known = [];
/** What was put into the form for others: access key ids, and the regions and endpoints of profiles. */
const filled = new Set();
/** Whether the chosen profile lacks keys: those that are read next are for its role. */
let waiting = false;

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
    credentials:
      accessKeyId || secretAccessKey
        ? { accessKeyId, secretAccessKey, sessionToken: value("sessionToken") || undefined }
        : undefined,
  };
}

/** Puts keys, and where given region and endpoint, into the form. An empty endpoint is AWS's own. */
export function fillKeys({ region, endpoint, credentials }) {
  const keys = { accessKeyId: "", secretAccessKey: "", sessionToken: "", ...credentials };
  for (const [name, value] of Object.entries(keys)) byId(FIELDS[name]).value = value ?? "";
  filled.add(keys.accessKeyId);
  if (region) byId("region").value = region;
  if (endpoint !== undefined) byId("endpoint").value = endpoint;
}

/** Forgets the profiles that have one of these secret keys. */
export function forgetProfiles(secrets) {
  for (const { profiles } of known) {
    for (const [name, settings] of profiles)
      if (secrets.includes(settings.aws_secret_access_key)) profiles.delete(name);
  }
}

/** Empties the form and forgets the profiles. */
export function clearKeys() {
  byId("keys").reset();
  known = [];
  filled.clear();
  waiting = false;
  byId("profile").replaceChildren();
  byId("profiles").hidden = true;
  tell("");
}

/**
 * Takes keys that are pasted or dropped anywhere on the page. `chosen(roles)` is told the roles of a profile, undefined where
 * those in the form stay.
 */
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
  const read = texts
    .map(({ name, text }) => ({ name, profiles: readProfiles(text, name || say("pasted")) }))
    .filter((one) => one.profiles);
  if (!read.length) return false;
  // Files can come one after the other: the second knows the profiles of the first.
  known.push(...read);
  const names = [...merge(known).keys()];
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
    choose(newest[0], chosen, waiting);
    byId("who-am-i").focus();
  }
  return true;
}

function choose(name, chosen, waited) {
  if (!name) return;
  const { problem, profile, credentials, region, endpoint, roles, expiration } = resolve(merge(known), name);
  const stays = waited && !problem && !roles.length;
  waiting = stays || !!problem;
  for (const [field, value] of Object.entries({ region, endpoint })) {
    const input = byId(field);
    // What came with another profile is not this one's; what was typed stays.
    if (value || (!stays && filled.has(input.value))) input.value = value || input.defaultValue;
    filled.add(value);
  }
  if (credentials || filled.has(byId("access-key-id").value)) fillKeys({ credentials });
  chosen(stays ? undefined : roles);
  if (problem) return tell(say(problem, { profile }));
  const over = expiration && Date.parse(expiration) <= Date.now();
  tell(
    over
      ? say("keys-read-expired", { when: new Date(expiration).toLocaleString() })
      : say(roles.length ? "keys-and-role-read" : "keys-read", { profile: name }),
  );
}

function tell(text) {
  byId("import-news").textContent = text;
}
