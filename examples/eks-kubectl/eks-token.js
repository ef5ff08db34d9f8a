// A credential plugin for kubectl, which prints a token for an EKS cluster: node eks-token.js CLUSTER REGION
//
// Source: Kubernetes documentation, "Authenticating", section "client-go credential plugins".

import { defaultProvider } from "@aws-sdk/credential-provider-node";
import { eksToken } from "sts-web";

const [clusterName, region] = process.argv.slice(2);
if (!clusterName || !region) throw new Error("pass the name and the region of the cluster");

const { token, expiration } = await eksToken({
  clusterName,
  region,
  credentials: defaultProvider(), // environment variables, profiles, IAM Identity Center, …, like the AWS CLI
  endpoint: process.env.AWS_ENDPOINT_URL,
});

// The token is a secret. kubectl reads it from standard output and keeps it in memory until it expires.
console.log(
  JSON.stringify({
    apiVersion: "client.authentication.k8s.io/v1",
    kind: "ExecCredential",
    status: { token, expirationTimestamp: expiration.toISOString() },
  }),
);
