// What the page advises on errors, with messages that AWS has sent to others.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { errorResponse } from "./aws-responses.mjs";
import { launch, open, paste, press, text, type } from "./chromium.mjs";

const CREDENTIALS = "AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const ROLE = "arn:aws:iam::123456789012:role/their-role";
const PROVIDER = "arn:aws:iam::123456789012:saml-provider/Okta";

/** What the forms of the operations require. @type {Record<string, Record<string, string>>} */
const INPUTS = {
  AssumeRoleWithSAML: { RoleArn: ROLE, PrincipalArn: PROVIDER, SAMLAssertion: btoa("<Response/>") },
  AssumeRoleWithWebIdentity: { RoleArn: ROLE, RoleSessionName: "a-session", WebIdentityToken: "e30.e30.c2ln" },
  GetSessionToken: {},
};

const OIDC = "(Service: AWSOpenIdDiscoveryService; Status Code: 400; Error Code:";

/** The code and the message of each error, what the advice must say, and what it must not. @type {Record<string, [string, string, RegExp, RegExp?][]>} */
const ERRORS = {
  AssumeRoleWithSAML: [
    ["InvalidIdentityToken", "Response signature invalid", /certificate/, /client ID/],
    ["InvalidIdentityToken", "RoleSessionName is required in AuthnResponse", /Attributes\/RoleSessionName/],
    ["InvalidIdentityToken", "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}", /2 to 64/],
    ["InvalidIdentityToken", 'Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"', /"aws:"/],
    ["InvalidIdentityToken", "Response does not contain the required audience.", /signin\.aws\.amazon\.com\/saml/],
    [
      "InvalidIdentityToken",
      `Issuer not present in specified provider ${OIDC} AuthSamlInvalidSamlResponseException)`,
      /entity ID/,
    ],
    [
      "InvalidIdentityToken",
      `Specified provider doesn't exist ${OIDC} AuthSamlManifestNotFoundException; Proxy: null)`,
      /no SAML identity provider with this ARN/,
    ],
    [
      "InvalidIdentityToken",
      `Invalid base64 SAMLResponse ${OIDC} AuthSamlInvalidSamlResponseException)`,
      /field SAMLResponse/,
    ],
    ["InvalidIdentityToken", "Some text of the future", /NotOnOrAfter.*Role and RoleSessionName/, /client ID/],
    ["ExpiredTokenException", "Token must be redeemed within 5 minutes of issuance", /Sign in again/, /credentials/],
    ["ValidationError", "Principal exists outside the account of the Role being assumed..", /in the same account/],
    ["ValidationError", "Principal ARN is invalid", /:saml-provider\/NAME/],
    ["ValidationError", "Request ARN is invalid", /:role\/NAME/],
    [
      "ValidationError",
      "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
      /MaxSessionDuration/,
    ],
  ],
  AssumeRoleWithWebIdentity: [
    ["InvalidIdentityToken", "Incorrect token audience", /\(aud\) is not registered/, /SAML/],
    [
      "InvalidIdentityToken",
      "No OpenIDConnect provider found in your account for https://oidc.eks.us-west-2.amazonaws.com/id/C7F107",
      /exactly this URL/,
    ],
    [
      "InvalidIdentityToken",
      "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
      /Update the thumbprint/,
    ],
    [
      "InvalidIdentityToken",
      "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements",
      /Try again.*jwks_uri/,
    ],
    [
      "InvalidIdentityToken",
      "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
      /three parts/,
    ],
    ["InvalidIdentityToken", "Missing a required claim: aud", /not the access token/],
    [
      "ExpiredTokenException",
      "Token expired: current date/time 1700000600 must be before the expiration date/time1700000000",
      /Get a new one from its issuer/,
      /temporary credentials/,
    ],
    ["AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity", /identity provider/, /external ID/],
  ],
  GetSessionToken: [
    ["OptInRequired", "The AWS Access Key Id needs a subscription for the service", /sign-up/],
    [
      "OptInRequired",
      "You are not subscribed to this service. Please go to http://aws.amazon.com to subscribe.",
      /region is enabled/,
    ],
    [
      "AccessDenied",
      "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.",
      /does not belong to the caller/,
      /policies/,
    ],
    ["AccessDenied", "Cannot call GetSessionToken with session credentials", /long-term access key/],
    [
      "IncompleteSignature",
      "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'a/b/c/d/e/f'",
      /access key ID or the region/,
      /proxy/,
    ],
    [
      "SignatureDoesNotMatch",
      "Credential should be scoped to correct service: 'execute-api'. ",
      /other than STS/,
      /region/,
    ],
    ["InvalidClientTokenId", "The security token included in the request is invalid", /does not exist/],
    [
      "RegionDisabledException",
      "STS is not activated in this region for account:123456789012. Your account administrator can activate STS in this region using the IAM Console.",
      /another region/,
    ],
    // Nothing is made up for a message that nobody knows.
    ["SomethingNew", "Some text of the future", /^$/],
  ],
  AssumeRole: [
    [
      "InvalidParameterValue",
      "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
      /Upper and lower case/,
    ],
    [
      "InvalidParameterValue",
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
      /Remove the tag/,
    ],
    ["PackedPolicyTooLarge", "Serialized token too large for session", /transitive tags of the calling session/],
    ["PackedPolicyTooLarge", "Packed size of session tags consumes 138% of allotted space.", /138%/],
    ["ValidationError", "Request ARN is invalid", /violates a constraint/, /saml-provider/],
  ],
};

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser.close());

for (const [operation, errors] of Object.entries(ERRORS)) {
  test(`the advice on errors of ${operation} is about the cause that AWS's message names`, async () => {
    let response;
    const { page, close } = await open(browser, { respond: () => response });
    const send = await fillIn(page, operation);
    for (const [code, message, expected, unexpected] of errors) {
      response = errorResponse(code, message, 400);
      await press(page, send);
      await page.waitForFunction(
        (text) => document.getElementById("failure-message").textContent.trim() === text,
        {},
        message.trim(),
      );
      // Replaces the package's hint as soon as its module is loaded.
      await page.waitForFunction(
        (source) => new RegExp(source).test(document.getElementById("failure-hint").textContent),
        { timeout: 60_000 },
        expected.source,
      );
      if (unexpected) assert.doesNotMatch(await text(page, "#failure-hint"), unexpected, message);
    }
    await close();
  });
}

const assertion = (attributes) =>
  btoa(`<Response><Assertion><AttributeStatement>${attributes}</AttributeStatement></Assertion></Response>`);
const attribute = (name, value) =>
  `<Attribute Name="https://aws.amazon.com/SAML/Attributes/${name}"><AttributeValue>${value}</AttributeValue></Attribute>`;

/** The attributes of a SAML response, the reason that leads, and the actions that the trust policy must allow. @type {[string, RegExp, string | string[]][]} */
const ASSERTIONS = [
  [attribute("RoleSessionName", "me"), /no attribute .*SAML\/Attributes\/Role,/, "sts:AssumeRoleWithSAML"],
  [attribute("Role", `${PROVIDER},${ROLE}-2`), /not for this role .*their-role-2$/, "sts:AssumeRoleWithSAML"],
  [
    attribute("Role", ` ${PROVIDER}, ${ROLE} `) + attribute("PrincipalTag:Team", "blue"),
    /does not say which policy/,
    ["sts:AssumeRoleWithSAML", "sts:TagSession"],
  ],
  [
    attribute("Role", `${ROLE},${PROVIDER}`) + attribute("SourceIdentity", "me"),
    /does not say which policy/,
    ["sts:AssumeRoleWithSAML", "sts:SetSourceIdentity"],
  ],
];

test("a refusal of a SAML response says what it lacks for this role, as far as the page can read it", async () => {
  const respond = () => errorResponse("AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML");
  const { page, close } = await open(browser, { respond });
  const send = await fillIn(page, "AssumeRoleWithSAML");
  for (const [attributes, reason, action] of ASSERTIONS) {
    await page.$eval("[id='AssumeRoleWithSAML.SAMLAssertion']", setValue, assertion(attributes));
    await press(page, send);
    await page.waitForSelector("#failure-actions .policy");
    assert.match(await text(page, "#failure-actions .reason"), reason);
    const policy = JSON.parse(await text(page, "#failure-actions .policy pre"));
    assert.deepEqual(policy.Statement[0].Action, action);
    assert.doesNotMatch(await text(page, "#failure-hint"), /external ID|MFA/);
  }
  await close();
});

/** In the page: sets the value of a field that would take long to type. */
function setValue(field, value) {
  field.value = value;
}

/** Fills in the form of an operation, and returns the selector of its button. */
async function fillIn(page, operation) {
  await paste(page, "#access-key-id", CREDENTIALS);
  if (operation === "AssumeRole") {
    await type(page, "#role-arn", ROLE);
    await type(page, "#session-name", "a-session");
    return "#assume";
  }
  await page.$eval("#other-operations", (details) => details.setAttribute("open", ""));
  await page.select("#operation", operation);
  for (const [name, entered] of Object.entries(INPUTS[operation]))
    await page.$eval(`[id='${operation}.${name}']`, setValue, entered);
  return "#send-other";
}
