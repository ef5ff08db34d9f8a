// What programs for @aws-sdk/client-sts do, with either package: the results are the same.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { inspect } from "node:util";

import * as ours from "../../pkg/dist/entry/node.js";

const require = createRequire(new URL("../../pkg/package.json", import.meta.url));
/** @type {typeof ours} */
const theirs = require("@aws-sdk/client-sts");
const { ServiceException } = require("@smithy/core/client");
/** @type {{ mockClient(client: object): any }} Its own types require the SDK's middleware. */
const { mockClient } = require("aws-sdk-client-mock");

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
const input = { RoleArn: "arn:aws:iam::123456789012:role/test-role", RoleSessionName: "session" };
/** The role session name is the code of the error, or anything else for role credentials. */
const failing = (code) => ({ ...input, RoleSessionName: code });

/** @type {Record<string, [status: number, message: string]>} */
const ERRORS = {
  AccessDenied: [403, "not authorized to perform: sts:AssumeRole"],
  ExpiredTokenException: [400, "The security token included in the request is expired"],
  MalformedPolicyDocument: [400, "Syntax errors in policy."],
  PackedPolicyTooLarge: [400, "the policy is too large"],
  Throttling: [400, "Rate exceeded"],
  ServiceUnavailable: [503, "try later"],
};

/** Responds as STS does, and counts the requests. */
function fakeSts() {
  const requestHandler = {
    requests: /** @type {any[]} */ ([]),
    destroyed: 0,
    /**
     * @param {any} request
     * @param {any} options
     * @returns {Promise<{ response: any }>}
     */
    async handle(request, options) {
      requestHandler.requests.push(request);
      if (options.abortSignal?.aborted) throw Object.assign(new Error("Request aborted"), { name: "AbortError" });
      const { Action, RoleSessionName = "" } = Object.fromEntries(new URLSearchParams(request.body));
      const [statusCode, body] = respond(Action, RoleSessionName);
      const headers = { "content-type": "text/xml", "x-amzn-requestid": "request-id" };
      return { response: { statusCode, headers, body: new TextEncoder().encode(body) } };
    },
    destroy() {
      requestHandler.destroyed += 1;
    },
  };
  return {
    config: { region: "eu-west-1", credentials, requestHandler, maxAttempts: 1 },
    ...requestHandler,
    requestHandler,
  };
}

/** @returns {[status: number, body: string]} */
function respond(action, name) {
  if (ERRORS[name]) {
    const [status, message] = ERRORS[name];
    const error = `<Error><Type>Sender</Type><Code>${name}</Code><Message>${message}</Message></Error>`;
    return [status, `<ErrorResponse>${error}<RequestId>request-id</RequestId></ErrorResponse>`];
  }
  const results = {
    GetCallerIdentity:
      "<UserId>AIDA</UserId><Account>012345678901</Account><Arn>arn:aws:iam::012345678901:user/me</Arn>",
    AssumeRole:
      "<Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>" +
      "<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials><AssumedRoleUser><AssumedRoleId>AROA:session</AssumedRoleId>" +
      "<Arn>arn:aws:sts::123456789012:assumed-role/test-role/session</Arn></AssumedRoleUser>",
  };
  const result = `<${action}Result>${results[action]}</${action}Result>`;
  const metadata = "<ResponseMetadata><RequestId>request-id</RequestId></ResponseMetadata>";
  return [200, `<${action}Response>${result}${metadata}</${action}Response>`];
}

/** Returns what programs read from an error. */
const read = (error) => ({
  name: error.name,
  message: error.message,
  text: String(error),
  fault: error.$fault,
  code: error.Code,
  status: error.$metadata?.httpStatusCode,
  requestId: error.$metadata?.requestId,
  attempts: error.$metadata?.attempts,
  stack: error.stack.split("\n")[0],
});

/**
 * Waits for a callback, which is passed to `start`, and returns its arguments.
 *
 * @param {(callback: (error: any, output?: any) => void) => unknown} start
 */
const called = (start) =>
  new Promise((resolve) => {
    start((...args) => resolve(args.map((arg) => (arg instanceof Error ? read(arg) : arg))));
  });

/** @type {Record<string, (sdk: typeof ours, sts: ReturnType<typeof fakeSts>) => unknown>} */
const PROGRAMS = {
  "a method with a callback": ({ STS }, { config }) => called((done) => new STS(config).assumeRole(input, done)),
  "a method with options and a callback": ({ STS }, { config }) =>
    called((done) => new STS(config).assumeRole(input, {}, done)),
  "a callback gets the error": ({ STS }, { config }) =>
    called((done) => new STS(config).assumeRole(failing("AccessDenied"), done)),
  "send with a callback": ({ STSClient, GetCallerIdentityCommand }, { config }) =>
    called((done) => new STSClient(config).send(new GetCallerIdentityCommand({}), done)),
  "send with options and a callback": ({ STSClient, GetCallerIdentityCommand }, { config }) =>
    called((done) => new STSClient(config).send(new GetCallerIdentityCommand({}), {}, done)),
  "promisify of a method": ({ STS }, { config }) => {
    const sts = new STS(config);
    return require("node:util").promisify(sts.assumeRole.bind(sts))(input);
  },
  "then, catch and finally": async ({ STS }, { config }) => {
    const steps = [];
    await new STS(config)
      .assumeRole(failing("ExpiredTokenException"))
      .then(() => steps.push("then"))
      .catch((error) => steps.push(error.name))
      .finally(() => steps.push("finally"));
    return steps;
  },
  "Promise.allSettled over roles": async ({ STS }, { config }) => {
    const sts = new STS(config);
    const results = await Promise.allSettled([input, failing("AccessDenied")].map((one) => sts.assumeRole(one)));
    return results.map((result) => (result.status === "fulfilled" ? result.value : read(result.reason)));
  },
  "the fields of every error": async ({ STS }, { config }) => {
    const sts = new STS(config);
    return Promise.all(Object.keys(ERRORS).map((code) => sts.assumeRole(failing(code)).then(() => "", read)));
  },
  "instanceof of every error": async (sdk, { config }) => {
    const sts = new sdk.STS(config);
    /** @type {any[]} */
    const classes = [
      sdk.STSServiceException,
      sdk.ExpiredTokenException,
      sdk.MalformedPolicyDocumentException,
      sdk.PackedPolicyTooLargeException,
      sdk.RegionDisabledException,
      ServiceException,
      Error,
    ];
    const errors = Object.keys(ERRORS).map((code) => sts.assumeRole(failing(code)).then(Object, (error) => error));
    return (await Promise.all(errors)).map((error) => classes.map((Class) => error instanceof Class));
  },
  "an error of a mock is created with its message": async (sdk, { config }) => {
    const mock = mockClient(sdk.STSClient);
    mock.on(sdk.AssumeRoleCommand).rejects(new sdk.ExpiredTokenException({ message: "expired", $metadata: {} }));
    const error = await new sdk.STSClient(config).send(new sdk.AssumeRoleCommand(input)).then(Object, (error) => error);
    mock.restore();
    const { name, message, $fault, $metadata } = error;
    const isExpired = error instanceof sdk.ExpiredTokenException && !(error instanceof sdk.RegionDisabledException);
    return { name, message, $fault, $metadata, isExpired, text: String(error) };
  },
  "a base exception with a code of one's own": ({ STSServiceException }) => {
    const fields = { name: "AccessDenied", message: "no", $fault: "client", $metadata: { httpStatusCode: 403 } };
    const error = new STSServiceException(/** @type {any} */ (fields));
    return [error instanceof STSServiceException, error.name, error.$fault, error.$metadata, String(error)];
  },
  "a subclass of an exception": ({ STSServiceException }) => {
    class Wrapped extends STSServiceException {}
    const error = new Wrapped({ name: "Wrapped", message: "no", $fault: "server", $metadata: {} });
    return [error instanceof Wrapped, error instanceof STSServiceException, error.name, error.$fault];
  },
  "JSON of an output": async ({ STS }, { config }) =>
    JSON.parse(JSON.stringify(await new STS(config).assumeRole(input))),
  "the metadata of an output": async ({ STS }, { config }) => (await new STS(config).getCallerIdentity()).$metadata,
  "a command can be sent twice, by two clients": async ({ STSClient, AssumeRoleCommand }, { config }) => {
    const command = new AssumeRoleCommand(input);
    const outputs = [await new STSClient(config).send(command), await new STSClient(config).send(command)];
    return [outputs.map(({ Credentials }) => Credentials), command.input, command.constructor.name];
  },
  "an input's undefined members are left out": async ({ STS }, { config, requests }) => {
    await new STS(config).assumeRole({ ...input, DurationSeconds: undefined, ExternalId: undefined, Tags: undefined });
    return [...new URLSearchParams(requests[0].body).keys()].sort();
  },
  "a client as a class of one's own": async ({ STSClient, GetCallerIdentityCommand }, { config }) => {
    class Accounts extends STSClient {
      current = async () => (await this.send(new GetCallerIdentityCommand({}))).Account;
    }
    return new Accounts(config).current();
  },
  "send is replaced on a client": async ({ STS }, { config }) => {
    const sts = new STS(config);
    sts.send = /** @type {any} */ (async (command) => ({ name: command.constructor.name, input: command.input }));
    return sts.assumeRole(input);
  },
  "a method is replaced on the prototype, and restored": async ({ STS }, { config }) => {
    const original = STS.prototype.assumeRole;
    STS.prototype.assumeRole = /** @type {any} */ (async () => "replaced");
    const replaced = await new STS(config).assumeRole(input);
    STS.prototype.assumeRole = original;
    return [replaced, (await new STS(config).assumeRole(input)).AssumedRoleUser];
  },
  "destroy reaches the request handler": ({ STS }, sts) => {
    new STS(sts.config).destroy();
    return sts.requestHandler.destroyed;
  },
  "an abort before the call": async ({ STS }, { config }) => {
    const abortSignal = AbortSignal.abort();
    const error = await new STS(config).getCallerIdentity({}, { abortSignal }).then(Object, (error) => error);
    return [error.name, error.message];
  },
  "credentials of a provider that fails": async ({ STS }, { config }) => {
    const failure = new Error("not signed in");
    const provider = async () => {
      throw failure;
    };
    const error = await new STS({ ...config, credentials: provider })
      .getCallerIdentity()
      .then(Object, (error) => error);
    return error === failure;
  },
  "credentials as a provider, called when they are needed": async ({ STS }, { config }) => {
    let calls = 0;
    const provider = async () => {
      calls += 1;
      return { ...credentials, expiration: new Date("2099-01-01") };
    };
    const sts = new STS({ ...config, credentials: provider });
    const before = calls;
    await sts.getCallerIdentity();
    await sts.getCallerIdentity();
    return [before, calls];
  },
  "config.credentials() of a client": async ({ STSClient }, { config }) => {
    const { accessKeyId, secretAccessKey, sessionToken } = await new STSClient(config).config.credentials();
    return { accessKeyId, secretAccessKey, sessionToken };
  },
  "role assumers return the account, too": async ({ getDefaultRoleAssumer }, { config }) => {
    const assumeRole = getDefaultRoleAssumer(/** @type {any} */ (config));
    const { $source, ...identity } = /** @type {any} */ (await assumeRole(credentials, input));
    return identity;
  },
  "a retry of the program's own, by name and status": async ({ STS }, { config, requests }) => {
    const sts = new STS(config);
    for (const code of ["Throttling", "ServiceUnavailable", "session"]) {
      try {
        return [(await sts.assumeRole(failing(code))).AssumedRoleUser?.AssumedRoleId, requests.length];
      } catch (error) {
        if (error.name !== "Throttling" && error.$metadata.httpStatusCode < 500) throw error;
      }
    }
  },
  "retries of the client, in the metadata": async ({ STS }, { config }) => {
    const sts = new STS({ ...config, maxAttempts: 2 });
    const error = await sts.assumeRole(failing("ServiceUnavailable")).then(Object, (error) => error);
    return [error.name, error.$metadata.attempts];
  },
};

/** Without members that are undefined: the SDK's metadata has some. */
const defined = (value) => JSON.parse(JSON.stringify(value));

for (const [name, program] of Object.entries(PROGRAMS)) {
  test(name, async () => {
    const expected = defined(await program(theirs, fakeSts()));
    assert.deepEqual(defined(await program(ours, fakeSts())), expected, inspect(expected));
  });
}

test("an error that a callback throws is reported, not swallowed", async () => {
  const thrown = new Error("of the callback");
  const reported = new Promise((resolve) => {
    // The test runner has listeners of its own, which would fail the test.
    const listeners = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    process.once("unhandledRejection", (reason) => {
      for (const listener of listeners) process.on("unhandledRejection", listener);
      resolve(reason);
    });
  });
  new ours.STS(fakeSts().config).getCallerIdentity({}, () => {
    throw thrown;
  });
  assert.equal(await reported, thrown);
});

test("a call can have a timeout of its own, and 0 is none", async () => {
  const never = { handle: () => new Promise(() => {}) };
  const config = { region: "eu-west-1", credentials, requestHandler: never, maxAttempts: 1 };
  const sts = new ours.STS({ ...config, requestTimeout: 60_000 });
  await assert.rejects(sts.getCallerIdentity({}, { requestTimeout: 1 }), { name: "TimeoutError" });
  const slow = { handle: async (/** @type {any} */ request) => fakeSts().requestHandler.handle(request, {}) };
  const unlimited = new ours.STS({ ...config, requestHandler: slow, requestTimeout: 0 });
  assert.equal((await unlimited.getCallerIdentity()).Account, "012345678901");
});

test("difference: another package's command is an error that says what to pass", async () => {
  const client = new ours.STSClient(fakeSts().config);
  const { GetCallerIdentityCommand } = ours;
  for (const command of [new theirs.GetCallerIdentityCommand({}), GetCallerIdentityCommand, {}, undefined]) {
    await assert.rejects(client.send(/** @type {any} */ (command)), {
      name: "InvalidInput",
      message: "pass a command of this package, e.g. new GetCallerIdentityCommand()",
    });
  }
});

test("difference: providers without their options are errors that name the missing member", async () => {
  const provider = ours.fromTemporaryCredentials(/** @type {any} */ ({ masterCredentials: credentials }));
  await assert.rejects(provider(), { name: "InvalidInput", message: "AssumeRole: RoleArn is missing; it is required" });
  const withToken = ours.fromWebToken(/** @type {any} */ ({ roleArn: input.RoleArn }));
  await assert.rejects(withToken(), { name: "InvalidInput", message: /WebIdentityToken is missing/ });
});

/** Returns a value of each kind of member, and lists with two elements. */
function exampleOf(member) {
  switch (member.kind) {
    case "integer":
      return 900;
    case "timestamp":
      return "2026-11-26T09:00:00Z";
    case "map":
      return undefined;
    case "list":
      return [1, 2].map((number) =>
        member.of === "text" ? `${member.name} ${number}` : examples(member.members, number),
      );
    case "structure":
      return examples(member.members);
    default:
      return `${member.name} é&+<>"`;
  }
}

const examples = (members, number = 0) =>
  Object.fromEntries(members.map((member) => [member.name, number ? `${member.name} ${number}` : exampleOf(member)]));

/** Returns the XML of an output, as the protocol has it. */
function xml(value, name) {
  if (value === undefined) return "";
  if (Array.isArray(value)) return `<${name}>${value.map((item) => xml(item, "member")).join("")}</${name}>`;
  const text = String(value).replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
  const content =
    typeof value === "object"
      ? Object.entries(value)
          .map(([key, one]) => xml(one, key))
          .join("")
      : text;
  return `<${name}>${content}</${name}>`;
}

for (const { name, input: members, output } of ours.operations) {
  test(`${name}: the request and the output have the same members, with every member set`, async () => {
    const observed = [];
    for (const sdk of /** @type {any[]} */ ([theirs, ours])) {
      const body = xml(
        { [`${name}Result`]: examples(output), ResponseMetadata: { RequestId: "id" } },
        `${name}Response`,
      );
      const requests = [];
      const handle = async (/** @type {any} */ request) => {
        requests.push([...new URLSearchParams(request.body)].sort());
        return { response: { statusCode: 200, headers: {}, body: new TextEncoder().encode(body) } };
      };
      const options = /** @type {any} */ ({
        region: "eu-west-1",
        credentials,
        requestHandler: { handle },
        validate: false,
      });
      const { $metadata, ...rest } = await new sdk.STSClient(options).send(
        new sdk[`${name}Command`](examples(members)),
      );
      observed.push({ requests, output: rest });
    }
    assert.deepEqual(observed[1], observed[0]);
  });
}
