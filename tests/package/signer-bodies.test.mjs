// Every kind of body, empty and not, in Node, workerd and Chromium.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { folder, inChromium, inWorkerd, publish, withServer, writeProgram } from "./packed.mjs";
import { credentials, startServer } from "./verifying-server.mjs";

const server = await startServer();
after(() => server.close());

/** @param {string} from The module to import. */
const program = (from) => `
import { Signer } from ${JSON.stringify(from)};
export async function sendBodies(endpoint) {
  const config = { region: "us-east-1", service: "s3", credentials: ${JSON.stringify(credentials)} };
  const signer = new Signer(config);
  const unread = new Signer({ ...config, unsignedPayload: true });
  const bytes = (text) => new TextEncoder().encode(text);
  const stream = (text) => new Blob([text]).stream();
  const form = new FormData();
  form.set("a", "b");
  const bodies = {
    string: "hello",
    "empty string": "",
    "Uint8Array": bytes("hello"),
    "empty Uint8Array": new Uint8Array(),
    ArrayBuffer: bytes("hello").buffer,
    "empty ArrayBuffer": new ArrayBuffer(0),
    DataView: new DataView(bytes("hello").buffer),
    Blob: new Blob(["hello"], { type: "text/csv" }),
    "empty Blob": new Blob([]),
    File: new File(["hello"], "name", { type: "text/css" }),
    "empty File": new File([], "name"),
    URLSearchParams: new URLSearchParams({ a: "b" }),
    "empty URLSearchParams": new URLSearchParams(),
    FormData: form,
    stream: stream("hello"),
    "empty stream": stream(""),
    null: null,
    undefined: undefined,
  };
  const results = {};
  const send = async (name, input, init, by = signer) => {
    try {
      const response = await by.fetch(input, init);
      results[name] = response.status + " " + (await response.text()).replace(/--+\\S+/g, "--").replace(/\\s+/g, " ").trim();
    } catch (error) {
      results[name] = String(error);
    }
  };
  for (const [name, body] of Object.entries(bodies)) await send(name, endpoint + "/key", { method: "PUT", body });
  await send("Request", new Request(endpoint + "/key", { method: "PUT", body: "hello" }));
  await send("empty Request", new Request(endpoint + "/key", { method: "PUT", body: "" }));
  await send("Request with another body", new Request(endpoint + "/key", { method: "PUT", body: "hello" }), { body: "other" });
  await send("DELETE", endpoint + "/key", { method: "DELETE" });
  await send("an encoded URL", endpoint + "/a+b(c)?x=y+z", { method: "PUT", body: "hello" });
  await send("an encoded URL, without a body", endpoint + "/a+b(c)?x=y+z");
  const keepalive = true;
  await send("an encoded URL, keepalive", endpoint + "/a+b", { method: "PUT", body: "hello", keepalive });
  // As a stream, Chromium would send it over HTTP/2 only.
  const blob = new Blob(["hello"], { type: "text/csv" });
  await send("an unread Blob", endpoint + "/key", { method: "PUT", body: blob }, unread);
  await send("an encoded URL, an unread Blob", endpoint + "/a+b", { method: "PUT", body: blob }, unread);
  return JSON.stringify(results);
}
`;

const text = "200 text/plain hello";
const bytes = "200 - hello";
const empty = "200 -";
const form = "200 application/x-www-form-urlencoded";
const expected = {
  string: text,
  "empty string": "200 text/plain",
  Uint8Array: bytes,
  "empty Uint8Array": empty,
  ArrayBuffer: bytes,
  "empty ArrayBuffer": empty,
  DataView: bytes,
  Blob: "200 text/csv hello",
  "empty Blob": empty,
  File: "200 text/css hello",
  "empty File": empty,
  URLSearchParams: `${form} a=b`,
  "empty URLSearchParams": form,
  FormData: '200 multipart/form-data -- Content-Disposition: form-data; name="a" b --',
  stream: bytes,
  "empty stream": empty,
  null: empty,
  undefined: empty,
  Request: text,
  "empty Request": "200 text/plain",
  "Request with another body": "200 text/plain other",
  DELETE: empty,
  "an encoded URL": text,
  "an encoded URL, without a body": empty,
  "an encoded URL, keepalive": text,
  "an unread Blob": "200 text/csv hello",
  "an encoded URL, an unread Blob": "200 text/csv hello",
};

/** @param {string} results */
const check = (results) => assert.deepEqual(JSON.parse(results), expected);

test("Node sends every kind of body with its signature", async () => {
  const { sendBodies } = await import(await writeProgram("bodies-node.mjs", program("sts-web")));
  check(await sendBodies(server.endpoint));
});

test("workerd sends every kind of body with its signature", async () => {
  const worker = `${program("sts-web")}
    export default { fetch: async (request, env) => new Response(await sendBodies(JSON.parse(env.INPUT))) };`;
  check(await inWorkerd(await writeProgram("bodies-workerd.mjs", worker), server.endpoint));
});

test("Chromium sends every kind of body with its signature", async () => {
  const page = `${program("./node_modules/sts-web/dist/entry/browser.js")}
    sendBodies(${JSON.stringify(server.endpoint)})${publish};`;
  await writeProgram("bodies-page.mjs", page);
  await writeProgram("index.html", '<!doctype html><script type="module" src="./bodies-page.mjs"></script>');
  check(await withServer(folder, inChromium));
});

test("a worker forwards a request, without the headers of the connection on which it came in", async () => {
  const worker = `
    import { Signer } from "sts-web";
    const signer = new Signer({ region: "us-east-1", service: "s3", credentials: ${JSON.stringify(credentials)} });
    export default {
      async fetch(request, env) {
        const incoming = new Request(request, { headers: {
          ...Object.fromEntries(request.headers), "cf-connecting-ip": "192.0.2.1", "cf-ipcity": "S\u00e3o Paulo",
          "x-forwarded-for": "192.0.2.1", "x-amz-meta-a": "b",
        } });
        const response = await signer.fetch(new Request(JSON.parse(env.INPUT) + "/key", incoming));
        return new Response(response.status + " " + await response.text());
      },
    };`;
  assert.equal(await inWorkerd(await writeProgram("forward.mjs", worker), server.endpoint), "200 - ");
  const { headers } = server.received.at(-1);
  assert.equal(headers["x-amz-meta-a"], "b");
  assert.equal(headers["x-forwarded-for"], undefined);
  assert.equal(headers.host, new URL(server.endpoint).host);
});
