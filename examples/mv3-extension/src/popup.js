// The popup: a form for credentials, or their caller identity.

const element = (id) => document.getElementById(id);
const form = document.forms["sign-in"];

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const { accessKeyId, secretAccessKey, sessionToken } = Object.fromEntries(new FormData(form));
  form.reset();
  update({
    type: "useCredentials",
    credentials: { accessKeyId, secretAccessKey, sessionToken: sessionToken || undefined },
  });
});
element("forget").addEventListener("click", () => update({ type: "forget" }));
update({ type: "identity" });

/** Sends a message to the service worker, and shows the identity or the error that it returns. */
async function update(message) {
  const { result, error } = await chrome.runtime.sendMessage(message);
  form.hidden = Boolean(result);
  element("identity").hidden = !result;
  element("account").textContent = result?.account ?? "";
  element("arn").textContent = result?.arn ?? "";
  element("error").hidden = !error;
  element("error").textContent = error ?? "";
}
