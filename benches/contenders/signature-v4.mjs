import { Sha256 } from "@aws-crypto/sha256-js";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";

import { contentType, credentials, form, region } from "../fixture.mjs";

export const name = "@smithy/signature-v4";

export function create(endpoint) {
  const { protocol, host, hostname } = new URL(endpoint);
  const options = { service: "sts", region, sha256: Sha256 };
  const signer = new SignatureV4({ ...options, credentials });
  const signed = async (signer) => {
    const headers = { host, "content-type": contentType };
    const request = new HttpRequest({ method: "POST", protocol, hostname, path: "/", headers, body: form() });
    return { ...(await signer.sign(request)), url: endpoint };
  };
  return {
    sign: () => signed(signer),
    signNewSecret: (secretAccessKey) =>
      signed(new SignatureV4({ ...options, credentials: { ...credentials, secretAccessKey } })),
  };
}
