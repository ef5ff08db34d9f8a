// How the page handles responses that the sandbox does not return: errors of AWS, hostile servers, clock skew.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { Signer, STS } from "../../pkg/dist/entry/node.js";
import { errorResponse, escaped, identity } from "./aws-responses.mjs";
import { launch, open, paste, pinClock, press, sandbox, text, type, useSandbox, value } from "./chromium.mjs";
import { serveInjected } from "./injection.mjs";

const CREDENTIALS = "AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const ROLE = "arn:aws:iam::210987654321:role/their-role";
const USER = "arn:aws:iam::123456789012:user/test-user";

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser.close());

/**
 * Opens a page with credentials. AWS returns `response` or, if that is a function, the result of
 * `response(form, request)`.
 */
async function openWithResponse(response, options = {}) {
  const responseTo = typeof response === "function" ? response : () => response;
  const respond = (request) => responseTo(new URLSearchParams(request.postData() ?? ""), request);
  const tab = await open(browser, { ...options, respond });
  await paste(tab.page, "#access-key-id", CREDENTIALS);
  return tab;
}

async function assumeTheirRole(page, externalId) {
  await type(page, "#role-arn", ROLE);
  await type(page, "#session-name", "a-session");
  if (externalId) await type(page, "[id='AssumeRole.ExternalId']", externalId);
  await press(page, "#assume");
}

test("the role can be assumed with the trust policy that the page shows", async () => {
  const iam = new Signer({
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    region: sandbox.region,
    service: "iam",
  });
  const callIam = async (parameters) => {
    const body = new URLSearchParams({ Version: "2010-05-08", ...parameters });
    const response = await iam.fetch(`${sandbox.endpoint}/`, {
      method: "POST",
      body: body.toString(),
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    assert.equal(response.status, 200, await response.text());
  };
  const denyAll = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Deny", Principal: { AWS: "*" }, Action: "sts:AssumeRole" }],
  };
  await callIam({ Action: "CreateRole", RoleName: "closed-role", AssumeRolePolicyDocument: JSON.stringify(denyAll) });

  const { page, close } = await open(browser);
  await useSandbox(page);
  await type(page, "#role-arn", "arn:aws:iam::123456789012:role/closed-role");
  await press(page, "#assume");
  await page.waitForSelector("#failure-actions .policy");
  const policy = await text(page, "#failure-actions .policy pre");
  await callIam({ Action: "UpdateAssumeRolePolicy", RoleName: "closed-role", PolicyDocument: policy });
  await press(page, "#assume");
  assert.equal(await text(page, "#outcome-title"), "Role credentials");
  await close();
});

test("a button decodes an encoded authorization message", async () => {
  const decoded = JSON.stringify({ allowed: false, explicitDeny: true });
  const { page, close } = await openWithResponse((form) => {
    if (form.get("Action") !== "DecodeAuthorizationMessage") {
      return errorResponse("AccessDenied", "You are not authorized. Encoded authorization failure message: Abc-123_x");
    }
    assert.equal(form.get("EncodedMessage"), "Abc-123_x");
    const body = `<DecodeAuthorizationMessageResponse><DecodeAuthorizationMessageResult><DecodedMessage>${decoded}</DecodedMessage>
      </DecodeAuthorizationMessageResult></DecodeAuthorizationMessageResponse>`;
    return { body };
  });
  await press(page, "#who-am-i");
  await page.click("#failure-actions button");
  await page.waitForSelector("#output-members dd");
  assert.deepEqual(JSON.parse(await text(page, "#output-members dd")), { allowed: false, explicitDeny: true });
  await close();
});

test("the canonical request is compared with the one that the server expected", async () => {
  let date;
  const { page, close } = await openWithResponse((_, request) => {
    const headers = request.headers();
    date = headers["x-amz-date"];
    const canonical = `POST\n/\n\ncontent-type:application/x-www-form-urlencoded; charset=utf-8\nhost:another.example\nx-amz-date:${date}\n\ncontent-type;host;x-amz-date\n0`;
    return errorResponse(
      "SignatureDoesNotMatch",
      `The request signature we calculated does not match.\n\nThe Canonical String for this request should have been\n'${canonical}'\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256'`,
    );
  });
  await press(page, "#who-am-i");
  assert.match(await text(page, "#comparison caption"), /First difference: line 5, character 6/);
  const marked = await page.$$eval("#comparison mark", (all) => all.map((one) => one.textContent));
  assert.deepEqual(marked, ["sts.us-east-1.amazonaws.com", "another.example"]);
  await close();
});

test("a session token in the server's error message is redacted, in the message and in the comparison", async () => {
  const token = "the-session-token-of-these-keys";
  const { page, close } = await openWithResponse(() => {
    const canonical = `POST\n/\n\nhost:sts.us-east-1.amazonaws.com\nx-amz-security-token:${token}\n\nhost\n0`;
    return errorResponse(
      "SignatureDoesNotMatch",
      `No.\n\nThe Canonical String for this request should have been\n'${canonical}'\n\nThe String-to-Sign`,
    );
  });
  await type(page, "#session-token", token);
  await press(page, "#who-am-i");
  assert.match(await text(page, "#failure-message"), /x-amz-security-token:••/);
  assert.ok(!(await page.evaluate("document.documentElement.innerHTML")).includes(token));
  await close();
});

test("the request details show the chosen request after later ones failed", async () => {
  const { page, close } = await openWithResponse(identity(USER));
  await press(page, "#who-am-i");
  await page.click("#sign-role");
  await page.waitForSelector("#failure:not([hidden])");
  await type(page, "#role-arn", "arn:aws:iam::123456789012:role/one");
  await type(page, "#session-name", "a-session");
  await page.click("#sign-role");
  await page.waitForFunction(() => document.querySelectorAll("#request option").length === 2);
  await type(page, "#role-arn", "x");
  await page.click("#sign-role");
  await page.waitForFunction(() => document.activeElement.id === "outcome-title");
  const shown = async (index) => {
    await page.$eval(
      "#request",
      (select, index) => {
        select.selectedIndex = index;
        select.dispatchEvent(new Event("change"));
      },
      index,
    );
    return text(page, "#signing-steps pre");
  };
  assert.match(await shown(1), /Action=GetCallerIdentity/);
  assert.match(await shown(0), /Action=AssumeRole&/);
  await close();
});

test("a clock skew of two hours is corrected and reported", async () => {
  const server = new Date(Date.now() + 7_200_000);
  const { page, close } = await openWithResponse((_, request) => {
    const date = request.headers()["x-amz-date"].replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z");
    if (Math.abs(Date.parse(date) - server.getTime()) < 900_000)
      return { ...errorResponse("AccessDenied", "Denied, in time."), date: server.toUTCString() };
    return { ...errorResponse("SignatureDoesNotMatch", "Signature expired: too old"), date: server.toUTCString() };
  });
  await press(page, "#who-am-i");
  assert.match(await text(page, "#failure-message"), /Denied, in time/);
  assert.match(await text(page, "#failure-clock"), /clock is (2 h|1 h 59 min) .*behind/);
  await close();
});

for (const [direction, ahead] of /** @type {[string, number][]} */ ([
  ["ahead", 7_200_000],
  ["behind", -7_200_000],
])) {
  test(`credentials of an unsigned call have the right time left if the clock is two hours ${direction}`, async () => {
    const expiration = new Date(Date.now() + 3_600_000).toISOString();
    const { page, close } = await openWithResponse(
      () => ({
        date: new Date().toUTCString(),
        body: `<AssumeRoleWithSAMLResponse><AssumeRoleWithSAMLResult><AssumedRoleUser><AssumedRoleId>AROAEXAMPLE:me</AssumedRoleId>
          <Arn>arn:aws:sts::210987654321:assumed-role/their-role/me</Arn></AssumedRoleUser><Credentials>
          <AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>
          <Expiration>${expiration}</Expiration></Credentials></AssumeRoleWithSAMLResult></AssumeRoleWithSAMLResponse>`,
      }),
      { before: pinClock },
    );
    await page.evaluate((ahead) => (window.ahead = ahead), ahead);
    await page.$eval("#other-operations", (details) => details.setAttribute("open", ""));
    await page.select("#operation", "AssumeRoleWithSAML");
    await type(page, "[id='AssumeRoleWithSAML.RoleArn']", ROLE);
    await type(page, "[id='AssumeRoleWithSAML.PrincipalArn']", "arn:aws:iam::210987654321:saml-provider/theirs");
    await type(page, "[id='AssumeRoleWithSAML.SAMLAssertion']", "PHNhbWxwOlJlc3BvbnNlLz4=");
    await press(page, "#send-other");
    assert.match(await text(page, "#countdown"), /^(1 h|59 min .*)$/);
    await close();
  });
}

test("the signing steps are those of the request, and the curl command works", async () => {
  const { page, close } = await open(browser);
  await useSandbox(page);
  await press(page, "#assume");
  await page.click("#use-credentials");
  await page.click("#reveal-request");
  await press(page, "#who-am-i");
  const steps = await page.$$eval("#signing-steps pre", (all) => all.map((one) => one.textContent));
  assert.equal(steps.length, 7);
  const credentials = {
    accessKeyId: await value(page, "#access-key-id"),
    secretAccessKey: await value(page, "#secret-access-key"),
    sessionToken: await value(page, "#session-token"),
  };
  const sts = new STS({ endpoint: sandbox.endpoint, region: sandbox.region, credentials });
  const [, day, time] = /x-amz-date: (\d{8})T(\d{6})Z/.exec(steps[0]);
  const signingDate = new Date(`${day}T${time}Z`.replace(/(....)(..)(..)T(..)(..)(..)Z/, "$1-$2-$3T$4:$5:$6Z"));
  const { canonicalRequest, stringToSign, headers } = await sts.request("GetCallerIdentity", {}, { signingDate });
  assert.deepEqual(steps.slice(1, 3), [canonicalRequest, stringToSign]);
  assert.ok(steps[4].endsWith(headers.authorization.split("Signature=")[1]));
  assert.equal(steps[5], `authorization: ${headers.authorization}`);
  assert.match(steps[6], /^HTTP 200\n[\s\S]*<Arn>/);

  const command = await page.$eval("#curl", (curl) => curl.textContent);
  const { stdout } = await promisify(execFile)("sh", ["-c", command]);
  assert.match(stdout, /assumed-role\/test-role/);
  await page.click("#reveal-request");
  assert.ok(
    !(await page.$eval("#request-details", (details) => details.textContent)).includes(credentials.sessionToken),
  );
  await close();
});

test("signing without sending sends nothing", async () => {
  const { page, requested, close } = await open(browser);
  await useSandbox(page);
  const before = requested.length;
  await page.click("#sign-role");
  await page.waitForSelector("#request-details:not([hidden])");
  assert.match(await text(page, "#request option"), /AssumeRole\s+signed, not sent/);
  assert.equal(await page.evaluate("document.activeElement.id"), "request-details-title");
  assert.equal(requested.slice(before).filter((url) => url.startsWith(sandbox.endpoint)).length, 0);
  const command = await page.$eval("#curl", (curl) => curl.textContent);
  const { stdout } = await promisify(execFile)("sh", ["-c", command]);
  assert.match(stdout, /<AssumeRoleResponse/);
  await close();
});

test("nothing from a server is parsed as HTML", async () => {
  const hostile = `<img src=x onerror="window.injected=1"><script>window.injected=1</script>`;
  const injections = (page) =>
    page.evaluate(() => [
      !!window.injected,
      document.querySelectorAll("main img, main script").length,
      window.violations.length,
    ]);
  const { page, close } = await openWithResponse((form) => {
    if (form.get("Action") === "GetCallerIdentity") return identity(`arn:aws:iam::123456789012:user/${hostile}`);
    return errorResponse(escaped(hostile), hostile);
  });
  await press(page, "#who-am-i");
  assert.ok(
    (await text(page, "#summary")).includes(hostile),
    await page.$eval("#outcome", (outcome) => outcome.textContent),
  );
  assert.ok((await text(page, "#session-list")).includes("script>"));
  assert.deepEqual(await injections(page), [false, 0, 0]);

  await assumeTheirRole(page);
  assert.ok((await text(page, "#failure-message")).includes(hostile));
  await type(page, "#session-name", hostile);
  await press(page, "#assume");
  await paste(
    page,
    "#access-key-id",
    `[${hostile}]\nrole_arn = ${ROLE}${hostile}\nsource_profile = b\n[b]\naws_access_key_id = ${hostile}\naws_secret_access_key = x`,
  );
  await page.select("#profile", hostile);
  await press(page, "#who-am-i");
  await page.evaluate((role) => {
    document.getElementById("role-arn").value = role;
  }, hostile);
  await press(page, "#assume");
  assert.deepEqual(await injections(page), [false, 0, 0]);
  await close();
});

for (const policy of [true, false]) {
  test(
    policy ? "the page's policy blocks injected scripts" : "without the policy the injected scripts run",
    async (context) => {
      const { url, close } = await serveInjected({ policy });
      context.after(close);
      const { page } = await open(browser, { url });
      const ran = await page.evaluate(() => window.injected ?? []);
      const violations = await page.evaluate(() =>
        window.violations.filter((directive) => directive.startsWith("script-src")),
      );
      assert.deepEqual(ran.sort(), policy ? [] : ["a handler", "another site's", "inline"]);
      assert.deepEqual(violations.sort(), policy ? ["script-src-attr", "script-src-elem", "script-src-elem"] : []);
      // The page itself still works.
      assert.equal(await page.$$eval("#operation option", (all) => all.length), 10);
    },
  );
}

test("Trusted Types block strings as scripts and as HTML", async () => {
  const { page, close } = await open(browser);
  const results = await page.evaluate(() => {
    const script = document.createElement("script");
    const attempts = {
      source: () => (script.src = "data:text/javascript,window.injected=1"),
      text: () => (script.textContent = "window.injected = 1"),
      html: () => (document.body.innerHTML = "<b>injected</b>"),
    };
    return Object.entries(attempts).map(([name, attempt]) => {
      try {
        attempt();
        return `${name} was accepted`;
      } catch (error) {
        return `${name}: ${error.name}`;
      }
    });
  });
  assert.deepEqual(results, ["source: TypeError", "text: TypeError", "html: TypeError"]);
  // The browser reports violations asynchronously.
  await page.waitForFunction(() => window.violations.length === 3);
  assert.deepEqual(new Set(await page.evaluate("window.violations")), new Set(["require-trusted-types-for"]));
  await close();
});

test("an auto-renewed session is renewed once, five minutes before it expires", async () => {
  let calls = 0;
  const { page, close } = await openWithResponse(
    (form, request) => {
      if (form.get("Action") !== "AssumeRole") return identity(USER);
      calls += 1;
      const now = request.headers()["x-amz-date"].replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z");
      const end = new Date(new Date(now).getTime() + 3_600_000).toISOString();
      return {
        body: `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAEXAMPLE${calls}</AccessKeyId>
          <SecretAccessKey>secret-${calls}</SecretAccessKey><SessionToken>token-${calls}</SessionToken>
          <Expiration>${end}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
      };
    },
    { before: pinClock },
  );
  const state = () => page.$eval("#countdown", (countdown) => countdown.dataset.state);
  await assumeTheirRole(page);
  await page.click("#use-credentials");
  assert.equal(await state(), "active");
  // Without auto-renew the color changes, and nothing is renewed.
  await page.evaluate("window.ahead = 56 * 60000");
  await page.waitForFunction(() => document.getElementById("countdown").dataset.state === "expiring");
  assert.match(await text(page, "#status"), /expires in less than 5 minutes/);
  assert.equal(calls, 1);

  await page.click("#session-list li:last-child input");
  await page.waitForFunction(() => document.getElementById("access-key-id").value === "ASIAEXAMPLE2");
  assert.equal(await value(page, "#session-token"), "token-2");
  assert.equal(await text(page, "#result-access-key-id"), "ASIAEXAMPLE2");
  assert.equal(await state(), "active");
  await page.evaluate("window.ahead = 110 * 60000");
  await page.waitForFunction(() => /^5 min|^6 min/.test(document.getElementById("countdown").textContent));
  assert.equal(calls, 2);
  await page.evaluate("window.ahead = 112 * 60000");
  await page.waitForFunction(() => document.getElementById("access-key-id").value === "ASIAEXAMPLE3");
  await close();
});

test("the page forgets everything after the chosen time of inactivity", async () => {
  const { page, close } = await openWithResponse(identity(USER), { before: pinClock });
  await press(page, "#who-am-i");
  await page.select("#idle-timeout", "5");
  await page.evaluate("window.ahead = 4 * 60000");
  await new Promise((resolve) => setTimeout(resolve, 1500));
  assert.notEqual(await value(page, "#secret-access-key"), "");
  await page.evaluate("window.ahead = 6 * 60000");
  await page.waitForFunction(() => document.getElementById("secret-access-key").value === "");
  assert.match(await text(page, "#status"), /after 5 minutes of inactivity/);
  assert.equal(await page.$eval("#sessions", (sessions) => sessions.hidden), true);
  await close();
});
