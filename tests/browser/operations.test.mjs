// Every operation that has no form of its own, from the form that the model makes for it to its answer.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { operations } from "../../pkg/dist/entry/node.js";
import { launch, open, paste, press, sandbox, text, type, useSandbox } from "./chromium.mjs";

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

/** For each operation: all of its members, what AWS answers, what the page calls that, and what is shown beside the keys. */
const CALLS = {
  AssumeRoleWithSAML: {
    input: {
      RoleArn: ROLE,
      PrincipalArn: "arn:aws:iam::123456789012:saml-provider/a-provider",
      SAMLAssertion: "PHNhbWxwOlJlc3BvbnNlLz4=",
      ...LIMITS,
    },
    answer: `${KEYS}${ROLE_USER}<Issuer>https://idp.example/saml</Issuer><Audience>https://signin.aws.amazon.com/saml</Audience>
      <Subject>a-subject</Subject><SubjectType>transient</SubjectType><NameQualifier>aHash=</NameQualifier>
      <PackedPolicySize>6</PackedPolicySize>`,
    title: "You have the role",
    shown: ["Issuer", "https://idp.example/saml", "Subject type", "transient", SESSION, "Packed policy size", "6"],
  },
  AssumeRoleWithWebIdentity: {
    input: {
      RoleArn: ROLE,
      RoleSessionName: "a-session",
      WebIdentityToken: "a.web.token",
      ProviderId: "www.amazon.com",
      ...LIMITS,
    },
    answer: `<SubjectFromWebIdentityToken>amzn1.account.EXAMPLE</SubjectFromWebIdentityToken><Audience>client.EXAMPLE@apps.example</Audience>
      ${ROLE_USER}${KEYS}<Provider>www.amazon.com</Provider>`,
    title: "You have the role",
    shown: ["Subject from web identity token", "amzn1.account.EXAMPLE", "Provider", "www.amazon.com", SESSION],
  },
  AssumeRoot: {
    input: {
      TargetPrincipal: "111122223333",
      TaskPolicyArn: { arn: "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials" },
      DurationSeconds: 900,
      MinimumSessionTokenSize: 512,
    },
    answer: `${KEYS}<SourceIdentity>somebody</SourceIdentity>`,
    shown: ["Source identity", "somebody"],
  },
  DecodeAuthorizationMessage: {
    input: { EncodedMessage: "an-encoded-message" },
    answer: '<DecodedMessage>{"allowed": false, "explicitDeny": true}</DecodedMessage>',
    title: "Decode authorization message",
    shown: ["Decoded message", '{\n  "allowed": false,\n  "explicitDeny": true\n}'],
  },
  GetAccessKeyInfo: {
    input: { AccessKeyId: "AKIAIOSFODNN7EXAMPLE" },
    answer: "<Account>012345678901</Account>",
    title: "Get access key info",
    shown: ["Account", "012345678901"],
  },
  GetDelegatedAccessToken: {
    input: { TradeInToken: "a-token-to-trade-in" },
    answer: `${KEYS}<PackedPolicySize>3</PackedPolicySize><AssumedPrincipal>${SESSION}</AssumedPrincipal>`,
    shown: ["Assumed principal", SESSION, "Packed policy size", "3"],
  },
  GetFederationToken: {
    input: { Name: "somebody", ...LIMITS, Tags: TAGS },
    answer: `${KEYS}<FederatedUser><FederatedUserId>123456789012:somebody</FederatedUserId>
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
    answer: `${KEYS}<SessionInfo><ScopedSessionId>an-id</ScopedSessionId><Arn>${SESSION}</Arn></SessionInfo>
      <ScopedPoliciesCount>1</ScopedPoliciesCount>`,
    shown: ["Session info", "an-id", SESSION, "Scoped policies count", "1"],
  },
  GetSessionToken: {
    input: { DurationSeconds: 900, SerialNumber: "GAHT12345678", TokenCode: "123456", MinimumSessionTokenSize: 512 },
    answer: `${KEYS}<SessionTokenSize>812</SessionTokenSize>`,
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
    answer: "<WebIdentityToken>a.signed.token</WebIdentityToken><Expiration>2030-01-02T03:04:05Z</Expiration>",
    title: "Get web identity token",
    shown: ["Web identity token", "a.signed.token", "Expiration"],
  },
};

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** Opens an operation's form and enters an input, as a person does. */
async function fillIn(page, operation, input) {
  await page.$eval("#others", (others) => (others.open = true));
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

/** An input as the Query protocol sends it. */
function parameters(value, name) {
  if (typeof value !== "object") return [[name, String(value)]];
  const place = (key) => (Array.isArray(value) ? `${name}.member.${Number(key) + 1}` : name ? `${name}.${key}` : key);
  return Object.entries(value).flatMap(([key, part]) => parameters(part, place(key)));
}

test("every operation has a form from the model, and its call works or is refused in words", async () => {
  const { page, close } = await open(browser);
  await useSandbox(page);
  const names = await page.$$eval("#operation option", (options) => options.map((option) => option.value));
  assert.deepEqual([...names, "AssumeRole", "GetCallerIdentity"].sort(), operations.map(({ name }) => name).sort());
  const worked = [];
  for (const { name, input } of operations.filter(({ name }) => names.includes(name))) {
    const required = input
      .filter((member) => member.required)
      .map((member) => [member.name, CALLS[name].input[member.name]]);
    await fillIn(page, name, Object.fromEntries(required));
    await press(page, "#ask");
    if (await page.$eval("#failure", (failure) => failure.hidden)) {
      worked.push([name, await text(page, "#news-title")]);
      continue;
    }
    assert.notEqual(await text(page, "#failure-message"), "", name);
    // The user may do nothing but assume roles, and the sandbox does not know all operations.
    assert.match(
      await text(page, "#failure-facts"),
      /^(AccessDenied · HTTP 403|InvalidAction · HTTP 400) · request id/,
      name,
    );
  }
  assert.deepEqual(worked, [["GetSessionToken", "You have temporary keys"]]);
  await close();
});

for (const { name, input, signed } of operations.filter(({ name }) => CALLS[name])) {
  test(`${name}: the form sends what was entered, and the answer is told`, async () => {
    const call = CALLS[name];
    assert.deepEqual(
      Object.keys(call.input).sort(),
      input.map((member) => member.name).sort(),
      "every member is entered",
    );
    const sent = [];
    const answer = (request) => {
      sent.push(request);
      return {
        body: `<${name}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${name}Result>${call.answer}</${name}Result>
        <ResponseMetadata><RequestId>an-id</RequestId></ResponseMetadata></${name}Response>`,
      };
    };
    const { page, said, close } = await open(browser, { answer });
    await paste(page, "#access-key-id", "AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    await fillIn(page, name, call.input);
    await press(page, "#ask");

    assert.equal(sent.length, 1, await page.$eval("#news", (news) => news.innerText));
    const form = Object.fromEntries(new URLSearchParams(sent[0].postData()));
    assert.deepEqual(form, { Action: name, Version: "2011-06-15", ...Object.fromEntries(parameters(call.input)) });
    assert.equal("authorization" in sent[0].headers(), signed);

    const keys = call.answer.includes("<Credentials>");
    assert.equal(await text(page, "#news-title"), call.title ?? "You have temporary keys");
    assert.equal(await page.$eval("#card", (card) => !card.hidden), keys);
    if (keys) {
      assert.equal(await text(page, "#key-id"), "ASIAIOSFODNN7EXAMPLE");
      assert.match(await text(page, "#countdown"), /^(1 h|59 min \d+ s)$/);
    }
    if (await page.$eval("#reveal-card", (button) => !button.hidden)) await page.click("#reveal-card");
    const shown = await page.$$eval("#values dt, #values dd", (all) => all.map((one) => one.textContent));
    for (const value of call.shown) assert.ok(shown.includes(value), `${value} in ${shown}`);
    assert.deepEqual(said, []);
    await close();
  });
}
