// Console URLs, EKS tokens and Vault logins. The expected values are those of the crate's tests.

import assert from "node:assert/strict";
import { test } from "node:test";

import { consoleUrl, eksToken, STSClientError, switchRoleUrl, vaultLogin } from "../../pkg/dist/entry/node.js";

const secretAccessKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const user = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey };
const role = { accessKeyId: "ASIAIOSFODNN7EXAMPLE", secretAccessKey, sessionToken: "IQoJb3JpZ2luX2VjEXAMPLE//+==" };
const signingDate = new Date("2026-11-23T19:00:00Z");

test("a switch-role URL", () => {
  const link = { account: "012345678901", roleName: "division/Admin@x", displayName: "Prod & admin", color: "f2b0a9" };
  assert.equal(
    switchRoleUrl({ ...link, region: "eu-central-1" }),
    "https://signin.aws.amazon.com/switchrole?account=012345678901&roleName=division%2FAdmin%40x" +
      "&displayName=Prod%20%26%20admin&color=f2b0a9",
  );
  for (const region of ["us-gov-west-1", "us-gov-west-1-fips", "fips-us-gov-west-1"]) {
    assert.equal(
      switchRoleUrl({ account: "my-company", roleName: "Reader", region }),
      "https://signin.amazonaws-us-gov.com/switchrole?account=my-company&roleName=Reader",
    );
  }
});

test("invalid switch-role options are rejected", () => {
  const valid = { account: "012345678901", roleName: "Reader", region: "us-east-1" };
  const invalid = {
    account: ["", "123", "1234567890123", "a", "-ab", "ab-", "a--b", "My-Company", "a&b"],
    roleName: ["", "/", "a b", "a&b", "division/", "arn:aws:iam::012345678901:role/Admin", "a".repeat(65)],
    color: ["", "red", "#f2b0a9", "f2b0ag"],
    displayName: ["", "a\nb", "a".repeat(65)],
  };
  for (const [name, values] of Object.entries(invalid)) {
    for (const value of values)
      assert.throws(() => switchRoleUrl({ ...valid, [name]: value }), STSClientError, `${name} ${value}`);
  }
  assert.throws(() => switchRoleUrl({ ...valid, region: "us-iso-east-1" }), /no public address/);
});

test("the credentials are in the body of the sign-in request, and not in the URL", async () => {
  /** @type {{ url: string, method: string, form: URLSearchParams }} */
  let request;
  const fetch = async (/** @type {string} */ url, /** @type {any} */ { method, body }) => {
    request = { url, method, form: new URLSearchParams(body) };
    return new Response('{"SigninToken":"t+k"}');
  };
  const url = await consoleUrl({
    credentials: role,
    region: "us-east-1",
    durationSeconds: 1800,
    issuer: "https://example.com/a?b",
    fetch,
  });
  assert.equal(
    url,
    "https://signin.aws.amazon.com/federation?Action=login&Issuer=https%3A%2F%2Fexample.com%2Fa%3Fb" +
      "&Destination=https%3A%2F%2Fconsole.aws.amazon.com%2F&SigninToken=t%2Bk",
  );
  assert.deepEqual([request.url, request.method], ["https://signin.aws.amazon.com/federation", "POST"]);
  assert.deepEqual([request.form.get("Action"), request.form.get("SessionDuration")], ["getSigninToken", "1800"]);
  const session = { sessionId: role.accessKeyId, sessionKey: secretAccessKey, sessionToken: role.sessionToken };
  assert.deepEqual(JSON.parse(request.form.get("Session")), session);
});

test("invalid sign-in options are rejected before anything is sent, and unexpected responses too", async () => {
  const fetch = async () => assert.fail("sent");
  /**
   * @param {object} options
   * @param {RegExp} message
   */
  const assertRejected = (options, message) =>
    assert.rejects(consoleUrl({ credentials: role, region: "us-east-1", fetch, ...options }), message);
  for (const destination of [
    "",
    "http://console.aws.amazon.com/",
    "https://evil.example/",
    "https://evilconsole.aws.amazon.com/",
    "https://.console.aws.amazon.com/",
    "https://console.aws.amazon.com.evil.example/",
    "https://console.aws.amazon.com@evil.example/",
    "https://evil.example\\.console.aws.amazon.com/",
    "https://evil.example?.console.aws.amazon.com",
    "https://evil.example#.console.aws.amazon.com",
    "https://console.aws.amazon.com:8443/",
    "https://console.amazonaws.cn/",
    "//console.aws.amazon.com/",
  ]) {
    await assertRejected({ destination }, /the destination must/);
  }
  for (const issuer of ["", "example.com", "javascript:alert(1)", "https://", "https:///a", "https://a b"]) {
    await assertRejected({ issuer }, /the issuer must/);
  }
  await assertRejected({ credentials: user }, /sessionToken is missing/);
  for (const durationSeconds of [899, 43_201, NaN]) await assertRejected({ durationSeconds }, /from 900 to 43200/);
  /** @type {[number, string][]} */
  const responses = [
    [200, "<html>"],
    [200, "{}"],
    [400, ""],
  ];
  for (const [status, body] of responses) {
    await assertRejected({ fetch: async () => new Response(body, { status }) }, /returned no sign-in token/);
  }
});

test("an EKS token is the URL that botocore presigns, and expires after 14 minutes", async () => {
  const { token, expiration } = await eksToken({
    clusterName: "my-cluster",
    region: "eu-west-1",
    credentials: role,
    signingDate,
  });
  const url = new URL(Buffer.from(token.replace("k8s-aws-v1.", ""), "base64url").toString());
  assert.equal(
    url.searchParams.get("X-Amz-Signature"),
    "9279b0190efc6acdedd7d9f5bcbc1bae5a800343ca98ae934847a48f1b7925a8",
  );
  assert.equal(url.searchParams.get("X-Amz-SignedHeaders"), "host;x-k8s-aws-id");
  assert.equal(expiration.toISOString(), "2026-11-23T19:14:00.000Z");
  const soon = { ...role, expiration: "2026-11-23T19:02:00Z" };
  const short = await eksToken({ clusterName: "c", region: "eu-west-1", credentials: async () => soon, signingDate });
  assert.equal(short.expiration.toISOString(), "2026-11-23T19:02:00.000Z");
  const fips = await eksToken({ clusterName: "c", region: "us-gov-west-1-fips", credentials: role, signingDate });
  const presigned = new URL(Buffer.from(fips.token.replace("k8s-aws-v1.", ""), "base64url").toString());
  assert.equal(presigned.host, "sts.us-gov-west-1.amazonaws.com");
  assert.match(presigned.searchParams.get("X-Amz-Credential"), /\/us-gov-west-1\/sts\/aws4_request$/);
  await assert.rejects(eksToken({ clusterName: "", region: "eu-west-1", credentials: user }), /EKS cluster is missing/);
});

test("a Vault login contains the signed request, with the server ID among the signed headers", async () => {
  const login = await vaultLogin({
    serverId: "vault.example.com",
    region: "eu-west-1",
    credentials: user,
    signingDate,
  });
  /** @param {keyof import("../../pkg/dist/index.js").VaultLogin} name */
  const decode = (name) => Buffer.from(login[name], "base64").toString();
  assert.equal(login.iam_http_request_method, "POST");
  assert.equal(decode("iam_request_url"), "https://sts.eu-west-1.amazonaws.com/");
  assert.equal(decode("iam_request_body"), "Action=GetCallerIdentity&Version=2011-06-15");
  const headers = JSON.parse(decode("iam_request_headers"));
  assert.match(headers.authorization[0], /SignedHeaders=content-type;host;x-amz-date;x-vault-aws-iam-server-id, /);
  assert.deepEqual(headers["x-vault-aws-iam-server-id"], ["vault.example.com"]);
});
