import { STS } from "sts-web";

import { input, keys, region, shortLived } from "../case.mjs";

export const name = "sts-web";

export function make(endpoint) {
  const sts = new STS({ region, endpoint, credentials: keys });
  let secret;
  const changing = new STS({ region, endpoint, credentials: async () => shortLived(secret) });
  return {
    sign: () => sts.request("AssumeRole", input),
    signAnew: (next) => {
      secret = next;
      return changing.request("AssumeRole", input);
    },
    parse: async (body) => (await sts.parse("AssumeRole", { status: 200, body })).Credentials,
    call: async () => (await sts.assumeRole(input)).Credentials,
  };
}
