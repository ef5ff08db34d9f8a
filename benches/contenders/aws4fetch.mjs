import { AwsClient, AwsV4Signer } from "aws4fetch";
import { XMLParser } from "fast-xml-parser";

import { contentType, credentials, form, region } from "../fixture.mjs";

export const name = "aws4fetch, fast-xml-parser";

export function create(endpoint) {
  const options = { ...credentials, region, service: "sts" };
  const client = new AwsClient(options);
  // The signer returns a plain request, as those of the other contenders do. The client would return a `Request`.
  const signed = (credentials, cache) =>
    new AwsV4Signer({ ...options, ...credentials, ...init(), url: endpoint, cache }).sign();
  const parser = new XMLParser({ parseTagValue: false });
  const init = () => ({ method: "POST", headers: { "content-type": contentType }, body: form() });
  const parse = (text) => {
    const { Expiration, ...rest } = parser.parse(text).AssumeRoleResponse.AssumeRoleResult.Credentials;
    return { ...rest, Expiration: new Date(Expiration) };
  };
  return {
    sign: () => signed({}, client.cache),
    signNewSecret: (secretAccessKey) => signed({ secretAccessKey }, new Map()),
    parse: async (body) => parse(new TextDecoder().decode(body)),
    call: async () => {
      const response = await client.fetch(endpoint, init());
      if (!response.ok) throw new Error(`status ${response.status}`);
      return parse(await response.text());
    },
  };
}
