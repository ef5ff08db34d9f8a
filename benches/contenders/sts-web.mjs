import { STS } from "sts-web";

import { input, keys, region } from "../fixture.mjs";

export const name = "sts-web";

export function make(endpoint) {
  const sts = new STS({ region, endpoint, credentials: keys });
  return {
    sign: () => sts.request("AssumeRole", input),
    signAnew: async (secretAccessKey) => {
      const sts = new STS({ region, endpoint, credentials: { ...keys, secretAccessKey } });
      const request = await sts.request("AssumeRole", input);
      sts.destroy();
      return request;
    },
    parse: async (body) => (await sts.parse("AssumeRole", { status: 200, body })).Credentials,
    call: async () => (await sts.assumeRole(input)).Credentials,
  };
}
