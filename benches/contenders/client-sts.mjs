import { AssumeRole$, AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { FetchHttpHandler } from "@smithy/fetch-http-handler";
import { HttpResponse } from "@smithy/protocol-http";

import { credentials, input, region } from "../fixture.mjs";

export const name = "@aws-sdk/client-sts";

export function create(endpoint) {
  // Sends with fetch in Node too, as all other contenders do.
  const config = { region, endpoint, requestHandler: new FetchHttpHandler() };
  const client = new STSClient({ ...config, credentials });
  const signing = signingOnly(new STSClient({ ...config, credentials }));
  const [, namespace, operation, traits, inputSchema, outputSchema] = AssumeRole$;
  const schema = { namespace, name: operation, traits, input: inputSchema, output: outputSchema };
  return {
    sign: () => signed(signing),
    signNewSecret: (secretAccessKey) =>
      signed(signingOnly(new STSClient({ ...config, credentials: { ...credentials, secretAccessKey } }))),
    parse: async (body) => {
      /** @type {any} */
      const protocol = client.config.protocol;
      const response = new HttpResponse({ statusCode: 200, headers: {}, body: new Uint8Array(body) });
      return (await protocol.deserializeResponse(schema, client.config, response)).Credentials;
    },
    call: async () => (await client.send(new AssumeRoleCommand(input))).Credentials,
  };
}

/** Makes the client return the signed request without sending it. Serializer, endpoint and signer run as in a call. */
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
