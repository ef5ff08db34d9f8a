// Credentials in every form in which people paste them, parsed by www/js/credentials-parser.js without a page.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { exportCredentials } from "../../pkg/dist/entry/node.js";
import { readProfiles, whyUnread } from "../../www/js/credentials-parser.js";
import { containsSecret } from "../../www/js/input-check.js";
import { asTime } from "../../www/js/labeled-credentials.js";
import { merge, resolve } from "../../www/js/profiles.js";

const exportVectors = readFileSync(new URL("../vectors/exports.json", import.meta.url), "utf8");
/** Every format of `exportCredentials`. @type {any[]} */
const FORMATS = Object.keys(JSON.parse(exportVectors)[0].forms);
const KEY = "AKIAIOSFODNN7EXAMPLE";
const SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const TOKEN = "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJ+token/with+all==";

/** Texts with credentials; `false` if they have no session token. @type {Record<string, [string, boolean?]>} */
const FORMS = {
  "an access key ID and its secret": [`${KEY} ${SECRET}`, false],
  "a key, its secret and a token on separate lines": [`${KEY}\n${SECRET}\n${TOKEN}\n`],
  "a profile": [`[work]\naws_access_key_id=${KEY}\naws_secret_access_key = ${SECRET}\naws_session_token= ${TOKEN} \n`],
  "a profile's lines without their section header": [
    `aws_access_key_id = ${KEY}\naws_secret_access_key = ${SECRET}`,
    false,
  ],
  "a profile that was copied with a margin": [
    `    [work]\n    aws_access_key_id = ${KEY}\n    aws_secret_access_key = ${SECRET}\n`,
    false,
  ],
  "lines for sh": [
    `export AWS_ACCESS_KEY_ID="${KEY}"\nexport AWS_SECRET_ACCESS_KEY='${SECRET}'\nexport AWS_SESSION_TOKEN=${TOKEN}\n`,
  ],
  "lines for fish": [
    `set -gx AWS_ACCESS_KEY_ID ${KEY}; set -gx AWS_SECRET_ACCESS_KEY "${SECRET}"; set -gx AWS_SESSION_TOKEN '${TOKEN}'`,
  ],
  "lines for csh": [`setenv AWS_ACCESS_KEY_ID ${KEY}\nsetenv AWS_SECRET_ACCESS_KEY ${SECRET}`, false],
  "lines for PowerShell": [
    `$Env:AWS_ACCESS_KEY_ID="${KEY}"\r\n$Env:AWS_SECRET_ACCESS_KEY="${SECRET}"\r\n$Env:AWS_SESSION_TOKEN="${TOKEN}"\r\n`,
  ],
  "lines for cmd": [
    `SET AWS_ACCESS_KEY_ID=${KEY}\r\nSET AWS_SECRET_ACCESS_KEY=${SECRET}\r\nSET AWS_SESSION_TOKEN=${TOKEN}\r\n`,
  ],
  "a .env file": [`AWS_ACCESS_KEY_ID=${KEY}\nAWS_SECRET_ACCESS_KEY=${SECRET}\nAWS_DEFAULT_REGION=eu-west-1\n`, false],
  "the JSON of aws sts": [
    JSON.stringify({
      Credentials: {
        AccessKeyId: KEY,
        SecretAccessKey: SECRET,
        SessionToken: TOKEN,
        Expiration: "2036-01-01T00:00:00+00:00",
      },
    }),
  ],
  "the JSON of a credential_process": [
    JSON.stringify({ Version: 1, AccessKeyId: KEY, SecretAccessKey: SECRET, SessionToken: TOKEN }),
  ],
  "the JSON of aws iam create-access-key": [
    JSON.stringify({ AccessKey: { UserName: "a", AccessKeyId: KEY, Status: "Active", SecretAccessKey: SECRET } }),
    false,
  ],
  "the JSON of aws sso get-role-credentials": [
    JSON.stringify({
      roleCredentials: {
        accessKeyId: KEY,
        secretAccessKey: SECRET,
        sessionToken: TOKEN,
        expiration: 2_082_758_400_000,
      },
    }),
  ],
  "the console's CSV": [`\ufeffAccess key ID,Secret access key\r\n${KEY},${SECRET}\r\n`, false],
};

/**
 * Texts as people paste them, with the expected credentials: one pair, a list to choose from, or null for none, with the
 * reason that the page shows if it is one of several that a reader might expect. With a problem, the page reads an access key but
 * does not use it.
 */
const texts = JSON.parse(readFileSync(new URL("../vectors/pasted-credentials.json", import.meta.url), "utf8"));

for (const { name, text, expect, reason, problem } of texts) {
  test(`pasted: ${name}`, () => {
    const profiles = readProfiles(text);
    if (reason) assert.equal(whyUnread(text), reason);
    if (problem) {
      const [resolved] = [...profiles.keys()].map((name) => resolve(profiles, name));
      return assert.deepEqual([resolved.problem, resolved.credentials], [problem, undefined]);
    }
    if (expect === null) return assert.equal(profiles, undefined);
    const found = [...profiles.keys()].map((name) => {
      const { credentials, region, endpoint, expiration } = resolve(profiles, name);
      return { ...credentials, region, endpoint, expiration };
    });
    const expected = [expect].flat();
    assert.equal(found.length, expected.length);
    for (const [index, { accessKeyId, secretAccessKey, sessionToken, ...settings }] of expected.entries()) {
      assert.deepEqual(found[index], { ...found[index], accessKeyId, secretAccessKey, sessionToken, ...settings });
    }
  });
}

test("a text without credentials is reported with what is missing", () => {
  const reasons = {
    [`AWS_ACCESS_KEY_ID=${KEY}`]: "unread-no-secret",
    [`AWS_SECRET_ACCESS_KEY=${SECRET}\nAWS_REGION=eu-west-1`]: "unread-no-id",
    "aws_access_key_id: ${{ secrets.ID }}\naws_secret_access_key: ${{ secrets.KEY }}": "unread-placeholder",
    [`access_key: ${KEY}\naccess_key: AKIAOTHEROTHER000000\nsecret_key: ${SECRET}`]: "unread-mixed",
    [`access_key: ${KEY}\nsecret_key: ${SECRET}\nsecret_key: je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY`]: "unread-mixed",
    '{"AccessKeyId": "AKIAXXXXXXXXXXXXXXXX", "SecretAccessKey": "REDACTED"}': "unread-placeholder",
    "SSO start URL\thttps://d-1234567890.awsapps.com/start": "nothing-recognized",
  };
  for (const [text, reason] of Object.entries(reasons)) {
    assert.deepEqual([readProfiles(text), whyUnread(text)], [undefined, reason], text);
  }
});

test("a secret may have any characters where nothing is replaced: in JSON, in single quotes, and in a file", () => {
  const forms = [
    (/** @type {string} */ secret) => JSON.stringify({ accessKey: "minio", secretKey: secret }),
    (/** @type {string} */ secret) => `  "accessKey": "minio",\n  "secretKey": ${JSON.stringify(secret)},\n`,
    (/** @type {string} */ secret) => `export AWS_ACCESS_KEY_ID=minio\nexport AWS_SECRET_ACCESS_KEY='${secret}'\n`,
    (/** @type {string} */ secret) => `[default]\naccess_key = minio\nsecret_key = ${secret}\n`,
  ];
  for (const secret of ["P4ss$word*1", "50%off(now)", "$ecret-but&more", "correct horse 7", "a<b>c{d}", "!aB3-xY9"])
    for (const form of forms) {
      const text = form(secret);
      assert.equal(resolve(readProfiles(text), "default").credentials.secretAccessKey, secret, text);
    }
  for (const secret of [
    "$SECRET",
    "$env:SECRET",
    "$config->secret",
    "${SECRET}",
    "prefix-${SECRET}",
    "{{ .Values.secret }}",
    "#{secret}",
    "%SECRET%",
    "%(secret)s",
    "%s",
    "!SECRET!",
    "<your secret>",
    "(hidden)",
    "*****",
    "wJal****************EKEY",
    "your secret",
  ])
    for (const form of forms.slice(0, 3)) {
      const text = form(secret);
      assert.deepEqual([readProfiles(text), whyUnread(text)], [undefined, "unread-placeholder"], text);
    }
  // A shell replaces what is in double quotes or in none.
  for (const secret of ['"P4ss$word*1"', "P4ss$word*1"]) {
    const text = `export AWS_ACCESS_KEY_ID=minio\nexport AWS_SECRET_ACCESS_KEY=${secret}\n`;
    assert.deepEqual([readProfiles(text), whyUnread(text)], [undefined, "unread-placeholder"], text);
  }
});

test("the usual access keys of local emulators are no placeholders", () => {
  for (const key of ["test", "dummy"]) {
    const { credentials, endpoint } = resolve(
      readProfiles(`AWS_ACCESS_KEY_ID=${key}\nAWS_SECRET_ACCESS_KEY=${key}\nAWS_ENDPOINT_URL=http://localhost:8000\n`),
      "default",
    );
    assert.deepEqual([credentials.accessKeyId, credentials.secretAccessKey], [key, key]);
    assert.equal(endpoint, "http://localhost:8000");
  }
});

test("a text whose names or values are cut off or broken up is reported as such, not as one without a secret", () => {
  const json = JSON.stringify({ roleCredentials: { accessKeyId: KEY, secretAccessKey: SECRET } });
  const lines = (/** @type {string} */ text, /** @type {number} */ width) =>
    text.match(new RegExp(`.{1,${width}}`, "g"));
  for (const text of [
    `${json.slice(0, 29)}$`,
    `${json.slice(0, 38)}…`,
    `${json.slice(0, 62)}>`,
    `${KEY} ${SECRET.slice(0, 12)}>`,
    lines(`export AWS_ACCESS_KEY_ID=${KEY} AWS_SECRET_ACCESS_KEY=${SECRET}`, 13).join("\n"),
    lines(`${KEY} ${SECRET}`, 12).join("\n    "),
  ])
    assert.deepEqual([readProfiles(text), whyUnread(text)], [undefined, "unread-cut-off"], text);
});

test("a session token that a terminal has cut off or wrapped is never taken in part", () => {
  const start = `AWS_ACCESS_KEY_ID=ASIA${KEY.slice(4)}\nAWS_SECRET_ACCESS_KEY=${SECRET}\n`;
  const token = `IQoJ${"aB3/".repeat(14)}`;
  for (const text of [
    // Only the second equals sign is missing.
    `${start}AWS_SESSION_TOKEN='${token}a=$`,
    // The rest has the length of a secret access key.
    `${start}AWS_SESSION_TOKEN=${token}\n${"cD4+".repeat(10)}`,
  ])
    assert.deepEqual([readProfiles(text), whyUnread(text)], [undefined, "unread-cut-off"], text);
  // In a file, too, in a window that is narrower than its names.
  const problem = (/** @type {string} */ file) => resolve(readProfiles(file), "default").problem;
  assert.equal(
    problem("[default]\naws_access_key_id = ASI>\naws_secret_access_key=T>\naws_session_token = IQo>\n"),
    "profile-keys-incomplete",
  );
  assert.equal(
    problem(`[default]\naws_access_key_id = \\\n${KEY}\naws_secret_access_key=${SECRET}\n`),
    "profile-no-keys",
  );
  // A secret access key has no equals sign.
  const bare = `ASIA${KEY.slice(4)}\n${SECRET}\n${token}aB3/aB3/\n${"cD4+".repeat(9)}cD4=\n`;
  assert.equal(
    resolve(readProfiles(bare), "default").credentials.sessionToken,
    `${token}aB3/aB3/${"cD4+".repeat(9)}cD4=`,
  );
});

test("a session token without a name is recognized by any of its beginnings, and never omitted", () => {
  const [id, time] = [`ASIA${KEY.slice(4)}`, "2036-01-01T00:00:00+00:00"];
  const rest = "+gaDBc4k/JHMEUCIQDtoken7withall".repeat(3);
  for (const start of [
    "IQoJb3JpZ2luX2Vj",
    "AgoJb3JpZ2luX2Vj",
    "AgoGb3JpZ2lu",
    "FwoGZXIvYXdz",
    "FQoGZXIvYXdz",
    "FwoDYXdz",
    "FQoDYXdz",
    "AQoDYXdz",
  ]) {
    const token = `${start}${rest}==`;
    assert.ok(containsSecret(`x ${token}`), token);
    for (const text of [`CREDENTIALS\t${id}\t${time}\t${SECRET}\t${token}\n`, `${id}\n${SECRET}\n${token}\n`])
      assert.equal(resolve(readProfiles(text), "default").credentials.sessionToken, token);
    // `less -S` cuts off lines.
    for (const cut of [start, token.slice(0, 40), token.slice(0, 80)]) {
      const text = `CREDENTIALS\t${id}\t${time}\t${SECRET}\t${cut}>\n`;
      assert.deepEqual([readProfiles(text), whyUnread(text)], [undefined, "unread-cut-off"], text);
    }
  }
  // A future beginning.
  assert.equal(readProfiles(`CREDENTIALS\t${id}\t${time}\t${SECRET}\tZZoK${rest}==\n`), undefined);
  // Base64 that has a name, or that is a hash, is no session token.
  for (const other of [`SOME_TOKEN=ZZoK${rest}==`, `sha256:${"0123456789abcdef".repeat(4)}`])
    assert.equal(resolve(readProfiles(`key ${id}\n${SECRET}\n${other}`), "default").credentials.accessKeyId, id);
});

test("an ID and its secret alone may be those of another service", () => {
  for (const secret of ["0123456789abcdef0123456789abcdef01234567", "z".repeat(64), "a_b-c".repeat(8)]) {
    const { credentials } = resolve(readProfiles(`${KEY}\n${secret}\n`), "default");
    assert.equal(credentials.secretAccessKey, secret);
  }
});

test("pairs are not mixed up if one of them has its token first", () => {
  const lines = {
    id: `AWS_ACCESS_KEY_ID=ASIA${KEY.slice(4)}`,
    secret: `AWS_SECRET_ACCESS_KEY=${SECRET}`,
    token: `AWS_SESSION_TOKEN=${TOKEN}`,
  };
  const longTerm = `AWS_ACCESS_KEY_ID=${KEY}\nAWS_SECRET_ACCESS_KEY=${SECRET.toLowerCase()}`;
  for (const order of [
    ["token", "id", "secret"],
    ["secret", "token", "id"],
    ["id", "secret", "token"],
  ]) {
    const temporary = order.map((kind) => lines[kind]).join("\n");
    for (const text of [`${longTerm}\n\n${temporary}`, `${temporary}\n\n${longTerm}`]) {
      const profiles = readProfiles(text);
      const found = [...profiles.keys()].map((name) => resolve(profiles, name).credentials);
      const secrets = { [KEY]: SECRET.toLowerCase(), [`ASIA${KEY.slice(4)}`]: SECRET };
      assert.equal(found.length, 2);
      for (const { accessKeyId, secretAccessKey, sessionToken } of found) {
        assert.equal(secretAccessKey, secrets[accessKeyId], text);
        assert.equal(sessionToken, accessKeyId === KEY ? undefined : TOKEN, text);
      }
    }
  }
});

test("times are read in seconds, in milliseconds and as text, and durations are not times", () => {
  for (const time of [
    2_082_758_400,
    2_082_758_400_000,
    "2082758400",
    "2036-01-01T00:00:00Z",
    "2036-01-01 00:00:00 UTC",
    "2036-01-01 01:00:00+01:00",
  ])
    assert.equal(asTime(time), "2036-01-01T00:00:00.000Z", String(time));
  for (const other of [3600, 0, -1, 1e99, "tomorrow", "", {}, [2_082_758_400], null, true])
    assert.equal(asTime(other), undefined, String(other));
});

for (const [form, [pasted, temporary = true]] of Object.entries(FORMS)) {
  test(`recognized: ${form}`, () => {
    const profiles = readProfiles(pasted);
    const { credentials } = resolve(profiles, [...profiles.keys()][0]);
    assert.deepEqual(credentials, {
      accessKeyId: KEY,
      secretAccessKey: SECRET,
      sessionToken: temporary ? TOKEN : undefined,
    });
  });
}

test("every export of the package is read back with its expiration, region and endpoint", () => {
  const temporary = { accessKeyId: KEY, secretAccessKey: SECRET, sessionToken: TOKEN };
  const longTerm = { accessKeyId: KEY, secretAccessKey: SECRET, sessionToken: undefined };
  const expiration = new Date(2_082_758_400_000);
  const settings = { region: "eu-central-1", endpoint: "http://localhost:4566" };
  for (const format of FORMATS) {
    for (const credentials of [
      { ...temporary, accessKeyId: "ASIAIOSFODNN7EXAMPLE", expiration },
      longTerm,
      { ...longTerm, accessKeyId: "test" },
    ]) {
      for (const options of [{ region: undefined, endpoint: undefined }, settings]) {
        const profiles = readProfiles(exportCredentials(credentials, format, options));
        const read = resolve(profiles, "default");
        const { expiration: expected, ...keys } = { expiration: undefined, ...credentials };
        assert.deepEqual(read.credentials, keys, format);
        assert.deepEqual(read.expiration && new Date(read.expiration), expected, format);
        // What a credential process prints, and the AWS CLI, has no region.
        const { region, endpoint } = ["json", "process"].includes(format) ? {} : options;
        assert.deepEqual([read.region, read.endpoint], [region, endpoint], format);
      }
    }
  }
});

test("the endpoint is AWS's or that of the access key, never another service's", () => {
  const pair = (/** @type {string} */ prefix) =>
    `${prefix}ACCESS_KEY_ID=${KEY}\n${prefix}SECRET_ACCESS_KEY=${SECRET}\n`;
  const endpointIn = (/** @type {string} */ text) => resolve(readProfiles(text), "default").endpoint;
  for (const line of [
    "ALLOWED_HOSTS=https://example.com",
    "ELASTICSEARCH_HOSTS=http://elasticsearch:9200",
    'hosts => ["http://localhost:9200"]',
    'hosts: ["https://es.example.com:9200"]',
    "Requests: https://wiki.example.com/aws",
    "Elasticsearch endpoint: https://es.example.com",
    "  - Elasticsearch endpoint = https://es.example.com",
    "The Elasticsearch endpoint is https://es.example.com",
    "All about STS https://wiki.example.com/sts",
    "STS: https://wiki.example.com/sts",
    "OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318",
    "AZURE_OPENAI_ENDPOINT=https://example.openai.azure.com",
    "OIDC_TOKEN_ENDPOINT=https://login.example.com/token",
    "GRAPHQL_ENDPOINT=https://api.example.com/graphql",
    "azureEndpoint: https://example.openai.azure.com",
    "DYNAMODB_ENDPOINT=http://localhost:8000",
    "AWS_SQS_ENDPOINT=http://localhost:9324",
    "AWS_ENDPOINT_URL_SQS=http://localhost:9324",
    "BACKUP_S3_ENDPOINT=https://s3.example.com",
  ]) {
    const own = "AWS_ENDPOINT_URL=http://localhost:4566";
    assert.equal(endpointIn(`${pair("AWS_")}${line}`), undefined, line);
    assert.equal(endpointIn(`${line}\n${KEY}\n${SECRET}`), undefined, line);
    for (const text of [`${line}\n${own}\n${pair("AWS_")}`, `${pair("AWS_")}${own}\n${line}`])
      assert.equal(endpointIn(text), "http://localhost:4566", text);
  }
  for (const [prefix, name] of [
    ["AWS_", "AWS_ENDPOINT_URL_STS"],
    ["AWS_", "AWS_STS_ENDPOINT"],
    ["AWS_", "AWS_ENDPOINT"],
    ["AWS_", "endpoint_url"],
    ["AWS_", "S3_ENDPOINT"],
    ["AWS_", "AWS_S3_ENDPOINT_URL"],
    ["MINIO_", "MINIO_ENDPOINT"],
    ["DEMO_APP_", "DEMO_APP_ENDPOINT"],
    ["DEMO_APP_S3_", "DEMO_APP_ENDPOINT_URL"],
    ["spring.cloud.aws.credentials.", "spring.cloud.aws.endpoint"],
  ])
    assert.equal(endpointIn(`${name}=http://localhost:4566\n${pair(prefix)}`), "http://localhost:4566", name);
  for (const line of [
    "Endpoint: http://localhost:4566",
    "Your S3 endpoint: http://localhost:4566",
    "The endpoint is http://localhost:4566",
    "export ENDPOINT=http://localhost:4566",
    "aws configure set endpoint_url http://localhost:4566",
    "aws sts get-caller-identity --endpoint-url http://localhost:4566",
    'const endpoint = "http://localhost:4566";',
  ])
    assert.equal(endpointIn(`${pair("AWS_")}${line}`), "http://localhost:4566", line);
});

test("an endpoint of STS takes precedence over that of every service, and that over one of S3", () => {
  const names = ["S3_ENDPOINT", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS"];
  const settings = names.map((name, index) => [name, `http://localhost:${index}`]);
  const credentials = [
    ["AWS_ACCESS_KEY_ID", KEY],
    ["AWS_SECRET_ACCESS_KEY", SECRET],
  ];
  for (const [first, second] of [
    [0, 1],
    [1, 2],
    [0, 2],
  ]) {
    for (const order of [
      [first, second],
      [second, first],
    ]) {
      const all = [...order.map((index) => settings[index]), ...credentials];
      for (const text of [all.map((pair) => pair.join("=")).join("\n"), JSON.stringify(Object.fromEntries(all))])
        assert.equal(resolve(readProfiles(text), "default").endpoint, `http://localhost:${second}`, text);
    }
  }
});

test("the endpoint in flat JSON, in a list of variables or in a table is not another service's either", () => {
  const variables = {
    ALLOWED_HOSTS: "https://example.com",
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://localhost:4318",
    DYNAMODB_ENDPOINT: "http://localhost:8000",
    AWS_ACCESS_KEY_ID: KEY,
    AWS_SECRET_ACCESS_KEY: SECRET,
  };
  for (const [settings, endpoint] of [
    [variables, undefined],
    [{ ...variables, AWS_ENDPOINT_URL: "http://localhost:4566" }, "http://localhost:4566"],
    [
      { APP_ENDPOINT: "http://localhost:1", APP_ACCESS_KEY_ID: KEY, APP_SECRET_ACCESS_KEY: SECRET },
      "http://localhost:1",
    ],
  ]) {
    const list = Object.entries(settings).map(([name, value]) => ({ name, value }));
    const yaml = list.map(({ name, value }) => `- name: ${name}\n  value: "${value}"`).join("\n");
    for (const text of [JSON.stringify(settings), JSON.stringify({ env: list }), `env:\n${yaml}`])
      assert.equal(resolve(readProfiles(text), "default").endpoint, endpoint, text);
  }
  const table = `Access key ID,Secret access key,Hosts,Elasticsearch endpoint\n${KEY},${SECRET},http://a,http://b\n`;
  assert.equal(resolve(readProfiles(table), "default").endpoint, undefined);
});

test("an endpoint with the prefix of another access key belongs to that only", () => {
  const other = "MINIO_ACCESS_KEY=minio-user\nMINIO_SECRET_KEY=minio-password\nMINIO_ENDPOINT=http://minio:9000\n";
  const profiles = readProfiles(`AWS_ACCESS_KEY_ID=${KEY}\nAWS_SECRET_ACCESS_KEY=${SECRET}\n${other}`);
  assert.deepEqual(
    [KEY, "minio-user"].map((id) => resolve(profiles, id).endpoint),
    [undefined, "http://minio:9000"],
  );
});

test("the expiration is that of the credentials, never of something else", () => {
  const time = "2024-12-31T00:00:00.000Z";
  const longTerm = { AWS_ACCESS_KEY_ID: KEY, AWS_SECRET_ACCESS_KEY: SECRET };
  const temporary = { ...longTerm, AWS_ACCESS_KEY_ID: `ASIA${KEY.slice(4)}`, AWS_SESSION_TOKEN: TOKEN };
  const ofTool = { TOOL_ACCESS_KEY_ID: "tool-user", TOOL_SECRET_ACCESS_KEY: "tool-password" };
  /** Returns lines, flat JSON and a profile. */
  const forms = (/** @type {Record<string, string>} */ settings) => [
    Object.entries(settings).map(([name, value]) => `${name}=${value}\n`),
    [JSON.stringify(settings)],
    ["[default]\n", ...Object.entries(settings).map(([name, value]) => `${name.toLowerCase()} = ${value}\n`)],
  ];
  /** @type {[Record<string, string>, string, string?][]} */
  const cases = [
    [temporary, "AWS_CREDENTIAL_EXPIRATION", time],
    [temporary, "AWS_SESSION_EXPIRATION", time],
    [temporary, "AWS_EXPIRES_AT", time],
    [temporary, "AWSUME_EXPIRATION", time],
    [temporary, "X_SECURITY_TOKEN_EXPIRES", time],
    [temporary, "EXPIRATION", time],
    [temporary, "LICENSE_EXPIRATION", undefined],
    [temporary, "GITHUB_TOKEN_EXPIRES_AT", undefined],
    [temporary, "AWS_CERTIFICATE_EXPIRATION", undefined],
    [longTerm, "LICENSE_EXPIRATION", undefined],
    [longTerm, "AWS_CREDENTIAL_EXPIRATION", undefined],
    [longTerm, "EXPIRATION", undefined],
    [ofTool, "TOOL_EXPIRATION", time],
    [ofTool, "LICENSE_EXPIRATION", undefined],
  ];
  for (const [credentials, name, expected] of cases)
    for (const text of forms({ ...credentials, [name]: time }).map((lines) => lines.join("")))
      assert.equal(resolve(readProfiles(text), "default").expiration, expected, text);
  const lines = `${KEY.replace("AKIA", "ASIA")}\n${SECRET}\n${TOKEN}\n`;
  assert.equal(resolve(readProfiles(`${lines}License expiration: ${time}`), "default").expiration, undefined);
  assert.equal(resolve(readProfiles(`${lines}Session expiration: ${time}`), "default").expiration, time);
  const table = `Access key ID,Secret access key,Token expiration\n${KEY},${SECRET},${time}\n`;
  assert.equal(resolve(readProfiles(table), "default").expiration, undefined);
});

test("credentials in comments are ignored", () => {
  const keys = (id) => [
    `AWS_ACCESS_KEY_ID=${id}`,
    `AWS_SECRET_ACCESS_KEY=${id}-secret`,
    `AWS_SESSION_TOKEN=${id}-token`,
  ];
  const current = keys("AKIANEW").slice(0, 2);
  for (const before of ["# ", "#", ";", "  # export ", "REM SET ", "@rem set ", ":: set ", "export OTHER=x;# "]) {
    const old = keys("AKIAOLD").map((line) => before + line);
    for (const lines of [
      [...current, ...old],
      [...old, ...current],
      [...current, old[2]],
    ]) {
      const { credentials } = resolve(readProfiles(lines.join("\r\n")), "default");
      assert.deepEqual(
        credentials,
        { accessKeyId: "AKIANEW", secretAccessKey: "AKIANEW-secret", sessionToken: undefined },
        before,
      );
    }
    assert.equal(readProfiles(old.join("\n")), undefined, before);
  }
  assert.equal(
    resolve(readProfiles(`${current.join("\n")} # ${keys("AKIAOLD").join(" ")}`), "default").credentials
      .secretAccessKey,
    "AKIANEW-secret",
  );
});

test("environment variables in a file of profiles do not replace the profiles", () => {
  for (const line of ["# export AWS_ACCESS_KEY_ID=AKIAOLD", "export AWS_ACCESS_KEY_ID=AKIAOLD"]) {
    const file = `${line}\n[dev] ; mine\naws_access_key_id=AKIADEV\naws_secret_access_key=dev\n${line}\n[prod]\naws_access_key_id=AKIAPROD\naws_secret_access_key=prod\n`;
    const profiles = readProfiles(file);
    assert.deepEqual(
      [...profiles.keys()].map((name) => resolve(profiles, name).credentials.accessKeyId),
      ["AKIADEV", "AKIAPROD"],
    );
  }
  // Brackets also occur in other texts.
  for (const first of ["[me@host ~]$ cat .env", "[CmdletBinding()]", "[[ -n $x ]] && echo", "[Service]\nType=simple"]) {
    const pasted = `${first}\n$Env:AWS_ACCESS_KEY_ID = "${KEY}"\nexport AWS_SECRET_ACCESS_KEY='${SECRET}'\n`;
    assert.equal(resolve(readProfiles(pasted), "default").credentials.secretAccessKey, SECRET, first);
  }
});

test("JSON with members of unexpected types does not throw, and an invalid expiration is omitted", () => {
  for (const Expiration of [1e99, -1e99, "tomorrow", {}, { toString: 1 }, [], null, true]) {
    const { credentials, expiration } = resolve(
      readProfiles(JSON.stringify({ AccessKeyId: "a", SecretAccessKey: "b", Expiration })),
      "default",
    );
    assert.deepEqual([credentials.secretAccessKey, expiration], ["b", undefined], JSON.stringify(Expiration));
  }
  assert.equal(readProfiles('{"AccessKeyId":"a","SecretAccessKey":{"toString":1},"SessionToken":7}'), undefined);
  const { expiration } = resolve(
    readProfiles('{"AccessKeyId":"a","SecretAccessKey":"b","Expiration":2082758400000}'),
    "default",
  );
  assert.equal(expiration, "2036-01-01T00:00:00.000Z");
});

test("credentials are not mixed with those pasted before, and an empty setting does not take the next line's value", () => {
  const temporary = readProfiles(
    exportCredentials(
      { accessKeyId: KEY, secretAccessKey: SECRET, sessionToken: TOKEN, expiration: new Date(0) },
      "sh",
    ),
  );
  const longTerm = readProfiles(`${KEY} ${SECRET}`);
  const { credentials, expiration } = resolve(
    merge([
      { name: "config", profiles: temporary },
      { name: "", profiles: longTerm },
    ]),
    "default",
  );
  assert.deepEqual([credentials.sessionToken, expiration], [undefined, undefined]);
  const { region, aws_session_token: token } = readProfiles(
    `AWS_ACCESS_KEY_ID=${KEY}\nAWS_SECRET_ACCESS_KEY=${SECRET}\nAWS_SESSION_TOKEN=\nAWS_REGION=eu-west-1\n`,
  ).get("default");
  assert.deepEqual([region, token], ["eu-west-1", undefined]);
});

test("text without credentials is not recognized", () => {
  for (const other of [
    "",
    "hello",
    KEY,
    "{",
    "null",
    '{"Version":"2012-10-17","Statement":[]}',
    "[{}]",
    "a,b\nc,d",
    "arn:aws:iam::123456789012:role/x",
    "export PATH=/bin",
  ]) {
    assert.equal(readProfiles(other), undefined, other);
  }
});

test("a setting whose value has only begun does not continue the secret before it", () => {
  const profile = readProfiles("[default]\naws_access_key_id=minio\naws_secret_access_key = miniosecret\nrole_arn='\n");
  assert.equal(profile.get("default").aws_secret_access_key, "miniosecret");
});

test("any text is parsed within a second and without an error", () => {
  const long = 300_000;
  /** @type {[string, number][]} */
  const cases = [
    ["a\n", long],
    ["[", 1],
    ["[ ", long],
    ["AWS_SESSION_TOKEN ", 1],
    ["region= ", 1],
    ["aws_access_key_id ", long / 10],
    ["/*", long],
    ["A".repeat(64) + "\n", long / 20],
    ['secret="', long / 10],
    ["\\", long],
    ["+ a = b\n", long / 10],
  ];
  for (const [text, times] of cases) {
    const before = process.cpuUsage();
    readProfiles(`${text.repeat(times)}${" ".repeat(long)}x`);
    // CPU time, so that a busy machine does not matter.
    assert.ok(process.cpuUsage(before).user < 1_000_000, text);
  }
  assert.equal(readProfiles("[a\u2028b]\nregion = c").get("a\u2028b").region, "c");
});

test("JSON with a long name and many settings is parsed within a second", () => {
  const settings = Array.from({ length: 10_000 }, (_, index) => [`x${index}_endpoint`, "http://localhost"]);
  const text = JSON.stringify({ [`${"a".repeat(500_000)}_access_key`]: KEY, ...Object.fromEntries(settings) });
  const before = process.cpuUsage();
  readProfiles(text);
  assert.ok(process.cpuUsage(before).user < 1_000_000);
});

test("the time that a text takes grows with its length, not with its square", () => {
  const start = `${KEY} access_key `;
  const parts = [
    "token ",
    'secret="',
    "region=eu-west-1 ",
    "expires_at: 2026-01-01T00:00:00Z\n",
    "sts ",
    "\n",
    " ",
    "secret",
  ];
  const more = [
    "secret_key: ",
    "set secret_key ",
    'token"\n',
    "│ secret │ token │\n",
    "+a: b\n-c: d\n",
    "aB3/",
    "= : ",
    "access",
  ];
  const wrapped = [
    `${"aB3/".repeat(19)}\n`,
    `${"aB3/".repeat(19)}=\n`,
    "token: aB3/aB3/\\\n",
    "  │ aB3/\n",
    "aB3/aB3/aB3/aB3/│",
    "a\n",
    "$\n",
  ];
  /** CPU time in microseconds. */
  const timeOf = (/** @type {string} */ text) => {
    const before = process.cpuUsage();
    readProfiles(text);
    whyUnread(text);
    return process.cpuUsage(before).user;
  };
  for (const part of [...parts, ...more, ...wrapped]) {
    const texts = [24_000, 96_000].map((length) => start + part.repeat(length / part.length) + start);
    let least = texts.map(timeOf);
    // Four times the time, or sixteen times if it were the square. A few milliseconds cannot be compared.
    const isLinear = () => least[1] < 10 * Math.max(least[0], 5_000);
    // A busy machine makes some runs slower, but not the fastest of many.
    for (let run = 0; run < 20 && !isLinear(); run += 1) {
      least = texts.map((text, index) => Math.min(least[index], timeOf(text)));
    }
    assert.ok(isLinear(), `${JSON.stringify(part)}: ${least.join(" and ")} µs`);
  }
});

test("the whole dialog of the access portal is a single profile, with its name", () => {
  const lines = (/** @type {string} */ before, /** @type {(name: string) => string} */ nameOf) =>
    [
      ["AWS_ACCESS_KEY_ID", `ASIA${KEY.slice(4)}`],
      ["AWS_SECRET_ACCESS_KEY", SECRET],
      ["AWS_SESSION_TOKEN", TOKEN],
    ]
      .map(([name, value]) => `${before}${nameOf(name)}${value}\n`)
      .join("");
  const profile = `[123456789012_AdministratorAccess]\n${lines("", (name) => `${name.toLowerCase()}=`)}`;
  const values = lines("", (name) => `${name.replaceAll("_", " ")}\n`);
  const variables = ["export ", "SET ", ""].map((before) => lines(before, (name) => `${name}=`));
  for (const first of [...variables, lines("$Env:", (name) => `${name}=`)]) {
    const text = `Option 1: Set AWS environment variables\nRun the following commands in your terminal. Learn more\n\n${first}\nOption 2: Add a profile to your AWS credentials file\n\n${profile}\nOption 3: Use individual values in your AWS service client\n\n${values}`;
    const profiles = readProfiles(text);
    assert.deepEqual([...profiles.keys()], ["123456789012_AdministratorAccess"], text);
    const { credentials } = resolve(profiles, "123456789012_AdministratorAccess");
    assert.deepEqual(credentials, {
      accessKeyId: `ASIA${KEY.slice(4)}`,
      secretAccessKey: SECRET,
      sessionToken: TOKEN,
    });
  }
  // Other credentials, a setting of their own, or a second name.
  const keys = `aws_access_key_id = ${KEY}\naws_secret_access_key = ${SECRET}\n`;
  for (const text of [
    `${variables[0]}[work]\n${keys}`,
    `${keys}region = eu-west-1\n[work]\n${keys}`,
    `[default]\n${keys}[work]\n${keys}`,
    `${keys}[profile default]\nregion = eu-west-1\n[work]\n${keys}region = eu-west-1\n`,
  ])
    assert.deepEqual([...readProfiles(text).keys()], ["default", "work"], text);
});

test("credentials without a profile name have no role, region or token of an earlier profile", () => {
  const role = "role_arn = arn:aws:iam::123456789012:role/dev\nregion = eu-west-1\n";
  const base = "[base]\naws_access_key_id = AKIABASE\naws_secret_access_key = base\n";
  for (const source of ["source_profile = base", "credential_source = Environment"]) {
    const config = { name: "config", profiles: readProfiles(`[default]\n${role}${source}\n${base}`) };
    for (const form of [
      "an access key ID and its secret",
      "a profile's lines without their section header",
      "lines for csh",
      "the JSON of aws iam create-access-key",
      "the console's CSV",
    ]) {
      const pasted = { name: "", profiles: readProfiles(FORMS[form][0]) };
      const { credentials, region, roles } = resolve(merge([config, pasted]), "default");
      assert.deepEqual(
        [credentials, region, roles],
        [{ accessKeyId: KEY, secretAccessKey: SECRET, sessionToken: undefined }, undefined, []],
        form,
      );
    }
  }
});

test("a text that is too long to search is reported as such, and a long file is read", () => {
  const log = `${"2026-11-26 12:00:00 a line of a log\n".repeat(4000)}${KEY} ${SECRET}`;
  assert.deepEqual([readProfiles(log), whyUnread(log)], [undefined, "unread-too-long"]);
  const file = Array.from({ length: 4000 }, (_, index) => `[profile p${index}]\nregion = eu-west-1\n`).join("");
  assert.equal(readProfiles(file).size, 4000);
});
