import aws4 from "aws4";

import { contentType, form, keys, region } from "../fixture.mjs";

export const name = "aws4";

export function make(endpoint) {
  const { host } = new URL(endpoint);
  const signed = (keys) => {
    const options = {
      host,
      path: "/",
      method: "POST",
      service: "sts",
      region,
      headers: { "content-type": contentType },
      body: form(),
    };
    const { method, headers, body } = aws4.sign(options, keys);
    return { method, url: endpoint, headers, body };
  };
  return {
    sign: async () => signed(keys),
    signAnew: async (secretAccessKey) => signed({ ...keys, secretAccessKey }),
  };
}
