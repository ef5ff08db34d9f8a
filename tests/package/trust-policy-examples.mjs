// Callers, roles and statements for the tests of the trust policy check, and functions that check them.

import { explainTrustPolicy } from "../../pkg/dist/trust-policy/index.js";

/**
 * Also accepts invalid input.
 *
 * @type {(policy?: any, context?: any) => import("../../pkg/dist/trust-policy/index.js").TrustPolicyExplanation}
 */
export const check = explainTrustPolicy;

export const ACCOUNT = "123456789012";
export const OTHER = "210987654321";
export const TARGET = `arn:aws:iam::${ACCOUNT}:role/Target`;
export const ROOT = { AWS: `arn:aws:iam::${ACCOUNT}:root` };
export const ALICE = `arn:aws:iam::${ACCOUNT}:user/alice`;
/** @type {any} */
export const alice = { arn: ALICE, userId: "AIDAEXAMPLEALICE00001", credentials: "long-term", tags: { team: "red" } };
export const carol = { arn: `arn:aws:iam::${OTHER}:user/carol`, credentials: "long-term" };
export const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/Caller/s1`;
export const session = { arn: SESSION, userId: "AROAEXAMPLECALLER0001:s1", mfa: false };
export const GITHUB = "token.actions.githubusercontent.com";
export const PROVIDER = `arn:aws:iam::${ACCOUNT}:oidc-provider/${GITHUB}`;
export const claims = { aud: "sts.amazonaws.com", sub: "repo:octo/app:ref:refs/heads/main", repository: "octo/app" };
export const workflow = { kind: "web-identity", issuer: `https://${GITHUB}`, claims };
export const SAML = `arn:aws:iam::${ACCOUNT}:saml-provider/Okta`;
export const employee = {
  kind: "saml",
  provider: SAML,
  claims: { aud: "https://signin.aws.amazon.com/saml", sub: "alice" },
};

/** Returns an Allow for the whole account, with the changes in `more`. */
export const allow = (more) => ({ Effect: "Allow", Principal: ROOT, Action: "sts:AssumeRole", ...more });
export const deny = (more) => ({ ...allow({ Principal: { AWS: "*" } }), Effect: "Deny", ...more });
export const policy = (...statements) => ({ Version: "2012-10-17", Statement: statements });
/** @type {(operator: string, key: string, value: any) => any} */
export const when = (operator, key, value) => allow({ Condition: { [operator]: { [key]: value } } });
export const withTags = [allow(), allow({ Action: "sts:TagSession" })];

/**
 * Explains alice's request for a session called demo; the second argument changes it.
 *
 * @type {(document: any, context?: any) => import("../../pkg/dist/trust-policy/index.js").TrustPolicyExplanation}
 */
export const explain = (document, { caller = alice, request, ...more } = {}) =>
  check(document, {
    caller,
    roleArn: TARGET,
    action:
      { "web-identity": "sts:AssumeRoleWithWebIdentity", saml: "sts:AssumeRoleWithSAML" }[caller.kind] ??
      "sts:AssumeRole",
    request: { sessionName: "demo", ...request },
    ...more,
  });
export const verdict = (statements, context) => explain(policy(...[statements].flat()), context).verdict;
export const codes = (statements, context) =>
  explain(policy(...[statements].flat()), context).warnings.map(({ code }) => code);
export const named = (AWS) => allow({ Principal: { AWS } });
export const externalId = (value) => ({ request: { externalId: value } });
export const equalsId = when("StringEquals", "sts:ExternalId", "ext-7");
export const account = (Condition) => allow({ Condition });
/** @type {(operator: string, value?: any) => any} */
export const hasMfa = (operator, value = "true") => when(operator, "aws:MultiFactorAuthPresent", value);
export const temporary = (more) => ({ caller: { ...alice, credentials: "temporary", ...more } });
export const tagged = (tags) => ({ request: { tags } });
export const bothActions = (more) => allow({ Action: ["sts:AssumeRole", "sts:TagSession"], ...more });
export const nameIs = (value, operator = "StringEquals") => when(operator, "sts:RoleSessionName", value);
export const called = (sessionName) => ({ request: { sessionName } });
export const federated = (more) =>
  allow({ Principal: { Federated: PROVIDER }, Action: "sts:AssumeRoleWithWebIdentity", ...more });
export const claim = (operator, name, value) =>
  federated({ Condition: { [operator]: { [`${GITHUB}:${name}`]: value } } });
export const byWorkflow = { caller: workflow };
export const samlAllow = (more) => allow({ Principal: { Federated: SAML }, Action: "sts:AssumeRoleWithSAML", ...more });
