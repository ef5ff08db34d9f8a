// Loaded only if this project's Worker serves the page: sign-in, and role credentials without an access key.
// worker/README.md describes the Worker.
//
// The page passes the functions that this module needs, because it is bundled separately.

/** @typedef {import("./call.js").CallFailure} CallFailure */
/** @typedef {Extract<keyof HTMLElementTagNameMap, string>} Tag */

/**
 * The response of `worker.json`.
 *
 * @typedef {object} Worker
 * @property {boolean} signIn whether users can sign in on the page
 * @property {Caller} [caller] the signed-in user
 * @property {string} region
 * @property {string} [endpoint]
 */

/**
 * A signed-in user.
 *
 * @typedef {object} Caller
 * @property {string} subject
 * @property {Record<string, string>} roles the ARNs of the user's sessions, by role
 * @property {number} [sessionSeconds] until the user has to sign in again
 */

/**
 * The page's functions.
 *
 * @typedef {object} Page
 * @property {typeof import("./dom.js").make} make
 * @property {typeof import("./strings.js").t} t
 * @property {(error: CallFailure) => void} showError
 * @property {(button: HTMLButtonElement, work: () => Promise<void>) => Promise<void>} whileDisabled
 * @property {(origin: import("./sessions.js").Origin, output: any, settings: import("./call.js").Settings) => void}
 *   showCredentials
 * @property {typeof import("./result-card.js").showResult} showResult
 * @property {typeof import("./sessions.js").abortIfAllForgotten} abortIfAllForgotten
 */

/**
 * Shows the sign-in form or, for a signed-in user, the form with the roles.
 *
 * @param {Worker} worker
 * @param {Page} page
 */
export function offerWorker(worker, page) {
  const { signIn, caller } = worker;
  const form = /** @type {HTMLElement} */ (document.getElementById("worker"));
  form.hidden = !signIn && !caller;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.append(...failedSignIn(page));
  if (!caller) form.append(...signInElements(page));
  else if (Object.keys(caller.roles).length === 0) form.append(...noRolesElements(caller.subject, page));
  else form.append(...roleElements({ ...worker, caller }, page));
}

/** The Worker's error codes for a failed sign-in. index.html has a text for each. */
const SIGN_IN_FAILURES = ["SignInCancelled", "SignInNotBegun", "SignInFailed", "IssuerUnreachable", "TooManyRequests"];

/** Creates the message if the Worker redirected here after a failed sign-in. @param {Page} page */
function failedSignIn({ make, t }) {
  const code = new URLSearchParams(location.search).get("sign-in");
  if (code === null) return [];
  history.replaceState(null, "", location.pathname + location.hash);
  const key = SIGN_IN_FAILURES.includes(code) ? code : "SignInFailed";
  return [make("p", { id: "worker-failure", role: "alert" }, t(key))];
}

/** @param {Page} page */
function signInElements({ make, t }) {
  const link = make("a", { id: "worker-sign-in", className: "button", href: "api/sign-in" }, t("sign-in"));
  return [make("p", {}, t("signed-out")), make("p", { className: "actions" }, link)];
}

/**
 * @param {string} subject
 * @param {Page} page
 */
function noRolesElements(subject, page) {
  const { make, t } = page;
  return [make("p", {}, t("no-roles", { subject })), make("p", { className: "actions" }, signOutButton(page))];
}

/**
 * @param {Worker & { caller: NonNullable<Worker["caller"]> }} worker
 * @param {Page} page
 */
function roleElements({ signIn, caller, region, endpoint }, page) {
  const { make, t } = page;
  const { subject, roles } = caller;
  const notice = sessionNotice(caller, page);
  const options = Object.keys(roles).map((name) => make("option", { textContent: name }));
  const select = make("select", { id: "worker-role" }, ...options);
  const field = make("div", { className: "field" }, make("label", { htmlFor: select.id }, t("role")), select);

  const credentialsButton = actionButton("get-credentials", page, async () => {
    const role = select.value;
    const request = () => requestCredentials(role, roles[role], page);
    page.showCredentials({ operation: "AssumeRole", input: {}, request }, await request(), { region, endpoint });
  });
  credentialsButton.className = "primary";
  const bucketsButton = actionButton("list-buckets", page, async () => {
    page.showResult(select.value, "", { Buckets: await listBuckets(select.value, page) });
  });
  const consoleButton = actionButton("open-console", page, () => openConsole(select.value, page));
  const buttons = [credentialsButton, bucketsButton, consoleButton, ...(signIn ? [signOutButton(page)] : [])];
  return [make("p", {}, t("signed-in", { subject })), notice, field, make("div", { className: "actions" }, ...buttons)];
}

/** How long before the end of the user's session the notice is shown, in seconds. */
const NOTICE_BEFORE_END = 300;

/**
 * Creates the notice that the user's session is about to end or has ended. Its link signs in again in another tab, so
 * that nothing on this page is lost. When the user returns, the notice is hidden.
 *
 * @param {Caller} caller
 * @param {Page} page
 */
function sessionNotice({ sessionSeconds }, { make, t }) {
  const notice = make("div", { id: "worker-notice", hidden: true });
  notice.setAttribute("role", "status");
  const link = () =>
    make(
      "a",
      { id: "worker-sign-in-again", href: "api/sign-in", target: "_blank", rel: "noopener" },
      t("sign-in-again"),
    );
  /** @param {string} key */
  const show = (key) => {
    notice.replaceChildren(t(key, { minutes: NOTICE_BEFORE_END / 60 }), " ", link());
    notice.hidden = false;
  };
  /** @type {ReturnType<typeof setTimeout>[]} */
  let timers = [];
  /** @param {number | undefined} seconds */
  const schedule = (seconds) => {
    timers.forEach(clearTimeout);
    notice.hidden = true;
    if (seconds === undefined) return;
    const after = (/** @type {number} */ delay, /** @type {string} */ key) =>
      setTimeout(() => show(key), Math.max(0, delay) * 1000);
    timers = [after(seconds - NOTICE_BEFORE_END, "session-ends"), after(seconds, "session-ended")];
  };
  schedule(sessionSeconds);
  document.addEventListener("worker-session-ended", () => show("session-ended"));
  document.addEventListener("visibilitychange", async () => {
    if (notice.hidden || document.hidden) return;
    const response = await fetch("./worker.json").catch(() => undefined);
    const { caller } = response?.ok ? await response.json() : {};
    if (caller) schedule(caller.sessionSeconds);
  });
  return notice;
}

/** @param {Page} page */
function signOutButton(page) {
  return actionButton("sign-out", page, async () => {
    await request("api/sign-out", page, {});
    location.reload();
  });
}

/**
 * Creates a button that is disabled while its action runs. An error is shown on the page.
 *
 * @param {string} key of its text
 * @param {Page} page
 * @param {() => Promise<void>} action
 */
function actionButton(key, { make, t, whileDisabled, showError }, action) {
  const button = make("button", { type: "button", id: `worker-${key}` }, t(key));
  button.addEventListener("click", () => whileDisabled(button, () => action().catch(showError)));
  return button;
}

/**
 * Returns role credentials as an output of AssumeRole.
 *
 * @param {string} role
 * @param {string} arn
 * @param {Page} page
 */
async function requestCredentials(role, arn, page) {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = await request("api/credentials", page, { role });
  return {
    Credentials: { AccessKeyId, SecretAccessKey, SessionToken, Expiration: new Date(Expiration) },
    AssumedRoleUser: { Arn: arn },
  };
}

/**
 * @param {string} role
 * @param {Page} page
 */
async function listBuckets(role, page) {
  const all = [];
  let next;
  do {
    /** @type {URLSearchParams} */
    const query = new URLSearchParams({ role, ...(next && { continuationToken: next }) });
    const { buckets, continuationToken } = await request(`api/buckets?${query}`, page);
    for (const { name, creationDate } of buckets) all.push({ Name: name, CreationDate: creationDate });
    next = continuationToken;
  } while (next);
  return all;
}

/**
 * @param {string} role
 * @param {Page} page
 */
async function openConsole(role, page) {
  // Opened before the request, because browsers block windows that are opened too long after the click.
  const tab = open("", "_blank");
  try {
    const { url } = await request("api/console", page, { role });
    if (!tab) return;
    tab.opener = null;
    tab.location = url;
  } catch (error) {
    tab?.close();
    throw error;
  }
}

/**
 * Sends a request to the Worker and returns the JSON in its response. An error response is thrown as an error with the
 * fields of the package's errors. Throws an `AbortError` if everything is forgotten in the meantime.
 *
 * @param {string} path
 * @param {Page} page
 * @param {object} [body] sent with POST
 */
function request(path, { abortIfAllForgotten }, body) {
  return abortIfAllForgotten(async (signal) => {
    const post = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    const response = await fetch(path, { ...(body && post), signal });
    const text = await response.text();
    if (response.ok) return text ? JSON.parse(text) : undefined;
    const { title, detail, hint, requestId } = parseProblem(text);
    // The session cookie is missing, or its session has ended.
    if (response.status === 401) document.dispatchEvent(new Event("worker-session-ended"));
    const $metadata = { httpStatusCode: response.status, requestId };
    throw Object.assign(new Error(detail ?? response.statusText), { name: title ?? "", hint, $metadata });
  });
}

/** Parses a problem document (RFC 9457). Returns an empty object for other content. @param {string} text */
function parseProblem(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
