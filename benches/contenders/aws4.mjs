import aws4 from "aws4";

import { contentType, credentials, form, region } from "../fixture.mjs";

export const name = "aws4";

export function create(endpoint) {
  const { host } = new URL(endpoint);
  const signed = (credentials) => {
    const options = {
      host,
      path: "/",
      method: "POST",
      service: "sts",
      region,
      headers: { "content-type": contentType },
      body: form(),
    };
    const { method, headers, body } = aws4.sign(options, credentials);
    return { method, url: endpoint, headers, body };
  };
  return {
    sign: async () => signed(credentials),
    signNewSecret: async (secretAccessKey) => signed({ ...credentials, secretAccessKey }),
  };
}
