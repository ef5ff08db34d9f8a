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
 * @property {(text: string) => void} showStatus
 * @property {(button: HTMLButtonElement, work: () => Promise<void>) => Promise<void>} whileDisabled
 * @property {(origin: import("./sessions.js").Origin, output: any, settings: import("./call.js").Settings) => unknown}
 *   showCredentials
 * @property {typeof import("./sessions.js").abortIfAllForgotten} abortIfAllForgotten
 */

/**
 * Shows the sign-in form or, for a signed-in user, the form with the roles.
 *
 * @param {Worker} worker
 * @param {Page} page
 */
export function offerWorker(worker, page) {
  const form = /** @type {HTMLElement} */ (document.getElementById("worker"));
  form.addEventListener("submit", (event) => event.preventDefault());
  const failure = failedSignIn(page);
  showForm(form, worker, page);
  form.prepend(...failure);
  if (worker.caller) watchSession(form, { ...worker, caller: worker.caller }, page);
}

/**
 * @param {HTMLElement} form
 * @param {Worker} worker
 * @param {Page} page
 */
function showForm(form, worker, page) {
  const { signIn, caller } = worker;
  form.hidden = !signIn && !caller;
  if (!caller) return form.replaceChildren(...signInElements(page));
  const hasRoles = Object.keys(caller.roles).length > 0;
  form.replaceChildren(...(hasRoles ? roleElements({ ...worker, caller }, page) : noRolesElements(page)));
  if (hasRoles) foldOwnCredentials(form, page);
}

/**
 * Folds the form for the user's own credentials: the roles come first.
 *
 * @param {HTMLElement} form
 * @param {Page} page
 */
function foldOwnCredentials(form, { make, t }) {
  const own = /** @type {HTMLFormElement} */ (document.getElementById("credentials"));
  if (own.parentElement?.id === "own-credentials") return;
  const isFilledIn = /** @type {HTMLInputElement} */ (own.elements.namedItem("access-key-id")).value !== "";
  const details = make("details", { id: "own-credentials", open: isFilledIn });
  form.after(details);
  details.append(make("summary", {}, t("own-credentials")), own);
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
  const link = make("a", { id: "worker-sign-in", className: "button primary", href: "api/sign-in" }, t("sign-in"));
  return [make("p", {}, t("signed-out")), make("p", { className: "actions" }, link)];
}

/** @param {Page} page */
function noRolesElements(page) {
  return [
    page.make("p", {}, page.t("no-roles")),
    noticeElement(page),
    page.make("p", { className: "actions" }, signOutButton(page)),
  ];
}

/** @typedef {Worker & { caller: Caller }} SignedInWorker */

/**
 * @param {SignedInWorker} worker
 * @param {Page} page
 */
function roleElements(worker, page) {
  const { make, t } = page;
  const { subject, roles } = worker.caller;
  const names = Object.keys(roles);
  const select = make("select", { id: "worker-role" }, ...names.map((name) => make("option", { textContent: name })));
  const field = make("div", { className: "field" }, make("label", { htmlFor: select.id }, t("role")), select);
  field.hidden = names.length === 1;
  const card = make("div", { id: "worker-card" });
  card.setAttribute("role", "group");
  card.setAttribute("aria-labelledby", "worker-card-title");
  const showCard = () => card.replaceChildren(...cardElements(select.value, worker, page));
  select.addEventListener("change", showCard);
  showCard();
  const signOut = worker.signIn ? [make("p", { className: "actions" }, signOutButton(page))] : [];
  return [make("p", {}, t("signed-in", { subject })), noticeElement(page), field, card, ...signOut];
}

/**
 * All that a role offers: its credentials, its buckets and the console.
 *
 * @param {string} role
 * @param {SignedInWorker} worker
 * @param {Page} page
 */
function cardElements(role, { caller, region, endpoint }, page) {
  const { make } = page;
  const arn = caller.roles[role];
  const credentialsButton = actionButton("get-credentials", page, async () => {
    const request = () => requestCredentials(role, arn, page);
    await page.showCredentials({ operation: "AssumeRole", input: {}, request }, await request(), { region, endpoint });
  });
  credentialsButton.className = "primary";
  const buckets = make("div", { id: "worker-buckets" });
  const bucketsButton = actionButton("list-buckets", page, async () => {
    buckets.replaceChildren(...bucketElements(await listBuckets(role, page), page));
  });
  const consoleButton = actionButton("open-console", page, () => openConsole(role, page));
  return [
    make("h3", { id: "worker-card-title" }, role),
    make("p", { className: "metadata" }, String(arn)),
    make("div", { className: "actions" }, credentialsButton, bucketsButton, consoleButton),
    buckets,
  ];
}

/**
 * @param {Bucket[]} buckets
 * @param {Page} page
 */
function bucketElements(buckets, { make, t }) {
  const count = make("p", {}, t("buckets", { count: buckets.length }));
  count.setAttribute("role", "status");
  if (!buckets.length) return [count];
  const titles = [t("bucket-name"), t("bucket-created")].map((title) => make("th", { scope: "col" }, title));
  const rows = buckets.map(({ name, creationDate }) =>
    make("tr", {}, ...[String(name), timeText(creationDate)].map((text) => make("td", {}, text))),
  );
  return [count, make("table", {}, make("thead", {}, make("tr", {}, ...titles)), make("tbody", {}, ...rows))];
}

/** @param {string} [time] */
function timeText(time = "") {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? "" : date.toLocaleString();
}

/** @param {Page} page */
function noticeElement({ make }) {
  const notice = make("div", { id: "worker-notice", hidden: true });
  notice.setAttribute("role", "status");
  return notice;
}

/** How long before the end of the user's session the notice is shown, in seconds. */
const NOTICE_BEFORE_END = 300;
/** How often the time left is compared with it, in milliseconds. */
const CHECK_INTERVAL = 1000;

/**
 * Shows a notice when the user's session is about to end or has ended. Its link signs in again in another tab, so that
 * nothing on this page is lost. When the user returns, the notice is hidden.
 *
 * @param {HTMLElement} form
 * @param {SignedInWorker} worker
 * @param {Page} page
 */
function watchSession(form, worker, page) {
  let { caller } = worker;
  let end = endOf(caller);
  let shown = "";
  // Timers stop while the machine sleeps, and the clock does not.
  const check = () => {
    const left = (end - Date.now()) / 1000;
    const key = left <= 0 ? "session-ended" : left <= NOTICE_BEFORE_END ? "session-ends" : "";
    if (key !== shown) showNotice(key, worker, page);
    shown = key;
  };
  const refresh = async () => {
    if (!shown || document.hidden) return;
    const response = await fetch("./worker.json").catch(() => undefined);
    const { caller: now } = response?.ok ? ((await response.json()) ?? {}) : {};
    if (!now) return;
    // Another user may have signed in, or the roles may have changed.
    if (JSON.stringify([now.subject, now.roles]) !== JSON.stringify([caller.subject, caller.roles])) {
      showForm(form, { ...worker, caller: now }, page);
      shown = "";
    }
    caller = now;
    end = endOf(caller);
    check();
  };
  document.addEventListener("worker-session-ended", () => {
    end = 0;
    check();
  });
  document.addEventListener("visibilitychange", refresh);
  // Also from another window beside this one.
  addEventListener("focus", refresh);
  setInterval(check, CHECK_INTERVAL);
  check();
}

/** When the user has to sign in again, in milliseconds since 1970. @param {Caller} caller */
function endOf({ sessionSeconds = Infinity }) {
  return Date.now() + sessionSeconds * 1000;
}

/**
 * @param {string} key of the text, or empty for no notice
 * @param {Worker} worker
 * @param {Page} page
 */
function showNotice(key, { signIn }, { make, t, showStatus }) {
  const notice = /** @type {HTMLElement} */ (document.getElementById("worker-notice"));
  notice.hidden = !key;
  if (!key) return;
  const text = t(key, { minutes: NOTICE_BEFORE_END / 60 });
  // Without the Worker's own sign-in, the proxy in front of it signs users in.
  const link = { id: "worker-sign-in-again", href: signIn ? "api/sign-in" : "./", target: "_blank", rel: "noopener" };
  notice.replaceChildren(text, " ", make("a", link, t("sign-in-again")));
  // The notice may be out of view.
  showStatus(text);
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

/** @typedef {{ name: string, creationDate?: string }} Bucket */

/**
 * @param {string} role
 * @param {Page} page
 */
async function listBuckets(role, page) {
  /** @type {Bucket[]} */
  const all = [];
  const seen = new Set();
  let next;
  do {
    seen.add(next);
    /** @type {URLSearchParams} */
    const query = new URLSearchParams({ role, ...(next && { continuationToken: next }) });
    const { buckets, continuationToken } = await request(`api/buckets?${query}`, page);
    all.push(...buckets);
    next = continuationToken;
    // A token that comes back would go on forever.
  } while (next && !seen.has(next));
  return all;
}

const BLOCKED = "The browser blocked the tab for the AWS console.";

/**
 * @param {string} role
 * @param {Page} page
 */
async function openConsole(role, page) {
  // Opened before the request, because browsers block windows that are opened too long after the click.
  const tab = open("", "_blank");
  if (!tab) throw Object.assign(new Error(BLOCKED), { name: "", hint: "Allow pop-ups for this page, and try again." });
  try {
    const { url } = await request("api/console", page, { role });
    if (new URL(url).protocol !== "https:") throw new Error(`The Worker returned ${url} as the console's address.`);
    tab.opener = null;
    tab.location = url;
  } catch (error) {
    tab.close();
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
