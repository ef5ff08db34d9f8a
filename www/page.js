// What the buttons do: read a form, call, show.

import { exportCredentials, STS } from "./sts-web/entry/browser.js";
import { clearForms, fillKeys, fillRole, readKeys, readRole } from "./forms.js";
import { clearNews, say, showError, showResult } from "./show.js";
import { words } from "./words.js";

const byId = (id) => document.getElementById(id);

/** The keys of the last role, in memory and nowhere else. */
let roleKeys;

async function whoAmI(sts) {
  const identity = await sts.getCallerIdentity();
  showResult(words.youAre, words.identity(identity.Arn, identity.Account, identity.UserId), identity);
}

async function assumeRole(sts) {
  const output = await sts.assumeRole(readRole());
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = output.Credentials;
  roleKeys = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  const exports = await exportCredentials({ ...roleKeys, expiration: Expiration }, "sh");
  const arn = output.AssumedRoleUser?.Arn ?? readRole().RoleArn;
  showResult(words.youBecame, words.session(arn, Expiration.toLocaleString()), output, exports);
}

/** Does `work` with a client of the keys entered; the client's keys are wiped after it, whatever came of it. */
async function withClient(button, work) {
  const label = button.textContent;
  button.disabled = true;
  button.textContent = words.working;
  let sts;
  try {
    sts = new STS(readKeys());
    await work(sts);
  } catch (error) {
    showError(error);
  } finally {
    sts?.destroy();
    button.disabled = false;
    button.textContent = label;
  }
}

function onSubmit(form, button, work) {
  byId(form).addEventListener("submit", (event) => {
    event.preventDefault();
    void withClient(byId(button), work);
  });
}

function onClick(id, action) {
  byId(id).addEventListener("click", action);
}

onSubmit("keys", "who-am-i", whoAmI);
onSubmit("role", "assume", assumeRole);

onClick("use-keys", () => {
  fillKeys(roleKeys);
  byId("mfa-code").value = "";
  say(words.keysInPlace);
  byId("who-am-i").focus();
});

onClick("copy-exports", async () => {
  try {
    await navigator.clipboard.writeText(byId("exports").textContent);
    say(words.copied);
  } catch {
    say(words.notCopied);
  }
});

onClick("forget", () => {
  roleKeys = undefined;
  clearForms();
  clearNews();
  byId("access-key-id").focus();
});

for (const button of document.querySelectorAll(".reveal")) {
  button.addEventListener("click", () => {
    const field = byId(button.dataset.reveals);
    const shown = field.type === "text";
    field.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
    button.firstChild.data = shown ? words.show : words.hide;
  });
}

/** `cargo xtask start` serves the sandbox's keys; no other host is asked for them. */
async function offerSandbox() {
  if (!["127.0.0.1", "localhost"].includes(location.hostname)) return;
  const response = await fetch("./sandbox.json").catch(() => undefined);
  if (!response?.ok) return;
  const sandbox = await response.json();
  byId("sandbox").hidden = false;
  onClick("use-sandbox", () => {
    const { endpoint, region, accessKeyId, secretAccessKey } = sandbox;
    fillKeys({ endpoint, region, accessKeyId, secretAccessKey });
    fillRole(sandbox);
    byId("who-am-i").focus();
  });
}

void offerSandbox();
