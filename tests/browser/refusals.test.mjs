// What the page shows when AWS denies a call: first the policy that its message names, written out.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { explainTrustPolicy } from "../../pkg/dist/trust-policy/index.js";
import { trustPolicy } from "../../www/js/trust-policy.js";
import { errorResponse } from "./aws-responses.mjs";
import { launch, open, paste, press, text, type } from "./chromium.mjs";

const CREDENTIALS = "AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const ROLE = "arn:aws:iam::123456789012:role/their-role";
const FOREIGN_ROLE = "arn:aws:iam::210987654321:role/their-role";
const USER = "arn:aws:iam::123456789012:user/test-user";
const SUBJECT = `User: ${USER} is not authorized to perform:`;

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** Opens a page with credentials and a role. `refuse(message)` makes a call that AWS denies with this message. */
async function openPage({ role = ROLE, members = {} } = {}) {
  let message = "";
  const tab = await open(browser, { respond: () => errorResponse("AccessDenied", message) });
  const { page } = tab;
  await paste(page, "#access-key-id", CREDENTIALS);
  await type(page, "#role-arn", role);
  await type(page, "#session-name", "a-session");
  for (const [name, entered] of Object.entries(members)) await type(page, `[id='AssumeRole.${name}']`, entered);
  const refuse = async (newMessage, expected = "#failure-actions .actions") => {
    message = newMessage;
    await press(page, "#assume");
    await page.waitForSelector(expected);
  };
  return { ...tab, refuse };
}

/** The titles and policies that can be seen, in their order, and those that are folded. */
function policiesIn(page) {
  return page.$$eval("#failure-actions .policy", (all) => {
    const policies = all.map((one) => ({
      title: one.querySelector("h3").textContent,
      json: JSON.parse(one.querySelector("pre").textContent),
      isFolded: !one.checkVisibility(),
    }));
    return { shown: policies.filter(({ isFolded }) => !isFolded), folded: policies.filter(({ isFolded }) => isFolded) };
  });
}

const buttons = (page) =>
  page.$$eval("#failure-actions .actions button", (all) => all.map(({ textContent }) => textContent));

const ALLOW = { Effect: "Allow", Action: "sts:AssumeRole", Resource: ROLE };
const TRUST = { Effect: "Allow", Principal: { AWS: USER }, Action: "sts:AssumeRole" };

/** What follows `…perform: sts:AssumeRole on resource: ROLE`, the title of the policy that leads, and its statement. @type {[string, RegExp, object][]} */
const NAMED = [
  [
    "because no identity-based policy allows the sts:AssumeRole action",
    /^Identity policy that .*test-user needs$/,
    ALLOW,
  ],
  ["because no role trust policy allows the sts:AssumeRole action", /^Trust policy for .* allows/, TRUST],
  ["because no resource-based policy allows the sts:AssumeRole action", /^Trust policy for .* allows/, TRUST],
  ["because no permissions boundary allows the sts:AssumeRole action", /^Add to the permissions boundary of/, ALLOW],
  ["because no session policy allows the sts:AssumeRole action", /^Add to the session policy/, ALLOW],
  ["because no VPC endpoint policy allows the sts:AssumeRole action", /VPC endpoint/, { ...TRUST, Resource: ROLE }],
  [
    "because no service control policy allows the sts:AssumeRole action",
    /service control/,
    { ...ALLOW, Resource: "*" },
  ],
];

test("a refusal leads with the policy that AWS's message names, written out, and the others are folded", async () => {
  const { page, refuse, close } = await openPage();
  for (const [tail, title, statement] of NAMED) {
    await refuse(`${SUBJECT} sts:AssumeRole on resource: ${ROLE} ${tail}`);
    const { shown, folded } = await policiesIn(page);
    assert.equal(shown.length, 1, tail);
    // The list of what might be wrong is not shown beside what is.
    assert.equal(await text(page, "#failure-hint"), "", tail);
    assert.match(shown[0].title, title);
    assert.deepEqual(shown[0].json.Statement, [statement], tail);
    // The others are there, folded, and none twice.
    assert.ok(folded.length >= 1, tail);
    assert.ok(!folded.some(({ title }) => title === shown[0].title), tail);
  }
  await close();
});

/** What follows `with an explicit deny in`, and the statement that leads. @type {[string, object][]} */
const DENYING = [
  ["an identity-based policy", { Effect: "Deny", Resource: ROLE, Action: "sts:AssumeRole" }],
  ["a resource-based policy", { Effect: "Deny", Principal: { AWS: USER }, Action: "sts:AssumeRole" }],
  ["the role trust policy", { Effect: "Deny", Principal: { AWS: USER }, Action: "sts:AssumeRole" }],
  ["a permissions boundary", { Effect: "Deny", Resource: ROLE, Action: "sts:AssumeRole" }],
  ["a sessions policy", { Effect: "Deny", Resource: ROLE, Action: "sts:AssumeRole" }],
  ["a VPC endpoint policy", { Effect: "Deny", Principal: { AWS: USER }, Action: "sts:AssumeRole" }],
  ["a service control policy", { Effect: "Deny", Resource: ROLE, Action: "sts:AssumeRole" }],
  ["a resource control policy", { Effect: "Deny", Principal: { AWS: USER }, Action: "sts:AssumeRole" }],
];

test("no policy is shown if the message has another reason, and a role that assumes itself is pointed out", async () => {
  const { page, refuse, close } = await openPage({ members: { SerialNumber: USER.replace("user", "mfa") } });
  const reason = () => text(page, "#failure-actions .reason");
  await refuse(
    `User: arn:aws:sts::123456789012:assumed-role/their-role/me is not authorized to perform: sts:AssumeRole on resource: ${ROLE}`,
  );
  assert.match(await reason(), /already uses this role/);
  // Other implementations of STS often name no reason.
  await refuse("Access Denied.");
  const [policy] = (await policiesIn(page)).shown;
  assert.equal(policy.title, "Identity policy that the caller may also need", "nobody knows the caller's account");
  await refuse("MultiFactorAuthentication failed with invalid MFA one time pass code. ");
  assert.deepEqual([await policiesIn(page), await buttons(page)], [{ shown: [], folded: [] }, ["Enter an MFA code"]]);
  for (const message of ["Roles may not be assumed by root accounts.", "The source identity cannot be changed."]) {
    // The module is loaded by now, so that its explanation would be there in the next frame.
    await refuse(message, "#failure-message");
    await page.waitForFunction((text) => document.getElementById("failure-message").textContent === text, {}, message);
    await page.evaluate(() => new Promise((resolve) => setTimeout(() => requestAnimationFrame(resolve))));
    assert.equal(await text(page, "#failure-actions"), "", message);
  }
  await close();
});

test("a refusal by a Deny leads with the statement to look for, in every kind of policy", async () => {
  const { page, refuse, close } = await openPage();
  for (const [where, statement] of DENYING) {
    await refuse(`${SUBJECT} sts:AssumeRole on resource: ${ROLE} with an explicit deny in ${where}`);
    const { shown, folded } = await policiesIn(page);
    assert.equal(shown.length, 1, where);
    assert.match(shown[0].title, /^Look for a statement like this one in the /, where);
    assert.deepEqual(shown[0].json, statement, where);
    assert.match(await text(page, "#failure-actions .reason"), /explicitly denies sts:AssumeRole/, where);
    assert.equal(folded.length, 2, where);
  }
  await close();
});

test("a refusal that names no policy shows those of both sides, the role's first", async () => {
  const { page, refuse, close } = await openPage({ role: FOREIGN_ROLE, members: { ExternalId: "an-id-of-theirs" } });
  await refuse(`${SUBJECT} sts:AssumeRole on resource: ${FOREIGN_ROLE}`);
  const { shown, folded } = await policiesIn(page);
  assert.deepEqual(folded, []);
  assert.deepEqual(shown[0].json.Statement, [
    { ...TRUST, Condition: { StringEquals: { "sts:ExternalId": "an-id-of-theirs" } } },
  ]);
  assert.match(shown[1].title, /also needs, because the role is in another account$/);
  assert.deepEqual(shown[1].json.Statement, [{ ...ALLOW, Resource: FOREIGN_ROLE }]);
  assert.match(await text(page, "#failure-actions .reason"), /AWS does not say which policy/);
  assert.match(await text(page, "#failure-hint"), /external ID/);
  assert.deepEqual(await buttons(page), ["Enter an external ID", "Enter an MFA code", "Check the role's trust policy"]);
  // In the same account, the role's is usually enough.
  await type(page, "#role-arn", ROLE);
  await refuse(`${SUBJECT} sts:AssumeRole on resource: ${ROLE}`);
  const policies = await policiesIn(page);
  assert.deepEqual([policies.shown.length, policies.folded.length], [1, 1]);
  assert.match(policies.shown[0].title, /^Trust policy/);
  await close();
});

for (const [action, member, entered, label] of /** @type {const} */ ([
  ["sts:TagSession", "Tags.1.Key", "Team", "Change the session tags"],
  ["sts:SetSourceIdentity", "SourceIdentity", "alice", "Change the source identity"],
])) {
  test(`a refusal of ${action} names its cure`, async () => {
    const tab = await open(browser, {
      respond: () => errorResponse("AccessDenied", `${SUBJECT} ${action} on resource: ${ROLE}`),
    });
    const { page, close } = tab;
    await paste(page, "#access-key-id", CREDENTIALS);
    await type(page, "#role-arn", ROLE);
    await type(page, "#session-name", "a-session");
    await type(page, "[id='AssumeRole.ExternalId']", "ext-7");
    if (member.startsWith("Tags")) await page.$eval("[id='AssumeRole.Tags-add']", (button) => button.click());
    await type(page, `[id='AssumeRole.${member}']`, entered);
    await press(page, "#assume");
    await page.waitForSelector("#failure-actions .actions");
    assert.ok((await text(page, "#failure-actions .reason")).includes(`so ${action} must be allowed too`));
    const { shown, folded } = await policiesIn(page);
    // With the condition on the external ID, the further action would not be allowed: it has a statement of its own.
    const condition = { Condition: { StringEquals: { "sts:ExternalId": "ext-7" } } };
    assert.deepEqual(shown[0].json.Statement, [
      { ...TRUST, ...condition },
      { ...TRUST, Action: action },
    ]);
    assert.deepEqual(folded[0].json.Statement, [{ ...ALLOW, Action: ["sts:AssumeRole", action] }]);
    assert.deepEqual(await buttons(page), [label, "Check the role's trust policy"]);
    await page.click("#failure-actions .actions button");
    const focused = await page.evaluate("document.activeElement.id");
    assert.ok(focused.startsWith(`AssumeRole.${member.split(".")[0]}`), focused);
    await close();
  });
}

test("a refusal of another operation leads with the identity policy that its message names", async () => {
  const resource = "arn:aws:sts::123456789012:federated-user/bob";
  const message = `${SUBJECT} sts:GetFederationToken on resource: ${resource} because no identity-based policy allows the sts:GetFederationToken action`;
  const { page, close } = await open(browser, { respond: () => errorResponse("AccessDenied", message) });
  await paste(page, "#access-key-id", CREDENTIALS);
  await page.$eval("#other-operations", (details) => details.setAttribute("open", ""));
  await page.select("#operation", "GetFederationToken");
  await type(page, "[id='GetFederationToken.Name']", "bob");
  await press(page, "#send-other");
  await page.waitForSelector("#failure-actions .policy");
  const { shown, folded } = await policiesIn(page);
  assert.deepEqual(
    shown.map(({ json }) => json.Statement),
    [[{ Effect: "Allow", Action: "sts:GetFederationToken", Resource: resource }]],
  );
  assert.deepEqual(folded, []);
  assert.deepEqual(await buttons(page), []);
  await close();
});

const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const TOKEN = `${encoded({ alg: "RS256" })}.${encoded({
  iss: "https://token.actions.githubusercontent.com",
  aud: "sts.amazonaws.com",
  sub: "repo:octo/repo:ref:refs/heads/main",
})}.c2lnbmF0dXJl`;

test("a refusal of a web identity leads with the trust policy for its token", async () => {
  const message = "Not authorized to perform sts:AssumeRoleWithWebIdentity";
  const { page, close } = await open(browser, { respond: () => errorResponse("AccessDenied", message) });
  await page.$eval("#other-operations", (details) => details.setAttribute("open", ""));
  await page.select("#operation", "AssumeRoleWithWebIdentity");
  const field = (name) => `[id='AssumeRoleWithWebIdentity.${name}']`;
  await type(page, field("RoleArn"), ROLE);
  await type(page, field("RoleSessionName"), "a-session");
  await type(page, field("WebIdentityToken"), TOKEN);
  await press(page, "#send-other");
  await page.waitForSelector("#failure-actions .policy");
  const { shown, folded } = await policiesIn(page);
  assert.deepEqual(folded, []);
  assert.deepEqual(
    shown.map(({ json }) => json.Statement),
    [
      [
        {
          Effect: "Allow",
          Principal: { Federated: "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" },
          Action: "sts:AssumeRoleWithWebIdentity",
          Condition: {
            StringEquals: {
              "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
              "token.actions.githubusercontent.com:sub": "repo:octo/repo:ref:refs/heads/main",
            },
          },
        },
      ],
    ],
  );
  assert.deepEqual(await buttons(page), ["Check the role's trust policy"]);
  await close();
});

test("the trust policies that the page writes let the caller in, as the trust policy check finds", () => {
  const session = "arn:aws:sts::123456789012:assumed-role/dev/me";
  const inputs = [
    {},
    { ExternalId: "ext-7" },
    { SerialNumber: "arn:aws:iam::123456789012:mfa/me" },
    { Tags: [{ Key: "Team", Value: "Blue" }], TransitiveTagKeys: ["Team"] },
    { SourceIdentity: "alice" },
    { ExternalId: "ext-7", Tags: [{ Key: "Team", Value: "Blue" }], SourceIdentity: "alice" },
    { ExternalId: "ext-7", ProvidedContexts: [{ ProviderArn: "arn:aws:iam::aws:contextProvider/IdentityCenter" }] },
  ];
  for (const caller of [USER, session, "arn:aws:iam::123456789012:user/path/to/me"]) {
    for (const input of inputs.map((one) => ({ RoleArn: FOREIGN_ROLE, ...one }))) {
      const policy = trustPolicy({ operation: "AssumeRole", input, caller });
      const { ExternalId, SerialNumber, Tags, TransitiveTagKeys, SourceIdentity, ProvidedContexts } =
        /** @type {any} */ (input);
      const { verdict, reason } = explainTrustPolicy(policy, {
        caller: { arn: caller, credentials: caller === session ? "temporary" : "long-term", mfa: !!SerialNumber },
        roleArn: FOREIGN_ROLE,
        action: "sts:AssumeRole",
        request: {
          sessionName: "a-session",
          externalId: ExternalId,
          mfaCode: !!SerialNumber,
          sourceIdentity: SourceIdentity,
          tags: Tags && Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value])),
          transitiveTagKeys: TransitiveTagKeys,
          providedContexts: ProvidedContexts?.map(({ ProviderArn }) => ProviderArn),
        },
      });
      if (caller === session && SerialNumber) assert.notEqual(verdict, "denied", reason);
      else assert.equal(verdict, "allowed", `${policy}\n${reason}`);
    }
  }
});

test("the trust policies that the page writes for tokens with tags let them in, in every form of the tags", () => {
  const tags = "https://aws.amazon.com/tags";
  for (const more of [
    {},
    { [tags]: { principal_tags: { Team: ["Blue"] }, transitive_tag_keys: ["Team"] } },
    { [tags]: [{ principal_tags: { Team: ["Blue"] } }] },
    { [`${tags}/principal_tags/Team`]: "Blue" },
    { [`${tags}/transitive_tag_keys`]: ["Team"] },
    { "https://aws.amazon.com/source_identity": "alice" },
  ]) {
    const claims = { iss: "https://issuer.example", aud: "sts.amazonaws.com", sub: "me", ...more };
    const WebIdentityToken = `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2ln`;
    const operation = "AssumeRoleWithWebIdentity";
    const { verdict, reason } = explainTrustPolicy(
      trustPolicy({ operation, input: { RoleArn: ROLE, WebIdentityToken } }),
      {
        caller: { kind: "web-identity", issuer: claims.iss, claims },
        roleArn: ROLE,
        action: `sts:${operation}`,
        request: { sessionName: "a-session" },
      },
    );
    assert.equal(verdict, "allowed", reason);
  }
});

test("without a network for its module, a refusal still has AWS's message, and says what is missing", async () => {
  const { page, close } = await open(browser, {
    respond: () => errorResponse("AccessDenied", `${SUBJECT} sts:AssumeRole on resource: ${ROLE}`),
  });
  await paste(page, "#access-key-id", CREDENTIALS);
  await type(page, "#role-arn", ROLE);
  await type(page, "#session-name", "a-session");
  // AWS's response does not need the network in this test.
  await page.setOfflineMode(true);
  await press(page, "#assume");
  assert.match(await text(page, "#failure-message"), /is not authorized to perform/);
  await page.waitForFunction(() => /could not be loaded/.test(document.getElementById("failure-actions").textContent));
  await close();
});
