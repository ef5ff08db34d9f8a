// The rows: what is done in each, for all places alike. A place has the contenders that run there.

import { answerHeaders, expected, input, keys, region } from "./fixture.mjs";
import { answer } from "./response.mjs";
import { verify, verifyForm, verifyRead } from "./verify.mjs";

const AWS = `https://sts.${region}.amazonaws.com/`;
const AT_ONCE = 64;
const body = new TextEncoder().encode(answer);
const platformFetch = globalThis.fetch;

/** Each row does its work `n` times. `server` is the loopback server's URL. */
const rows = {
  sign: async ({ aws }, n) => {
    for (let i = 0; i < n; i += 1) await aws.sign();
  },
  signAnew: async ({ aws }, n) => {
    for (let i = 0; i < n; i += 1) await aws.signAnew(nextSecret());
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
    for (let i = 0; i < n; i += AT_ONCE) await Promise.all(Array.from({ length: AT_ONCE }, () => local.call()));
  },
};

/** What each row takes of a contender. */
const NEEDS = {
  sign: "sign",
  signAnew: "signAnew",
  parse: "parse",
  call: "call",
  loopback: "call",
  loopback64: "call",
};

/** The work of a place. Contenders are made at first use, since workerd lets nothing be done before. */
export function work(contenders, server) {
  const made = new Map();
  const get = (name) => {
    if (!made.has(name)) {
      const { make } = contenders.find((contender) => contender.name === name);
      made.set(name, { aws: make(AWS), local: make(server) });
    }
    return made.get(name);
  };
  const names = contenders.map(({ name }) => name);
  return {
    /** Which contenders have which rows. */
    plan: () =>
      Object.fromEntries(
        Object.entries(NEEDS).map(([row, need]) => [row, names.filter((name) => get(name).aws[need])]),
      ),
    run: (row, name, n) => rows[row](get(name), n),
    /** Throws unless every contender signs, reads and calls right. */
    verify: async () => {
      for (const name of names) {
        await verified(get(name)).catch((cause) => {
          throw new Error(`${name}: ${cause.message}`, { cause });
        });
      }
    },
  };
}

async function verified({ aws, local }) {
  if (aws.sign) {
    const signed = await aws.sign();
    await verify(signed, keys, region);
    await refuses(() => verify(signed, { ...keys, secretAccessKey: "another" }, region));
    verifyForm(signed.body instanceof ReadableStream ? await signed.clone().text() : signed.body, input);
    for (let i = 0; i < 3; i += 1) {
      const secretAccessKey = nextSecret();
      await verify(await aws.signAnew(secretAccessKey), { ...keys, secretAccessKey }, region);
    }
  }
  if (aws.parse) {
    verifyRead(await aws.parse(body), expected);
    const other = new TextEncoder().encode(answer.replace(expected.AccessKeyId, "ASIAIOSFODNN7ANOTHER"));
    await refuses(async () => verifyRead(await aws.parse(other), expected));
  }
  if (!aws.call) return;
  let sent = 0;
  const checking = async (url, init) => {
    const request = new Request(url, init);
    sent += 1;
    const text = await request.clone().text();
    verifyForm(text, input);
    if (aws.sign) await verify(request, keys, region);
    return respond();
  };
  await withFetch(checking, async () => verifyRead(await aws.call(), expected));
  if (sent !== 1) throw new Error(`sent ${sent} times`);
  verifyRead(await local.call(), expected);
}

/** The control: what is wrong must be found wrong. */
async function refuses(check) {
  const refused = await check().then(
    () => false,
    () => true,
  );
  if (!refused) throw new Error("something wrong passed for right");
}

const respond = () => new Response(body, { status: 200, headers: answerHeaders });

/** As a real `fetch` does, it makes a `Request` where it is given none: some contenders have made one by then. */
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
  return `secret${(serial += 1)}`.padEnd(40, "+");
}
