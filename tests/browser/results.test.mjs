// What the page makes of answers that the sandbox does not give: AWS's own errors, a hostile server, a clock far off.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { Signer, STS } from "../../pkg/dist/entry/node.js";
import { launch, open, paste, pinClock, press, sandbox, text, type, useSandbox, value } from "./chromium.mjs";
import { servePlanted } from "./injection.mjs";

const KEYS = "AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const ROLE = "arn:aws:iam::210987654321:role/their-role";
const USER = "arn:aws:iam::123456789012:user/test-user";

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** A page with keys in it, where AWS answers with `body`, or with what `answer(form, request)` gives. */
async function answered(answer, options = {}) {
  const give = typeof answer === "function" ? answer : () => answer;
  const reply = (request) => give(new URLSearchParams(request.postData() ?? ""), request);
  const tab = await open(browser, { ...options, answer: reply });
  await paste(tab.page, "#access-key-id", KEYS);
  return tab;
}

function refusal(code, message, status = 403) {
  const body = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
    <Code>${code}</Code><Message>${escaped(message)}</Message></Error><RequestId>an-id</RequestId></ErrorResponse>`;
  return { status, body };
}

function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function identity(arn) {
  return {
    body: `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
      <Arn>${escaped(arn)}</Arn><UserId>AIDAEXAMPLE</UserId><Account>123456789012</Account></GetCallerIdentityResult>
      <ResponseMetadata><RequestId>an-id</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
  };
}

async function assumeTheirRole(page, externalId) {
  await type(page, "#role-arn", ROLE);
  await type(page, "#session-name", "a-session");
  if (externalId) await type(page, "[id='AssumeRole.ExternalId']", externalId);
  await press(page, "#assume");
}

test("a refused role: the trust policy that would allow it, with the caller and what the call gives", async () => {
  const told = `User: ${USER} is not authorized to perform: sts:AssumeRole on resource: ${ROLE}`;
  const { page, close } = await answered(refusal("AccessDenied", told));
  await assumeTheirRole(page, "an-id-of-theirs");
  const [trust, caller] = await page.$$eval("#ways pre", (all) => all.map((one) => JSON.parse(one.textContent)));
  assert.deepEqual(trust.Statement, [
    {
      Effect: "Allow",
      Principal: { AWS: USER },
      Action: "sts:AssumeRole",
      Condition: { StringEquals: { "sts:ExternalId": "an-id-of-theirs" } },
    },
  ]);
  assert.deepEqual(caller.Statement, [{ Effect: "Allow", Action: "sts:AssumeRole", Resource: ROLE }]);
  assert.match(await text(page, "#ways"), /since the role is in another account/);
  await close();
});

test("the trust policy that the page writes is one that works", async () => {
  const iam = new Signer({
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    region: sandbox.region,
    service: "iam",
  });
  const ask = async (parameters) => {
    const body = new URLSearchParams({ Version: "2010-05-08", ...parameters });
    const response = await iam.fetch(`${sandbox.endpoint}/`, {
      method: "POST",
      body: body.toString(),
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    assert.equal(response.status, 200, await response.text());
  };
  const nobody = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Deny", Principal: { AWS: "*" }, Action: "sts:AssumeRole" }],
  };
  await ask({ Action: "CreateRole", RoleName: "closed-role", AssumeRolePolicyDocument: JSON.stringify(nobody) });

  const { page, close } = await open(browser);
  await useSandbox(page);
  await type(page, "#role-arn", "arn:aws:iam::123456789012:role/closed-role");
  await press(page, "#assume");
  const policy = await text(page, "#ways .policy pre");
  await ask({ Action: "UpdateAssumeRolePolicy", RoleName: "closed-role", PolicyDocument: policy });
  await press(page, "#assume");
  assert.equal(await text(page, "#news-title"), "You have the role");
  await close();
});

test("an encoded message is decoded on the press of a button", async () => {
  const decoded = JSON.stringify({ allowed: false, explicitDeny: true });
  const { page, close } = await answered((form) => {
    if (form.get("Action") !== "DecodeAuthorizationMessage") {
      return refusal("AccessDenied", "You are not authorized. Encoded authorization failure message: Abc-123_x");
    }
    assert.equal(form.get("EncodedMessage"), "Abc-123_x");
    const body = `<DecodeAuthorizationMessageResponse><DecodeAuthorizationMessageResult><DecodedMessage>${decoded}</DecodedMessage>
      </DecodeAuthorizationMessageResult></DecodeAuthorizationMessageResponse>`;
    return { body };
  });
  await press(page, "#who-am-i");
  await page.click("#ways button");
  await page.waitForSelector("#values dd");
  assert.deepEqual(JSON.parse(await text(page, "#values dd")), { allowed: false, explicitDeny: true });
  await close();
});

test("where a server tells the canonical request it expected, both stand side by side", async () => {
  let sent;
  const { page, close } = await answered((form, request) => {
    const headers = request.headers();
    sent = headers["x-amz-date"];
    const canonical = `POST\n/\n\ncontent-type:application/x-www-form-urlencoded; charset=utf-8\nhost:another.example\nx-amz-date:${sent}\n\ncontent-type;host;x-amz-date\n0`;
    return refusal(
      "SignatureDoesNotMatch",
      `The request signature we calculated does not match.\n\nThe Canonical String for this request should have been\n'${canonical}'\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256'`,
    );
  });
  await press(page, "#who-am-i");
  assert.match(await text(page, "#compared caption"), /first differ in line 5, at character 6/);
  const marked = await page.$$eval("#compared mark", (all) => all.map((one) => one.textContent));
  assert.deepEqual(marked, ["sts.us-east-1.amazonaws.com", "another.example"]);
  await close();
});

test("a session token that a server's words repeat is hidden, in the error as in the comparison", async () => {
  const token = "the-session-token-of-these-keys";
  const { page, close } = await answered(() => {
    const canonical = `POST\n/\n\nhost:sts.us-east-1.amazonaws.com\nx-amz-security-token:${token}\n\nhost\n0`;
    return refusal(
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

test("the inspector shows the call that was chosen, whatever came since", async () => {
  const { page, close } = await answered(identity(USER));
  await press(page, "#who-am-i");
  await page.click("#sign-role");
  await page.waitForSelector("#failure:not([hidden])");
  await type(page, "#role-arn", "arn:aws:iam::123456789012:role/one");
  await type(page, "#session-name", "a-session");
  await page.click("#sign-role");
  await page.waitForFunction(() => document.querySelectorAll("#record option").length === 2);
  await type(page, "#role-arn", "x");
  await page.click("#sign-role");
  await page.waitForFunction(() => document.activeElement.id === "news-title");
  const shown = async (index) => {
    await page.$eval(
      "#record",
      (select, index) => {
        select.selectedIndex = index;
        select.dispatchEvent(new Event("change"));
      },
      index,
    );
    return text(page, "#steps pre");
  };
  assert.match(await shown(1), /Action=GetCallerIdentity/);
  assert.match(await shown(0), /Action=AssumeRole&/);
  await close();
});

test("a clock that is two hours off is corrected and told", async () => {
  const server = new Date(Date.now() + 7_200_000);
  const { page, close } = await answered((form, request) => {
    const date = request.headers()["x-amz-date"].replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z");
    if (Math.abs(Date.parse(date) - server.getTime()) < 900_000)
      return { ...refusal("AccessDenied", "Denied, in time."), date: server.toUTCString() };
    return { ...refusal("SignatureDoesNotMatch", "Signature expired: too old"), date: server.toUTCString() };
  });
  await press(page, "#who-am-i");
  assert.match(await text(page, "#failure-message"), /Denied, in time/);
  assert.match(await text(page, "#failure-clock"), /clock is (2 h|1 h 59 min) .*behind/);
  await close();
});

test("the inspector: its steps are those of the request, and its curl command works", async () => {
  const { page, close } = await open(browser);
  await useSandbox(page);
  await press(page, "#assume");
  await page.click("#use-keys");
  await page.click("#reveal-sent");
  await press(page, "#who-am-i");
  const steps = await page.$$eval("#steps pre", (all) => all.map((one) => one.textContent));
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
  await page.click("#reveal-sent");
  assert.ok(!(await page.$eval("#sent", (sent) => sent.textContent)).includes(credentials.sessionToken));
  await close();
});

test("signing only sends nothing", async () => {
  const { page, asked, close } = await open(browser);
  await useSandbox(page);
  const before = asked.length;
  await page.click("#sign-role");
  await page.waitForSelector("#sent:not([hidden])");
  assert.match(await text(page, "#record option"), /AssumeRole\s+signed, not sent/);
  assert.equal(await page.evaluate("document.activeElement.id"), "sent-title");
  assert.equal(asked.slice(before).filter((url) => url.startsWith(sandbox.endpoint)).length, 0);
  const command = await page.$eval("#curl", (curl) => curl.textContent);
  const { stdout } = await promisify(execFile)("sh", ["-c", command]);
  assert.match(stdout, /<AssumeRoleResponse/);
  await close();
});

test("nothing that is shown is ever read as HTML", async () => {
  const hostile = `<img src=x onerror="window.planted=1"><script>window.planted=1</script>`;
  const plants = (page) =>
    page.evaluate(() => [
      !!window.planted,
      document.querySelectorAll("main img, main script").length,
      window.violations.length,
    ]);
  const { page, close } = await answered((form) => {
    if (form.get("Action") === "GetCallerIdentity") return identity(`arn:aws:iam::123456789012:user/${hostile}`);
    return refusal(escaped(hostile), hostile);
  });
  await press(page, "#who-am-i");
  assert.ok((await text(page, "#in-words")).includes(hostile), await page.$eval("#news", (news) => news.innerText));
  assert.ok((await text(page, "#links")).includes("script>"));
  assert.deepEqual(await plants(page), [false, 0, 0]);

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
  assert.deepEqual(await plants(page), [false, 0, 0]);
  await close();
});

for (const policy of [true, false]) {
  test(
    policy
      ? "scripts that are planted in the page are refused by its policy"
      : "without the policy those scripts would run",
    async (context) => {
      const { url, close } = await servePlanted({ policy });
      context.after(close);
      const { page } = await open(browser, { url });
      const ran = await page.evaluate(() => window.planted ?? []);
      const violations = await page.evaluate(() =>
        window.violations.filter((directive) => directive.startsWith("script-src")),
      );
      assert.deepEqual(ran.sort(), policy ? [] : ["a handler", "another site's", "inline"]);
      assert.deepEqual(violations.sort(), policy ? ["script-src-attr", "script-src-elem", "script-src-elem"] : []);
      // The page itself works beside them.
      assert.equal(await page.$$eval("#operation option", (all) => all.length), 10);
    },
  );
}

test("text becomes neither a script nor HTML: Trusted Types refuse it", async () => {
  const { page, close } = await open(browser);
  const refused = await page.evaluate(() => {
    const script = document.createElement("script");
    const tries = {
      source: () => (script.src = "data:text/javascript,window.planted=1"),
      text: () => (script.textContent = "window.planted = 1"),
      html: () => (document.body.innerHTML = "<b>planted</b>"),
    };
    return Object.entries(tries).map(([name, attempt]) => {
      try {
        attempt();
        return `${name} was taken`;
      } catch (error) {
        return `${name}: ${error.name}`;
      }
    });
  });
  assert.deepEqual(refused, ["source: TypeError", "text: TypeError", "html: TypeError"]);
  // The browser tells of a violation in a task of its own.
  await page.waitForFunction(() => window.violations.length === 3);
  assert.deepEqual(new Set(await page.evaluate("window.violations")), new Set(["require-trusted-types-for"]));
  await close();
});

test("a session that renews itself is renewed five minutes before its end, once", async () => {
  let calls = 0;
  const { page, close } = await answered(
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
  await page.click("#use-keys");
  assert.equal(await state(), "long");
  // Nobody asked for it: the colour turns, and nothing is renewed.
  await page.evaluate("window.ahead = 56 * 60000");
  await page.waitForFunction(() => document.getElementById("countdown").dataset.state === "soon");
  assert.match(await text(page, "#said"), /ends in less than 5 minutes/);
  assert.equal(calls, 1);

  await page.click("#links li:last-child input");
  await page.waitForFunction(() => document.getElementById("access-key-id").value === "ASIAEXAMPLE2");
  assert.equal(await value(page, "#session-token"), "token-2");
  assert.equal(await text(page, "#key-id"), "ASIAEXAMPLE2");
  assert.equal(await state(), "long");
  await page.evaluate("window.ahead = 110 * 60000");
  await page.waitForFunction(() => /^5 min|^6 min/.test(document.getElementById("countdown").textContent));
  assert.equal(calls, 2);
  await page.evaluate("window.ahead = 112 * 60000");
  await page.waitForFunction(() => document.getElementById("access-key-id").value === "ASIAEXAMPLE3");
  await close();
});

test("left alone, the page forgets everything if it was told to", async () => {
  const { page, close } = await answered(identity(USER), { before: pinClock });
  await press(page, "#who-am-i");
  await page.select("#idle", "5");
  await page.evaluate("window.ahead = 4 * 60000");
  await new Promise((resolve) => setTimeout(resolve, 1500));
  assert.notEqual(await value(page, "#secret-access-key"), "");
  await page.evaluate("window.ahead = 6 * 60000");
  await page.waitForFunction(() => document.getElementById("secret-access-key").value === "");
  assert.match(await text(page, "#said"), /nobody touched the page for 5 minutes/);
  assert.equal(await page.$eval("#chain", (chain) => chain.hidden), true);
  await close();
});
