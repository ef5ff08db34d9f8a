// Runs in workerd. One request runs many iterations, and the caller measures the time.

import { all } from "../contenders/all.mjs";
import * as clientSts from "../contenders/client-sts.mjs";
import { harness } from "../harness.mjs";
import { signAndParse } from "../memory.mjs";
import { responseXml } from "../response.mjs";

const contenders = all.map((contender) =>
  contender.name === clientSts.name ? { ...contender, create: createSigningOnly } : contender,
);
let methods;

export default {
  async fetch(request, env) {
    const [method, ...args] = await request.json();
    methods ??= createMethods(env.SERVER);
    try {
      return Response.json({ result: (await methods[method](...args)) ?? null });
    } catch (error) {
      return Response.json({ error: String(error.stack ?? error) });
    }
  },
};

function createMethods(server) {
  const { plan, run, verify } = harness(contenders, server);
  const verifyAll = async () => {
    await verify();
    await verifyThatClientStsCannotParse();
  };
  return { plan, run, verify: verifyAll, signAndParse, noop: () => {} };
}

/** With Wrangler's default bundle, client-sts cannot parse a response in workerd. */
function createSigningOnly(endpoint) {
  const { sign, signNewSecret } = clientSts.create(endpoint);
  return { sign, signNewSecret };
}

/** Throws if client-sts can parse responses, because then its parsing should be measured. */
async function verifyThatClientStsCannotParse() {
  const { parse } = clientSts.create("https://sts.us-east-1.amazonaws.com/");
  const outcome = await parse(new TextEncoder().encode(responseXml)).then(() => "success", String);
  if (!outcome.includes("DOMParser is not defined")) {
    throw new Error(`client-sts should fail in workerd because DOMParser is missing, but the outcome was: ${outcome}`);
  }
}
