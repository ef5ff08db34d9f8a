// The rows of the benchmark. The work of a row is the same in all runtimes. Each runtime passes the contenders that run
// in it.

import { credentials, expected, input, region, responseHeaders } from "./fixture.mjs";
import { responseXml } from "./response.mjs";
import { verifyForm, verifyParsed, verifySignature } from "./verify.mjs";

const AWS = `https://sts.${region}.amazonaws.com/`;
const CONCURRENCY = 64;
const body = new TextEncoder().encode(responseXml);
const platformFetch = globalThis.fetch;

/** Each row repeats its work `n` times, with the client for AWS or the client for the loopback server. */
const ROWS = {
  sign: async ({ aws }, n) => {
    for (let i = 0; i < n; i += 1) await aws.sign();
  },
  signNewSecret: async ({ aws }, n) => {
    for (let i = 0; i < n; i += 1) await aws.signNewSecret(nextSecret());
  },
  parse: async ({ aws }, n) => {
    for (let i = 0; i < n; i += 1) await aws.parse(body);
  },
  call: async ({ aws }, n) => {
    await withFetch(stub, async () => {
      for (let i = 0; i < n; i += 1) await aws.call();
    });
  },
  loopback: async ({ local }, n) => {
    for (let i = 0; i < n; i += 1) await local.call();
  },
  loopback64: async ({ local }, n) => {
    for (let i = 0; i < n; i += CONCURRENCY) {
      await Promise.all(Array.from({ length: CONCURRENCY }, () => local.call()));
    }
  },
};

/** The method of a contender that each row needs. */
const METHODS = {
  sign: "sign",
  signNewSecret: "signNewSecret",
  parse: "parse",
  call: "call",
  loopback: "call",
  loopback64: "call",
};

/**
 * Returns the functions that a runtime calls. `server` is the URL of the loopback server. Clients are created on first
 * use, as workerd requires.
 */
export function harness(contenders, server) {
  const clients = new Map();
  const get = (name) => {
    if (!clients.has(name)) {
      const { create } = contenders.find((contender) => contender.name === name);
      clients.set(name, { aws: create(AWS), local: create(server) });
    }
    return clients.get(name);
  };
  const names = contenders.map(({ name }) => name);
  const namesWith = (method) => names.filter((name) => get(name).aws[method]);
  return {
    /** The names of the contenders in each row. */
    plan: () => Object.fromEntries(Object.entries(METHODS).map(([row, method]) => [row, namesWith(method)])),
    run: (row, contender, n) => ROWS[row](get(contender), n),
    /** Throws unless every contender signs, parses and calls correctly. */
    verify: async () => {
      for (const name of names) {
        await verifyContender(get(name)).catch((cause) => {
          throw new Error(`${name}: ${cause.message}`, { cause });
        });
      }
    },
  };
}

async function verifyContender({ aws, local }) {
  if (aws.sign) await verifySigning(aws);
  if (aws.parse) await verifyParsing(aws);
  if (!aws.call) return;
  await verifyCall(aws);
  verifyParsed(await local.call(), expected);
}

async function verifySigning({ sign, signNewSecret }) {
  const signed = await sign();
  await verifySignature(signed, credentials, region);
  await mustFail(() => verifySignature(signed, { ...credentials, secretAccessKey: "another" }, region));
  verifyForm(signed.body instanceof ReadableStream ? await signed.clone().text() : signed.body, input);
  for (let i = 0; signNewSecret && i < 3; i += 1) {
    const secretAccessKey = nextSecret();
    await verifySignature(await signNewSecret(secretAccessKey), { ...credentials, secretAccessKey }, region);
  }
}

async function verifyParsing({ parse }) {
  verifyParsed(await parse(body), expected);
  const other = new TextEncoder().encode(responseXml.replace(expected.AccessKeyId, "ASIAIOSFODNN7ANOTHER"));
  await mustFail(async () => verifyParsed(await parse(other), expected));
}

async function verifyCall({ call, sign }) {
  let sent = 0;
  const verifyingFetch = async (url, init) => {
    const request = new Request(url, init);
    sent += 1;
    verifyForm(await request.clone().text(), input);
    if (sign) await verifySignature(request, credentials, region);
    return respond();
  };
  await withFetch(verifyingFetch, async () => verifyParsed(await call(), expected));
  if (sent !== 1) throw new Error(`sent ${sent} requests in place of one`);
}

/** Throws if a verification accepts a wrong value. */
async function mustFail(check) {
  const failed = await check().then(
    () => false,
    () => true,
  );
  if (!failed) throw new Error("verification accepted a wrong value");
}

const respond = () => new Response(body, { status: 200, headers: responseHeaders });

/** Like the real `fetch`, creates a `Request` unless the contender has passed one. */
const stub = async (url, init) => {
  if (!(url instanceof Request)) new Request(url, init);
  return respond();
};

async function withFetch(fetch, work) {
  globalThis.fetch = fetch;
  try {
    await work();
  } finally {
    globalThis.fetch = platformFetch;
  }
}

let serial = 0;

function nextSecret() {
  serial += 1;
  return `secret${serial}`.padEnd(40, "+");
}
