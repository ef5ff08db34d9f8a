// A signed GetCallerIdentity that someone else sends, to learn who signed it: EKS tokens and Vault logins.
//
// Neither holds the secret access key, but each logs in whoever has it, until it expires: AWS takes a signature for 15
// minutes. Give them to the one they are for, over TLS, and keep them out of logs.
//
// Sources: aws-iam-authenticator, README and pkg/token; HashiCorp Vault, "AWS auth method (API)".

import type { AwsCredentialIdentity, CredentialProvider } from "./credentials.js";
import { STSClientError } from "./errors.js";
import { Signer } from "./signer.js";
import { STS, type STSClientConfig } from "./sts.js";

/** Who signs, where and when. */
export interface IdentityOptions
  extends Pick<STSClientConfig, "endpoint" | "useFipsEndpoint" | "useDualstackEndpoint"> {
  credentials: AwsCredentialIdentity | CredentialProvider;
  /** The region whose STS is asked, as `eu-central-1`. */
  region: string;
  /** When it is signed: now, if not given. */
  signingDate?: Date;
}

/** A bearer token for the Kubernetes API of an EKS cluster. */
export interface EksToken {
  /** A secret until it expires. */
  token: string;
  /** When to get another: 14 minutes after it was made, or when the keys expire. */
  expiration: Date;
}

/** The fields that Vault's AWS login takes, beside `role`. */
export interface VaultLogin {
  iam_http_request_method: "POST";
  /** The URL of STS, in base64. */
  iam_request_url: string;
  /** The form that asks for GetCallerIdentity, in base64. */
  iam_request_body: string;
  /** The signed headers as a JSON object of lists, in base64. A secret until the signature expires. */
  iam_request_headers: string;
}

/** What old authenticators ask for, in seconds. AWS itself does not read it. */
const EKS_LIFETIME = 60;
/** A minute less than AWS takes the signature for, in milliseconds. */
const EKS_USE = 14 * 60 * 1000;

/** Makes the token that `aws eks get-token` makes, for the cluster called `clusterName`. */
export async function eksToken({
  clusterName,
  ...options
}: IdentityOptions & { clusterName: string }): Promise<EksToken> {
  if (!clusterName) {
    const message = "the name of the EKS cluster is missing: give clusterName";
    throw new STSClientError({ name: "InvalidCluster", message, $fault: "client", $metadata: {} });
  }
  const { signer, keys, url, body, signingDate } = await prepared(options);
  const headers = { "x-k8s-aws-id": clusterName };
  const signed = await signer.presign(`${url}?${body}`, { expiresIn: EKS_LIFETIME, headers, signingDate });
  signer.destroy();
  const usable = Math.min(signingDate.getTime() + EKS_USE, keys.expiration?.getTime() ?? Infinity);
  const encoded = btoa(signed.href).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  return { token: `k8s-aws-v1.${encoded}`, expiration: new Date(usable) };
}

/**
 * Makes what `POST /v1/auth/aws/login` of Vault takes for a login of the type `iam`. `serverId` is what the server's
 * operator set as `iam_server_id_header_value`: signed, it keeps one server from using the login at another.
 */
export async function vaultLogin({
  serverId,
  ...options
}: IdentityOptions & { serverId?: string }): Promise<VaultLogin> {
  const { signer, url, headers, body, signingDate } = await prepared(options);
  const all = { ...headers, ...(serverId !== undefined && { "x-vault-aws-iam-server-id": serverId }) };
  const signed = await signer.sign(url, { method: "POST", headers: all, body }, { signingDate });
  signer.destroy();
  const lists = Object.fromEntries([...signed.headers].map(([name, value]) => [name, [value]]));
  return {
    iam_http_request_method: "POST",
    iam_request_url: btoa(url),
    iam_request_body: btoa(body),
    iam_request_headers: btoa(JSON.stringify(lists)),
  };
}

/** The request for GetCallerIdentity at the region's endpoint, and a signer of it. */
async function prepared({ credentials, signingDate = new Date(), ...options }: IdentityOptions) {
  const keys = typeof credentials === "function" ? await credentials() : credentials;
  const sts = new STS({ ...options, credentials: keys });
  const { url, headers, body } = await sts.request("GetCallerIdentity", {}, { signingDate });
  sts.destroy();
  const region = options.region === "aws-global" ? "us-east-1" : options.region;
  const signer = new Signer({ credentials: keys, region, service: "sts" });
  return { signer, keys, url, body, headers: { "content-type": headers["content-type"]! }, signingDate };
}
