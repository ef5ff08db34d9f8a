// A Kubernetes client reads the token as kubectl does, and STS verifies it as for an EKS cluster.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

import { example, SANDBOX, SANDBOX_ENVIRONMENT } from "../tool.mjs";

const PREFIX = "Bearer k8s-aws-v1.";

export const tools = [
  example(
    "eks-kubectl",
    {
      "prints a credential": {
        async run({ execute }) {
          const plugin = ["node", "eks-token.js", "my-cluster", SANDBOX.region];
          const { status, ...credential } = JSON.parse(await execute(plugin, SANDBOX_ENVIRONMENT));
          const minutes = (Date.parse(status.expirationTimestamp) - Date.now()) / 60_000;
          return { ...credential, isShortLived: minutes > 0 && minutes <= 14 };
        },
        expected: { apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential", isShortLived: true },
      },
      "a Kubernetes client signs in": {
        async run({ folder }) {
          const header = await authorizationOfClient(folder);
          if (!header.startsWith(PREFIX)) throw new Error("the token has another prefix");
          const url = Buffer.from(header.slice(PREFIX.length), "base64url").toString();
          return {
            arn: await callerOf(url, "my-cluster"),
            // The name of the cluster is signed, so that a cluster cannot use the token at another one.
            elsewhere: await callerOf(url, "other-cluster"),
          };
        },
        expected: { arn: "arn:aws:iam::123456789012:user/test-user", elsewhere: "HTTP 403" },
      },
    },
    // The newest version for Node 20.
    { suite: true, packages: { "@kubernetes/client-node": "1.4.0" } },
  ),
];

/** Returns the Authorization header of a client that uses the example's configuration. */
async function authorizationOfClient(folder) {
  const { KubeConfig } = createRequire(join(folder, "package.json"))("@kubernetes/client-node");
  const text = await readFile(join(folder, "kubeconfig.yaml"), "utf8");
  const config = new KubeConfig();
  config.loadFromString(text.replace("/PATH/TO/eks-kubectl", folder).replace("eu-central-1", SANDBOX.region));
  const { exec } = config.getCurrentUser();
  exec.env = Object.entries(SANDBOX_ENVIRONMENT).map(([name, value]) => ({ name, value }));
  const { headers } = await config.applyToFetchOptions({});
  return headers.get("authorization");
}

/** Returns the ARN of the signer, requested from STS as aws-iam-authenticator does. */
async function callerOf(url, cluster) {
  const response = await fetch(url, { headers: { "x-k8s-aws-id": cluster } });
  return /<Arn>(.*)<\/Arn>/.exec(await response.text())?.[1] ?? `HTTP ${response.status}`;
}
