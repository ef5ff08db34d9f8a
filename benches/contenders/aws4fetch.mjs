import { AwsClient } from "aws4fetch";
import { XMLParser } from "fast-xml-parser";

import { contentType, form, keys, region } from "../case.mjs";

export const name = "aws4fetch, fast-xml-parser";

export function make(endpoint) {
  const options = { ...keys, region, service: "sts" };
  const client = new AwsClient(options);
  const parser = new XMLParser({ parseTagValue: false });
  const init = () => ({ method: "POST", headers: { "content-type": contentType }, body: form() });
  const read = (text) => {
    const { Expiration, ...rest } = parser.parse(text).AssumeRoleResponse.AssumeRoleResult.Credentials;
    return { ...rest, Expiration: new Date(Expiration) };
  };
  return {
    sign: () => client.sign(endpoint, init()),
    signAnew: (secretAccessKey) => new AwsClient({ ...options, secretAccessKey }).sign(endpoint, init()),
    parse: async (body) => read(new TextDecoder().decode(body)),
    call: async () => {
      const response = await client.fetch(endpoint, init());
      if (!response.ok) throw new Error(`status ${response.status}`);
      return read(await response.text());
    },
  };
}
