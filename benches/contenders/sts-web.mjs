import { STS } from "sts-web";

import { credentials, input, region } from "../fixture.mjs";

export const name = "sts-web";

export function create(endpoint) {
  const sts = new STS({ region, endpoint, credentials });
  return {
    sign: () => sts.request("AssumeRole", input),
    signNewSecret: async (secretAccessKey) => {
      const sts = new STS({ region, endpoint, credentials: { ...credentials, secretAccessKey } });
      const request = await sts.request("AssumeRole", input);
      sts.destroy();
      return request;
    },
    parse: async (body) => (await sts.parse("AssumeRole", { status: 200, body })).Credentials,
    call: async () => (await sts.assumeRole(input)).Credentials,
  };
}
