// The operations under "Other STS operations": their forms, requests and responses.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { operations } from "../../pkg/dist/entry/node.js";
import { launch, open, paste, press, text, type, useSandbox } from "./chromium.mjs";

const ROLE = "arn:aws:iam::123456789012:role/test-role";
const SESSION = "arn:aws:sts::123456789012:assumed-role/test-role/a-session";
const LIMITS = {
  PolicyArns: [{ arn: "arn:aws:iam::aws:policy/ReadOnlyAccess" }, { arn: "arn:aws:iam::aws:policy/IAMReadOnlyAccess" }],
  Policy: '{"Version":"2012-10-17","Statement":[]}',
  DurationSeconds: 900,
  MinimumSessionTokenSize: 512,
};
const TAGS = [
  { Key: "Team", Value: "Blue" },
  { Key: "Cost", Value: "" },
];

const KEYS = `<Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>a-secret</SecretAccessKey>
  <SessionToken>a-token</SessionToken><Expiration>${new Date(Date.now() + 3_600_000).toISOString()}</Expiration></Credentials>`;
const ROLE_USER = `<AssumedRoleUser><AssumedRoleId>AROAEXAMPLE:a-session</AssumedRoleId><Arn>${SESSION}</Arn></AssumedRoleUser>`;

/** For each operation: an input with all members, the response, and the title and values that the page shows. */
const CALLS = {
  AssumeRoleWithSAML: {
    input: {
      RoleArn: ROLE,
      PrincipalArn: "arn:aws:iam::123456789012:saml-provider/a-provider",
      SAMLAssertion: "PHNhbWxwOlJlc3BvbnNlLz4=",
      ...LIMITS,
    },
    response: `${KEYS}${ROLE_USER}<Issuer>https://idp.example/saml</Issuer><Audience>https://signin.aws.amazon.com/saml</Audience>
      <Subject>a-subject</Subject><SubjectType>transient</SubjectType><NameQualifier>aHash=</NameQualifier>
      <PackedPolicySize>97</PackedPolicySize>`,
    title: "Role credentials",
    shown: ["Issuer", "https://idp.example/saml", "Subject type", "transient", SESSION, "Packed policy size", "97 %"],
  },
  AssumeRoleWithWebIdentity: {
    input: {
      RoleArn: ROLE,
      RoleSessionName: "a-session",
      WebIdentityToken: "a.web.token",
      ProviderId: "www.amazon.com",
      ...LIMITS,
    },
    response: `<SubjectFromWebIdentityToken>amzn1.account.EXAMPLE</SubjectFromWebIdentityToken><Audience>client.EXAMPLE@apps.example</Audience>
      ${ROLE_USER}${KEYS}<Provider>www.amazon.com</Provider>`,
    title: "Role credentials",
    shown: ["Subject from web identity token", "amzn1.account.EXAMPLE", "Provider", "www.amazon.com", SESSION],
  },
  AssumeRoot: {
    input: {
      TargetPrincipal: "111122223333",
      TaskPolicyArn: { arn: "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials" },
      DurationSeconds: 900,
      MinimumSessionTokenSize: 512,
    },
    response: `${KEYS}<SourceIdentity>somebody</SourceIdentity>`,
    shown: ["Source identity", "somebody"],
  },
  DecodeAuthorizationMessage: {
    input: { EncodedMessage: "an-encoded-message" },
    response: '<DecodedMessage>{"allowed": false, "explicitDeny": true}</DecodedMessage>',
    title: "Decode authorization message",
    shown: ["Decoded message", '{\n  "allowed": false,\n  "explicitDeny": true\n}'],
  },
  GetAccessKeyInfo: {
    input: { AccessKeyId: "AKIAIOSFODNN7EXAMPLE" },
    response: "<Account>012345678901</Account>",
    title: "Get access key info",
    shown: ["Account", "012345678901"],
  },
  GetDelegatedAccessToken: {
    input: { TradeInToken: "a-token-to-trade-in" },
    response: `${KEYS}<PackedPolicySize>3</PackedPolicySize><AssumedPrincipal>${SESSION}</AssumedPrincipal>`,
    shown: [SESSION],
  },
  GetFederationToken: {
    input: { Name: "somebody", ...LIMITS, Tags: TAGS },
    response: `${KEYS}<FederatedUser><FederatedUserId>123456789012:somebody</FederatedUserId>
      <Arn>arn:aws:sts::123456789012:federated-user/somebody</Arn></FederatedUser><PackedPolicySize>6</PackedPolicySize>`,
    shown: ["Federated user", "123456789012:somebody", "arn:aws:sts::123456789012:federated-user/somebody"],
  },
  GetScopedCredentials: {
    input: {
      Policy: LIMITS.Policy,
      DurationSeconds: 600,
      MinimumSessionTokenSize: 512,
      ScopedSessionDescription: "a report",
    },
    response: `${KEYS}<SessionInfo><ScopedSessionId>an-id</ScopedSessionId><Arn>${SESSION}</Arn></SessionInfo>
      <ScopedPoliciesCount>1</ScopedPoliciesCount>`,
    shown: ["Session info", "an-id", SESSION, "Scoped policies count", "1"],
  },
  GetSessionToken: {
    input: { DurationSeconds: 900, SerialNumber: "GAHT12345678", TokenCode: "123456", MinimumSessionTokenSize: 512 },
    response: `${KEYS}<SessionTokenSize>812</SessionTokenSize>`,
    shown: ["Session token size", "812"],
  },
  GetWebIdentityToken: {
    input: {
      Audience: ["https://api.example", "https://other.example"],
      DurationSeconds: 300,
      SigningAlgorithm: "ES384",
      Scope: "a-scope",
      SubjectMode: "AWSIdentity",
      Tags: TAGS,
    },
    response: "<WebIdentityToken>a.signed.token</WebIdentityToken><Expiration>2030-01-02T03:04:05Z</Expiration>",
    title: "Get web identity token",
    shown: ["Web identity token", "a.signed.token", "Expiration"],
  },
};

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** Opens the form of an operation and enters an input. */
async function fillIn(page, operation, input) {
  await page.$eval("#other-operations", (others) => (others.open = true));
  await page.select("#operation", operation);
  for (const [name, value] of Object.entries(input)) await enter(page, `${operation}.${name}`, value, name);
}

async function enter(page, id, value, name) {
  if (typeof value !== "object") return type(page, `[id='${id}']`, String(value));
  for (const [key, part] of Object.entries(value)) {
    if (!Array.isArray(value)) await enter(page, `${id}.${key}`, part);
    else {
      await page.click(`[id='${id}-add']`);
      const row = `${id}.${Number(key) + 1}`;
      await enter(page, typeof part === "object" ? row : `${row}.${name}`, part);
    }
  }
}

/** Encodes an input as parameters of the Query protocol. */
function parameters(value, name) {
  if (typeof value !== "object") return [[name, String(value)]];
  const path = (key) => (Array.isArray(value) ? `${name}.member.${Number(key) + 1}` : name ? `${name}.${key}` : key);
  return Object.entries(value).flatMap(([key, part]) => parameters(part, path(key)));
}

test("every operation has a form, and its call succeeds or fails with an explanation", async () => {
  const { page, close } = await open(browser);
  await useSandbox(page);
  const names = await page.$$eval("#operation option", (options) => options.map((option) => option.value));
  assert.deepEqual([...names, "AssumeRole", "GetCallerIdentity"].sort(), operations.map(({ name }) => name).sort());
  const succeeded = [];
  for (const { name, input } of operations.filter(({ name }) => names.includes(name))) {
    const required = input
      .filter((member) => member.required)
      .map((member) => [member.name, CALLS[name].input[member.name]]);
    await fillIn(page, name, Object.fromEntries(required));
    await press(page, "#send-other");
    if (await page.$eval("#failure", (failure) => failure.hidden)) {
      succeeded.push([name, await text(page, "#outcome-title")]);
      continue;
    }
    assert.notEqual(await text(page, "#failure-message"), "", name);
    // The user is only allowed to assume roles, and the sandbox does not support all operations.
    assert.match(
      await text(page, "#failure-details"),
      /^(AccessDenied · HTTP 403|InvalidAction · HTTP 400) · request ID/,
      name,
    );
  }
  assert.deepEqual(succeeded, [["GetSessionToken", "Temporary credentials"]]);
  await close();
});

for (const { name, input, signed } of operations.filter(({ name }) => CALLS[name])) {
  test(`${name}: the form sends what is entered, and the response is shown`, async () => {
    const call = CALLS[name];
    assert.deepEqual(
      Object.keys(call.input).sort(),
      input.map((member) => member.name).sort(),
      "the input has every member",
    );
    const sent = [];
    const respond = (request) => {
      sent.push(request);
      return {
        body: `<${name}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${name}Result>${call.response}</${name}Result>
        <ResponseMetadata><RequestId>an-id</RequestId></ResponseMetadata></${name}Response>`,
      };
    };
    const { page, logged, close } = await open(browser, { respond });
    await paste(page, "#access-key-id", "AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    await fillIn(page, name, call.input);
    await press(page, "#send-other");

    assert.equal(sent.length, 1, await page.$eval("#outcome", (outcome) => outcome.textContent));
    const form = Object.fromEntries(new URLSearchParams(sent[0].postData()));
    assert.deepEqual(form, { Action: name, Version: "2011-06-15", ...Object.fromEntries(parameters(call.input)) });
    assert.equal("authorization" in sent[0].headers(), signed);

    const hasCredentials = call.response.includes("<Credentials>");
    assert.equal(await text(page, "#outcome-title"), call.title ?? "Temporary credentials");
    assert.equal(await page.$eval("#credentials-card", (card) => !card.hidden), hasCredentials);
    if (hasCredentials) {
      assert.equal(await text(page, "#result-access-key-id"), "ASIAIOSFODNN7EXAMPLE");
      assert.match(await text(page, "#countdown"), /^(1 h|5[89] min)/);
    }
    if (await page.$eval("#reveal-result", (button) => !button.hidden)) await page.click("#reveal-result");
    const shown = await page.$$eval("#output-members dt, #output-members dd", (all) =>
      all.map((one) => one.textContent),
    );
    shown.push(await text(page, "#summary"));
    for (const value of call.shown)
      assert.equal(shown.filter((one) => one === value).length, 1, `${value} in ${shown}`);
    // The size is shown only if it is near the limit.
    assert.equal(shown.includes("Packed policy size"), call.response.includes(">97</PackedPolicySize>"));
    assert.deepEqual(logged, []);
    await close();
  });
}
