import { AwsClient, AwsV4Signer } from "aws4fetch";
import { XMLParser } from "fast-xml-parser";

import { contentType, form, keys, region } from "../fixture.mjs";

export const name = "aws4fetch, fast-xml-parser";

export function make(endpoint) {
  const options = { ...keys, region, service: "sts" };
  const client = new AwsClient(options);
  // Its signer gives a plain request, as the others' do; its client a `Request`.
  const signed = (keys, cache) => new AwsV4Signer({ ...options, ...keys, ...init(), url: endpoint, cache }).sign();
  const parser = new XMLParser({ parseTagValue: false });
  const init = () => ({ method: "POST", headers: { "content-type": contentType }, body: form() });
  const read = (text) => {
    const { Expiration, ...rest } = parser.parse(text).AssumeRoleResponse.AssumeRoleResult.Credentials;
    return { ...rest, Expiration: new Date(Expiration) };
  };
  return {
    sign: () => signed({}, client.cache),
    signAnew: (secretAccessKey) => signed({ secretAccessKey }, new Map()),
    parse: async (body) => read(new TextDecoder().decode(body)),
    call: async () => {
      const response = await client.fetch(endpoint, init());
      if (!response.ok) throw new Error(`status ${response.status}`);
      return read(await response.text());
    },
  };
}
