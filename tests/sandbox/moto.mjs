// moto: a server with IAM enforced, which verifies signatures with botocore's signer.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

import { Signer } from "../../pkg/dist/entry/node.js";

// It handles one request at a time, because moto's S3 is not thread-safe. It prints its address, and ends with its standard
// input, so that it also ends if this process is killed.
const SERVER = `
import sys, threading
from werkzeug.serving import make_server
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app))
threading.Thread(target=server.serve_forever, daemon=True).start()
print(f"http://127.0.0.1:{server.port}", flush=True)
sys.stdin.read()
`;

/** Starts moto with one IAM user, and returns its endpoint and the user's credentials. From then on, moto enforces IAM. */
export async function startMoto() {
  const server = spawn(process.env.STS_WEB_PYTHON, ["-c", SERVER], { stdio: ["pipe", "pipe", "ignore"] });
  const close = () => server.kill("SIGKILL");
  try {
    const started = await Promise.race([once(createInterface(server.stdout), "line"), once(server, "exit")]);
    const endpoint = String(started[0]);
    assert.match(endpoint, /^http:/, "moto did not start");
    const credentials = await createUser(endpoint);
    await fetch(`${endpoint}/moto-api/reset-auth`, { method: "POST", body: "0" });
    return { endpoint, credentials, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Creates a user who may use S3. @param {string} endpoint */
async function createUser(endpoint) {
  const anyone = { accessKeyId: "anyone", secretAccessKey: "secret" };
  const signer = new Signer({ credentials: anyone, region: "us-east-1", service: "iam" });
  const call = async (parameters) => {
    const body = new URLSearchParams({ Version: "2010-05-08", UserName: "ada", ...parameters });
    const response = await signer.fetch(endpoint, { method: "POST", body });
    const text = await response.text();
    assert.ok(response.ok, text);
    return text;
  };
  await call({ Action: "CreateUser" });
  const statement = { Effect: "Allow", Action: "s3:*", Resource: "*" };
  const policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  await call({ Action: "PutUserPolicy", PolicyName: "objects", PolicyDocument: policy });
  const created = await call({ Action: "CreateAccessKey" });
  const member = (name) => created.match(`<${name}>([^<]+)</${name}>`)[1];
  return { accessKeyId: member("AccessKeyId"), secretAccessKey: member("SecretAccessKey") };
}
