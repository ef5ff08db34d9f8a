import { AssumeRole$, AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { FetchHttpHandler } from "@smithy/fetch-http-handler";
import { HttpResponse } from "@smithy/protocol-http";

import { input, keys, region } from "../fixture.mjs";

export const name = "@aws-sdk/client-sts";

export function make(endpoint) {
  // Over fetch in Node too, as all the others.
  const config = { region, endpoint, requestHandler: new FetchHttpHandler() };
  const client = new STSClient({ ...config, credentials: keys });
  const signing = signingOnly(new STSClient({ ...config, credentials: keys }));
  const [, namespace, operation, traits, takes, gives] = AssumeRole$;
  const schema = { namespace, name: operation, traits, input: takes, output: gives };
  return {
    sign: () => signed(signing),
    signAnew: (secretAccessKey) =>
      signed(signingOnly(new STSClient({ ...config, credentials: { ...keys, secretAccessKey } }))),
    parse: async (body) => {
      const response = new HttpResponse({ statusCode: 200, headers: {}, body: new Uint8Array(body) });
      return (await client.config.protocol.deserializeResponse(schema, client.config, response)).Credentials;
    },
    call: async () => (await client.send(new AssumeRoleCommand(input))).Credentials,
  };
}

/** Serializer, endpoint and signer, as in a call; the request is then the output. */
function signingOnly(client) {
  const stop =
    () =>
    async ({ request }) => ({ response: {}, output: { request, $metadata: {} } });
  client.middlewareStack.add(stop, { step: "deserialize", priority: "high", name: "stop" });
  return client;
}

async function signed(client) {
  const { request } = await client.send(new AssumeRoleCommand(input));
  const { method, protocol, hostname, port, path, headers, body } = request;
  return { method, url: `${protocol}//${hostname}${port ? `:${port}` : ""}${path}`, headers, body };
}
