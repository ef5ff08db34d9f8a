// What workerd runs: one request is many iterations, and the caller looks at its own clock.

import { all } from "../contenders/all.mjs";
import * as clientSts from "../contenders/client-sts.mjs";
import { signAndParse } from "../memory.mjs";
import { answer } from "../response.mjs";
import { work } from "../work.mjs";

const contenders = all.map((contender) =>
  contender.name === clientSts.name ? { ...contender, make: signsOnly } : contender,
);
let working;

export default {
  async fetch(request, env) {
    const [what, ...given] = await request.json();
    working ??= begin(env.SERVER);
    try {
      return Response.json({ gave: (await working[what](...given)) ?? null });
    } catch (error) {
      return Response.json({ failed: String(error.stack ?? error) });
    }
  },
};

function begin(server) {
  const here = work(contenders, server);
  const verify = async () => {
    await here.verify();
    await readsNothing();
  };
  return { ...here, verify, signAndParse, nothing: () => {} };
}

/** Bundled as Wrangler does by default, client-sts reads no answer here. */
function signsOnly(endpoint) {
  const { sign, signAnew } = clientSts.make(endpoint);
  return { sign, signAnew };
}

/** Throws once that is no longer so. */
async function readsNothing() {
  const reading = clientSts.make("https://sts.us-east-1.amazonaws.com/").parse(new TextEncoder().encode(answer));
  const why = await reading.then(() => "nothing", String);
  if (!why.includes("DOMParser is not defined"))
    throw new Error(`client-sts was to fail in workerd for want of a DOMParser: ${why}`);
}
