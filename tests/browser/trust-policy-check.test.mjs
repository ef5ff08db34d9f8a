// The trust policy check: what is pasted is explained for this caller and the inputs of the form, and goes nowhere.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { assertionClaims, tokenClaims } from "../../www/js/token-claims.js";
import { errorResponse, identity } from "./aws-responses.mjs";
import { launch, open, paste, press, site, text, type, value } from "./chromium.mjs";

const CREDENTIALS = "AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const ROLE = "arn:aws:iam::123456789012:role/their-role";
const USER = "arn:aws:iam::123456789012:user/test-user";
const cases = JSON.parse(await readFile(new URL("../vectors/trust-policies.json", import.meta.url), "utf8"));

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** Opens the page, for whose caller GetCallerIdentity returns this user, and every other call is denied. */
async function openPage(options = {}) {
  const respond = (request) => {
    const action = new URLSearchParams(request.postData()).get("Action");
    if (action === "GetCallerIdentity") return identity(USER);
    return errorResponse(
      "AccessDenied",
      `User: ${USER} is not authorized to perform: sts:${action} on resource: ${ROLE}`,
    );
  };
  return open(browser, { respond, ...options });
}

async function openCheck(page) {
  await page.click("#trust-policy-check summary");
  await page.waitForSelector("#check-policy");
}

/** Enters a text as a paste does: all at once. */
async function enterText(page, selector, entered) {
  await page.$eval(
    selector,
    (field, entered) => {
      field.value = entered;
      field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    },
    entered,
  );
}

const enter = (page, policy) =>
  enterText(page, "#check-policy", typeof policy === "string" ? policy : JSON.stringify(policy, null, 2));

const verdict = (page) => page.$eval("#check-verdict", ({ dataset, textContent }) => [dataset.verdict, textContent]);
const findings = (page) => text(page, "#check-findings");
/** Fills a field of the role form. */
const fill = (page, member, entered) =>
  enterText(page, `[id='AssumeRole.${member}'], [data-member=${member}]`, entered);

function allowing(principal, condition) {
  const statement = { Effect: "Allow", Principal: principal, Action: "sts:AssumeRole" };
  return { Version: "2012-10-17", Statement: [{ ...statement, ...(condition && { Condition: condition }) }] };
}

test("before any call a trust policy is checked for the caller and the inputs that are entered, and again as they change", async () => {
  const { page, close } = await openPage();
  await openCheck(page);
  await enter(page, allowing({ AWS: USER }, { StringEquals: { "sts:ExternalId": "ext-7" } }));
  assert.match((await verdict(page))[1], /Enter the caller's ARN/);
  await type(page, "#check-caller", USER);
  await fill(page, "RoleArn", ROLE);
  await fill(page, "RoleSessionName", "a-session");
  assert.deepEqual(await verdict(page), ["denied", "The trust policy does not let this caller in."]);
  assert.match(await findings(page), /Statement 1: Allow, does not apply.*sts:ExternalId is not in the request/);

  await fill(page, "ExternalId", "ext-7");
  assert.deepEqual(await verdict(page), ["allowed", "The trust policy lets this caller in."]);
  assert.match(await findings(page), /What this check could not see.*permissions boundary.*service control policy/);

  // The policy asks for what only one of these inputs has.
  for (const [condition, member, entered] of /** @type {const} */ ([
    [{ Bool: { "aws:MultiFactorAuthPresent": "true" } }, "SerialNumber", "arn:aws:iam::123456789012:mfa/me"],
    [{ StringLike: { "sts:RoleSessionName": "ci-*" } }, "RoleSessionName", "ci-17"],
  ])) {
    await page.$eval("#check-caller", (field) => (field.value = ""));
    await paste(page, "#access-key-id", CREDENTIALS);
    await type(page, "#check-caller", USER);
    await enter(page, allowing({ AWS: USER }, condition));
    assert.equal((await verdict(page))[0], "denied", member);
    await fill(page, member, entered);
    assert.equal((await verdict(page))[0], "allowed", member);
  }
  await close();
});

test("source identity, tags and contexts need an Allow of their own, which the check looks for", async () => {
  const { page, close } = await openPage();
  await openCheck(page);
  await type(page, "#check-caller", USER);
  await fill(page, "RoleArn", ROLE);
  await fill(page, "RoleSessionName", "a-session");
  await enter(page, allowing({ AWS: USER }));
  assert.equal((await verdict(page))[0], "allowed");
  await fill(page, "SourceIdentity", "alice");
  assert.equal((await verdict(page))[0], "denied");
  assert.match(await findings(page), /The request also needs sts:SetSourceIdentity: denied/);
  await fill(page, "SourceIdentity", "");
  await page.$eval("[id='AssumeRole.Tags-add']", (button) => button.click());
  await type(page, "[id='AssumeRole.Tags.1.Key']", "Team");
  await type(page, "[id='AssumeRole.Tags.1.Value']", "Blue");
  assert.match(await findings(page), /The request also needs sts:TagSession: denied/);
  await page.$eval("[id='AssumeRole.ProvidedContexts-add']", (button) => button.click());
  await type(
    page,
    "[id='AssumeRole.ProvidedContexts.1.ProviderArn']",
    "arn:aws:iam::aws:contextProvider/IdentityCenter",
  );
  assert.match(await findings(page), /The request also needs sts:SetContext: denied/);
  await close();
});

test("the caller is who GetCallerIdentity says, unless another one is typed", async () => {
  const { page, close } = await openPage();
  await paste(page, "#access-key-id", CREDENTIALS);
  await fill(page, "RoleArn", ROLE);
  await openCheck(page);
  await enter(page, allowing({ AWS: USER }));
  assert.match((await verdict(page))[1], /press Who am I/);
  await press(page, "#who-am-i");
  assert.equal(await value(page, "#check-caller"), USER);
  assert.equal((await verdict(page))[0], "allowed");
  await type(page, "#check-caller", `${USER}-two`);
  assert.equal((await verdict(page))[0], "denied");
  await close();
});

test("credentials of a role that was assumed with an MFA code do not count as authenticated with MFA", async () => {
  const role = "arn:aws:iam::123456789012:role/with-mfa";
  const end = new Date(Date.now() + 3_600_000).toISOString();
  const { page, close } = await openPage({
    respond: () => ({
      body: `<AssumeRoleResponse><AssumeRoleResult><AssumedRoleUser><AssumedRoleId>AROAEXAMPLE:me</AssumedRoleId>
        <Arn>arn:aws:sts::123456789012:assumed-role/with-mfa/me</Arn></AssumedRoleUser><Credentials>
        <AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>
        <SessionToken>token</SessionToken><Expiration>${end}</Expiration></Credentials>
        </AssumeRoleResult></AssumeRoleResponse>`,
    }),
  });
  await paste(page, "#access-key-id", CREDENTIALS);
  await fill(page, "RoleArn", role);
  await fill(page, "RoleSessionName", "me");
  await fill(page, "SerialNumber", "arn:aws:iam::123456789012:mfa/me");
  await fill(page, "TokenCode", "123456");
  await press(page, "#assume");
  await page.click("#use-credentials");
  await openCheck(page);
  await fill(page, "RoleArn", ROLE);
  await fill(page, "SerialNumber", "");
  assert.equal(await value(page, "#check-caller"), "arn:aws:sts::123456789012:assumed-role/with-mfa/me");
  await enter(page, allowing({ AWS: role }));
  assert.equal((await verdict(page))[0], "allowed");
  await enter(page, allowing({ AWS: role }, { Bool: { "aws:MultiFactorAuthPresent": "true" } }));
  assert.equal((await verdict(page))[0], "unknown");
  assert.match(await findings(page), /the credentials of a role do not include MFA information/);
  await close();
});

test("a refusal offers the check, which has the caller that AWS named", async () => {
  const { page, requested, close } = await openPage({ width: 320 });
  await paste(page, "#access-key-id", CREDENTIALS);
  await fill(page, "RoleArn", ROLE);
  await fill(page, "RoleSessionName", "a-session");
  const before = requested.length;
  await press(page, "#assume");
  await page.waitForSelector("#failure-actions .actions");
  // The check is loaded only when it is used.
  assert.ok(requested.some((url) => url.endsWith("/access-denied.js")));
  assert.ok(!requested.some((url) => url.endsWith("/trust-policy-check.js")));
  const offered = await page.$$("#failure-actions .actions button");
  await offered.at(-1).click();
  await page.waitForFunction(() => document.activeElement.id === "check-policy");
  assert.equal(await value(page, "#check-caller"), USER);
  await enter(page, allowing({ AWS: "arn:aws:iam::123456789012:user/Test-User" }));
  assert.equal((await verdict(page))[0], "denied");
  assert.match(await findings(page), /Look at these, too.*case/);
  // ARNs are long, and nothing is wider than the page.
  await page.$$eval("details", (all) => {
    for (const details of all) details.setAttribute("open", "");
  });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth));
  // Nothing of it was sent.
  const requests = requested.slice(before).filter((url) => !url.endsWith(".js"));
  assert.ok(
    requests.every((url) => url.startsWith("https://sts.us-east-1.amazonaws.com/")),
    requests.join(),
  );
  await close();
});

test("the output of aws iam get-role and URL-encoded documents are read", async () => {
  const { page, close } = await openPage();
  await openCheck(page);
  await type(page, "#check-caller", USER);
  const policy = allowing({ AWS: USER });
  const role = (document) => ({
    Role: { Path: "/", RoleName: "their-role", Arn: ROLE, AssumeRolePolicyDocument: document },
  });
  for (const pasted of [role(policy), role(encodeURIComponent(JSON.stringify(policy)))]) {
    // The role's ARN is in it.
    await enter(page, pasted);
    assert.equal((await verdict(page))[0], "allowed", JSON.stringify(pasted));
  }
  await fill(page, "RoleArn", ROLE);
  for (const pasted of [encodeURIComponent(JSON.stringify(policy)), JSON.stringify(JSON.stringify(policy))]) {
    await enter(page, pasted);
    assert.equal((await verdict(page))[0], "allowed", pasted);
  }
  await fill(page, "RoleArn", `${ROLE}-two`);
  await enter(page, role(policy));
  assert.equal((await verdict(page))[0], "unknown");
  assert.match(await findings(page), /The policy belongs to .*their-role, but the role to assume is .*their-role-two/);
  await close();
});

test("every shared case has its verdict on the page, with its reasons", async () => {
  const signed = cases.filter(({ context }) => context.action === "sts:AssumeRole");
  assert.ok(signed.length > 10);
  const { page, close } = await openPage();
  await openCheck(page);
  // The page takes from the credentials whether they are temporary; the cases that know more are the package's tests.
  const askable = signed.filter(({ policy, context: { caller, conditionKeys, request = /** @type {any} */ ({}) } }) => {
    const { arn, credentials, userId, kind, tags, ...more } = caller;
    if (JSON.stringify(policy).includes("PrincipalTag")) return false;
    return !conditionKeys && !Object.keys(more).length && !Object.values(request).includes(null) && !request.tags;
  });
  assert.ok(askable.length >= 8, `${askable.length} cases`);
  for (const { name, policy, context, expect } of askable) {
    const { arn, credentials } = context.caller;
    const { sessionName, externalId, mfaCode, sourceIdentity } = context.request ?? {};
    await page.$eval(
      "#access-key-id",
      (field, id) => (field.value = id),
      credentials === "long-term" ? "AKIAX" : "ASIAX",
    );
    await fill(page, "RoleArn", context.roleArn);
    for (const [member, entered] of Object.entries({
      RoleSessionName: sessionName ?? "",
      ExternalId: externalId ?? "",
      SerialNumber: mfaCode ? "arn:aws:iam::123456789012:mfa/me" : "",
      SourceIdentity: sourceIdentity ?? "",
    })) {
      await fill(page, member, entered);
    }
    await type(page, "#check-caller", arn);
    await enter(page, policy);
    const [shown] = await verdict(page);
    if (credentials === null || credentials === undefined) assert.notEqual(shown, "", name);
    else assert.equal(shown, expect.verdict, name);
    assert.notEqual(await findings(page), "", name);
  }
  await close();
});

const encoded = (json) => Buffer.from(JSON.stringify(json)).toString("base64url");

test("a web identity's trust policy is checked with the claims of its token", async () => {
  const { page, close } = await openPage();
  await openCheck(page);
  await page.select("#check-operation", "AssumeRoleWithWebIdentity");
  const field = (member) => `[id='AssumeRoleWithWebIdentity.${member}']`;
  await type(page, field("RoleArn"), ROLE);
  await type(page, field("RoleSessionName"), "a-session");
  const claims = { iss: "https://token.actions.githubusercontent.com", aud: "sts.amazonaws.com" };
  const tokenFor = (sub) => `${encoded({ alg: "RS256" })}.${encoded({ ...claims, sub })}.c2lnbmF0dXJl`;
  const issuer = "token.actions.githubusercontent.com";
  await enter(page, {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${issuer}` },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: {
          StringEquals: { [`${issuer}:aud`]: "sts.amazonaws.com" },
          StringLike: { [`${issuer}:sub`]: "repo:octo/repo:*" },
        },
      },
    ],
  });
  await enterText(page, field("WebIdentityToken"), tokenFor("repo:octo/other:ref:refs/heads/main"));
  assert.equal((await verdict(page))[0], "denied");
  await enterText(page, field("WebIdentityToken"), tokenFor("repo:octo/repo:ref:refs/heads/main"));
  assert.equal((await verdict(page))[0], "allowed");
  assert.match(await findings(page), /Whether the token or assertion is valid/);
  // No form of tags in a token is overlooked.
  const tags = "https://aws.amazon.com/tags";
  for (const [more, expected, heading] of /** @type {[object, string, RegExp][]} */ ([
    [{ [`${tags}/principal_tags/Team`]: ["Blue"] }, "denied", /The request also needs sts:TagSession: denied/],
    [{ [tags]: [{ principal_tags: {} }] }, "unknown", /The request may also need sts:TagSession: denied/],
  ])) {
    const token = encoded({ ...claims, sub: "repo:octo/repo:ref:refs/heads/main", ...more });
    await enterText(page, field("WebIdentityToken"), `${encoded({ alg: "RS256" })}.${token}.c2lnbmF0dXJl`);
    assert.equal((await verdict(page))[0], expected);
    assert.match(await findings(page), heading);
  }
  await close();
});

test("a SAML trust policy is checked with the attributes of the assertion", async () => {
  const { page, close } = await openPage();
  await openCheck(page);
  await page.select("#check-operation", "AssumeRoleWithSAML");
  const provider = "arn:aws:iam::123456789012:saml-provider/Corp";
  const field = (member) => `[id='AssumeRoleWithSAML.${member}']`;
  await type(page, field("RoleArn"), ROLE);
  await type(page, field("PrincipalArn"), provider);
  await enter(page, {
    Version: "2012-10-17",
    Statement: {
      Effect: "Allow",
      Principal: { Federated: provider },
      Action: "sts:AssumeRoleWithSAML",
      Condition: { StringEquals: { "SAML:aud": "https://signin.aws.amazon.com/saml" } },
    },
  });
  assert.equal((await verdict(page))[0], "unknown");
  const assertion = (
    recipient,
  ) => `<samlp:Response xmlns:samlp="p" xmlns:saml="a"><saml:Issuer>https://corp.example</saml:Issuer>
    <saml:Assertion><saml:Issuer>https://corp.example</saml:Issuer><saml:Subject>
    <saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">alice</saml:NameID>
    <saml:SubjectConfirmation><saml:SubjectConfirmationData Recipient="${recipient}"/></saml:SubjectConfirmation>
    </saml:Subject></saml:Assertion></samlp:Response>`;
  const enterAssertion = (recipient) =>
    enterText(page, field("SAMLAssertion"), Buffer.from(assertion(recipient)).toString("base64"));
  await enterAssertion("https://signin.aws.amazon.com/saml");
  assert.equal((await verdict(page))[0], "allowed");
  await enterAssertion("https://elsewhere.example/saml");
  assert.equal((await verdict(page))[0], "denied");
  await close();
});

const base64 = (text) => Buffer.from(text).toString("base64");

test("an assertion's attributes are read, what is unclear is left out, and no text takes long", () => {
  const claims = assertionClaims(
    base64(`<Response xmlns:s="a"><s:Issuer>https://corp.example</s:Issuer><s:Assertion><s:Issuer>https://corp.example</s:Issuer>
      <s:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient">a&amp;b</s:NameID>
      <s:SubjectConfirmationData Recipient='https://signin.aws.amazon.com/saml'/>
      <s:Attribute Name="https://aws.amazon.com/SAML/Attributes/PrincipalTag:Team"><s:AttributeValue>Blue</s:AttributeValue>
      </s:Attribute><s:Attribute FriendlyName="x" Name="urn:oid:1.3.6.1.4.1.5923.1.1.1.1">
      <s:AttributeValue t="s">one</s:AttributeValue><s:AttributeValue>two</s:AttributeValue></s:Attribute>
      </s:Assertion></Response>`),
  );
  assert.deepEqual(claims, {
    iss: "https://corp.example",
    sub: "a&b",
    sub_type: "transient",
    aud: "https://signin.aws.amazon.com/saml",
    "https://aws.amazon.com/SAML/Attributes/PrincipalTag:Team": ["Blue"],
    eduPersonAffiliation: ["one", "two"],
  });
  // IAM makes condition keys of few attributes, by their full names.
  const attribute = (name, value) => `<Attribute Name="${name}"><AttributeValue>${value}</AttributeValue></Attribute>`;
  const named = ["Department", "mail", "sub", "aud", "iss"].map((name) => attribute(name, "admin")).join("");
  const subject = "<NameID>alice</NameID>";
  assert.deepEqual(assertionClaims(base64(`<Assertion>${subject}${named}</Assertion>`)), { sub: "alice" });
  const mails = ["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", "0.9.2342.19200300100.1.3"];
  const [one, two] = mails.map((name) => attribute(name, "alice@corp.example"));
  assert.deepEqual(assertionClaims(base64(`<Assertion>${one}</Assertion>`)), { mail: ["alice@corp.example"] });
  assert.deepEqual(assertionClaims(base64(`<Assertion>${one}${two}</Assertion>`)), {});
  const role = "https://aws.amazon.com/SAML/Attributes/Role";
  const roles = [attribute(role, "one"), attribute(role, "two")].join("");
  assert.deepEqual(assertionClaims(base64(`<Assertion>${roles}</Assertion>`)), { [role]: ["one", "two"] });
  const issuers = "<Assertion><Issuer>one</Issuer><Issuer>two</Issuer></Assertion>";
  assert.deepEqual(assertionClaims(base64(issuers)), {});
  // A comment would split the text of an element.
  for (const unreadable of [
    "",
    "no XML",
    "<Assertion><NameID>admin<!-- -->.evil</NameID></Assertion>",
    "<EncryptedAssertion/>",
  ])
    assert.equal(assertionClaims(base64(unreadable)), undefined, unreadable);
  assert.equal(assertionClaims("no Base64!"), undefined);
  // Each took minutes with a pattern that backtracks.
  for (const part of ['<Attribute Name="a"', "<Attribute ", 'Name="', "<Issuer ", '<NameID Format="', "a-"])
    assert.notEqual(assertionClaims(base64(`<Assertion><${part.repeat(9000)}`)), undefined, part);
  for (const token of ["", "a.b.c", `x.${base64("[1]")}.y`, `x.${base64("[".repeat(20_000))}.y`])
    assert.equal(tokenClaims(token), undefined, token.slice(0, 20));
});

test("what is pasted is neither stored nor sent, a secret in it is pointed out, and forgetting removes it", async () => {
  const { page, requested, close } = await openPage();
  await openCheck(page);
  await type(page, "#check-caller", USER);
  const before = requested.length;
  const secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
  await enter(page, allowing({ AWS: USER }, { StringEquals: { "sts:ExternalId": "a-marker-of-this-policy" } }));
  assert.equal(await text(page, "#check-notice"), "");
  for (const pasted of [
    `export AWS_SECRET_ACCESS_KEY=${secret}`,
    JSON.stringify({ ...allowing({ AWS: USER }), Id: secret }),
    `{"SessionToken": "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJHMEUCIQDexample"}`,
  ]) {
    await enter(page, pasted);
    assert.match(await text(page, "#check-notice"), /contains what looks like a secret/, pasted);
    assert.equal(await page.$eval("#check-policy", (field) => field.getAttribute("aria-invalid")), "true");
  }
  assert.ok(!(await findings(page)).includes(secret));
  const stored = await page.evaluate(() =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href]),
  );
  assert.ok(!/a-marker|wJalr/.test(stored));
  assert.deepEqual(requested.slice(before), []);
  await page.click("#forget");
  assert.ok(!(await page.evaluate("document.documentElement.outerHTML")).includes("a-marker-of-this-policy"));
  assert.equal(await page.$("#check-policy"), null);
  // It can be opened again, and is empty.
  await openCheck(page);
  assert.equal(await value(page, "#check-policy"), "");
  assert.equal((await verdict(page))[1], "");
  await close();
});

test("a malformed policy gets an error with its place", async () => {
  const { page, close } = await openPage();
  await openCheck(page);
  await type(page, "#check-caller", USER);
  await fill(page, "RoleArn", ROLE);
  /** @type {[string, RegExp][]} */
  const malformed = [
    ['{\n  "Version": "2012-10-17"\n  "Statement": []\n}', /line 3, column 3/],
    ['{\n  "Version": "2012-10-17",\n  "Statement": [}\n}', /line 3, column 17/],
    ['{"Version": "2012-10-17", "Statement": [', /line 1, column 41/],
    ["{'Version': 1}", /line 1, column 2/],
    ['{"a": 1, "a": 2}', /"a" appears twice/],
    [
      '{"Version":"2012-10-17","Statement":[{"Effect":"allow","Principal":"*","Action":"sts:AssumeRole"}]}',
      /^Statement\[0\]\.Effect /,
    ],
    ['{"Version":"2012-10-17","Statement":[null]}', /^Statement\[0\] /],
    [
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole","Condition":{"StringEqual":{"a:b":"c"}}}]}',
      /^Statement\[0\]\.Condition\.StringEqual /,
    ],
    ["[]", /is a list/],
    ["null", /is null/],
    ["%7B%22a%", /URL-encoded, but cannot be decoded/],
  ];
  for (const [policy, place] of malformed) {
    await enter(page, policy);
    assert.deepEqual(await verdict(page), ["unknown", "This cannot be checked yet:"], policy);
    assert.match(await findings(page), place, policy);
  }
  await close();
});

test("hostile policies are text, and are explained or rejected", async () => {
  const markup = `<img src=x onerror="window.injected=1"><script>window.injected=1</script>`;
  const allow = allowing({ AWS: "*" }).Statement[0];
  const conditions = (condition) => ({ Version: "2012-10-17", Statement: [{ ...allow, Condition: condition }] });
  const { page, close } = await openPage();
  await openCheck(page);
  await type(page, "#check-caller", USER);
  await fill(page, "RoleArn", ROLE);
  await fill(page, "RoleSessionName", "a-session");
  await fill(page, "ExternalId", "a".repeat(1224));
  /** @type {[string, string, RegExp][]} */
  const hostile = [
    ["markup", JSON.stringify(conditions({ StringEquals: { "sts:ExternalId": markup } })), /<img src=x/],
    ["a Sid of markup", JSON.stringify({ Version: "2012-10-17", Statement: [{ ...allow, Sid: markup }] }), /<script>/],
    ["an element of markup", JSON.stringify({ [markup]: 1 }), /<img src=x/],
    [
      "backtracking",
      JSON.stringify(conditions({ StringLike: { "sts:ExternalId": `${"*?".repeat(4000)}b` } })),
      /does not/,
    ],
    [
      "unclosed variables",
      JSON.stringify(conditions({ StringLike: { "sts:ExternalId": "${".repeat(4000) } })),
      /Statement 1/,
    ],
    ["depth", `${"[".repeat(49_000)}${"]".repeat(49_000)}`, /too long|list/],
    ["unclosed depth", "[".repeat(99_000), /line 1, column 99001/],
    ["length", " ".repeat(10) + "a".repeat(200_000), /too long/],
    ["statements", JSON.stringify({ Version: "2012-10-17", Statement: Array(900).fill(allow) }), /too long/],
    ["__proto__", `{"__proto__": ${JSON.stringify(allowing({ AWS: "*" }))}}`, /^__proto__ /],
    [
      "a prototype's names",
      `{"Version":"2012-10-17","Statement":[{"constructor":{"prototype":{"Effect":"Allow"}}}]}`,
      /constructor/,
    ],
    [
      "keys of the prototype",
      JSON.stringify(conditions(JSON.parse('{"StringEquals":{"aws:__proto__":"x"}}'))),
      /not known/,
    ],
    [
      "a duplicate",
      '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Effect":"Allow"}]}',
      /"Effect" appears twice/,
    ],
  ];
  for (const [name, policy, expected] of hostile) {
    await enter(page, policy);
    assert.match(await findings(page), expected, name);
    if (name !== "a Sid of markup") assert.notEqual((await verdict(page))[0], "allowed", name);
  }
  assert.deepEqual(
    await page.evaluate(() => [
      !!window.injected,
      document.querySelectorAll("#check-findings img, #check-findings script").length,
      window.violations.length,
      "Effect" in {},
    ]),
    [false, 0, 0, false],
  );
  await close();
});

test("if the check cannot be loaded, the page says so, and it can be opened again", async () => {
  const { page, close } = await open(browser);
  await page.setRequestInterception(true);
  let isBlocked = true;
  page.on("request", (request) => {
    if (isBlocked && request.url().endsWith("/trust-policy-check.js")) return request.abort();
    return request.continue();
  });
  await page.click("#trust-policy-check summary");
  await page.waitForFunction(() => /could not be loaded/.test(document.getElementById("status").textContent));
  assert.equal(await page.$eval("#trust-policy-check", (details) => details.hasAttribute("open")), false);
  isBlocked = false;
  await openCheck(page);
  await close();
});

test("the page of a visit does not have the check", async () => {
  const script = await (await fetch(new URL("js/page.js", site))).text();
  assert.ok(!script.includes("near-miss"));
  assert.ok((await (await fetch(new URL("js/trust-policy-check.js", site))).text()).includes("near-miss"));
});
