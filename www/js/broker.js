// Where a Worker serves this page: roles for whoever is signed in, with no key typed. worker/README.md describes it.
//
// What it needs of the page is handed to it, since this file is not joined to the others.

/**
 * Offers what the Worker has. `worker` is what it said of itself: whether people sign in here, who has, and which roles
 * are theirs; `page` is what the page can do.
 */
export function offerWorker(
  { signIn, caller, region, endpoint },
  { make, say, failed, working, show, showResult, untilForgotten },
) {
  const form = document.getElementById("worker");
  const button = (id, action) => {
    const made = make("button", { type: "button", id: `worker-${id}` }, say(id));
    made.addEventListener("click", () =>
      working(made, () => action().catch((error) => failed(error, undefined, { mark() {} }))),
    );
    return made;
  };
  /** What is asked for is shown to nobody where everything is forgotten meanwhile. */
  const ask = (path, body) => untilForgotten((signal) => asked(path, body, signal));
  form.hidden = !signIn && !caller;
  if (!caller) {
    const link = make("a", { id: "worker-sign-in", className: "button", href: "api/sign-in" }, say("sign-in"));
    form.append(make("p", {}, say("not-signed-in")), make("p", { className: "actions" }, link));
    return;
  }
  const out = button("sign-out", async () => {
    await ask("api/sign-out", {});
    location.reload();
  });
  const names = Object.keys(caller.roles);
  const { subject } = caller;
  if (names.length === 0) {
    form.append(make("p", {}, say("no-roles")), make("p", { className: "actions" }, out));
    return;
  }
  const role = make("select", { id: "worker-role" }, ...names.map((name) => make("option", { textContent: name })));
  const field = make("div", { className: "field" }, make("label", { htmlFor: role.id }, say("role")), role);
  const keys = button("get-keys", async () => {
    const name = role.value;
    const again = async () => ({
      ...keysOf(await ask("api/credentials", { role: name })),
      AssumedRoleUser: { Arn: caller.roles[name] },
    });
    show({ operation: "AssumeRole", input: {}, again }, await again(), undefined, { region, endpoint });
  });
  keys.className = "primary";
  const buckets = button("list-buckets", async () => {
    const found = [];
    let next;
    do {
      const page = new URLSearchParams({ role: role.value, ...(next && { continuationToken: next }) });
      const { buckets, continuationToken } = await ask(`api/buckets?${page}`);
      found.push(...buckets.map(({ name, creationDate }) => ({ Name: name, CreationDate: creationDate })));
      next = continuationToken;
    } while (next);
    showResult(role.value, "", { Buckets: found });
  });
  const console = button("open-console", async () => {
    // Opened at once, since a browser opens no window for a click that is long over.
    const tab = open("", "_blank");
    try {
      const { url } = await ask("api/console", { role: role.value });
      tab.opener = null;
      tab.location = url;
    } catch (error) {
      tab?.close();
      throw error;
    }
  });
  const actions = make("div", { className: "actions" }, keys, buckets, console, ...(signIn ? [out] : []));
  form.append(make("p", {}, say("signed-in", { subject })), field, actions);
  form.addEventListener("submit", (event) => event.preventDefault());
}

/** Role keys, as STS's answer has them. */
function keysOf({ AccessKeyId, SecretAccessKey, SessionToken, Expiration }) {
  return { Credentials: { AccessKeyId, SecretAccessKey, SessionToken, Expiration: new Date(Expiration) } };
}

/** What the Worker answers; a problem is thrown as the package throws STS's errors. */
async function asked(path, body, signal) {
  const init = body && { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(path, { ...init, signal });
  const text = await answer.text();
  if (answer.ok) return text ? JSON.parse(text) : undefined;
  const { title, detail, hint, requestId } = problemIn(text);
  const $metadata = { httpStatusCode: answer.status, requestId };
  throw Object.assign(new Error(detail ?? answer.statusText), { name: title ?? "", hint, $metadata });
}

function problemIn(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
