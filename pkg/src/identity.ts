// EKS tokens and Vault logins: a signed GetCallerIdentity request that a server sends to learn who signed it.
//
// Neither contains the secret access key, but anyone who has one can log in with it until it expires; AWS accepts a
// signature for 15 minutes. Send them only to the server they are for, over TLS, and keep them out of logs.
//
// Sources: aws-iam-authenticator, README and pkg/token; HashiCorp Vault, "AWS auth method (API)".

import type { STSClientConfig } from "./config.js";
import { type CredentialSource, cached } from "./credentials.js";
import { clientError } from "./errors.js";
import { Signer, type SigningOptions } from "./signer.js";
import { STSClient } from "./sts.js";

/** Options that {@link eksToken} and {@link vaultLogin} share. */
export interface IdentityOptions
  extends SigningOptions,
    Pick<STSClientConfig, "endpoint" | "useFipsEndpoint" | "useDualstackEndpoint"> {
  /** Credentials or a provider of them. */
  credentials: CredentialSource;
  /** Region of the STS endpoint, e.g. `eu-central-1`. */
  region: string;
}

/** Options of {@link eksToken}. */
export interface EksTokenOptions extends IdentityOptions {
  /** Name of the EKS cluster. */
  clusterName: string;
}

/** Options of {@link vaultLogin}. */
export interface VaultLoginOptions extends IdentityOptions {
  /**
   * The server's `iam_server_id_header_value`, set by its operator. It is signed, so that a server cannot replay the
   * login to another one.
   */
  serverId?: string | undefined;
}

/** A bearer token for the Kubernetes API of an EKS cluster. */
export interface EksToken {
  /** Secret until it expires. */
  token: string;
  /** 14 minutes after the signing date, or the expiration of the credentials if that is earlier. */
  expiration: Date;
}

/** Parameters of Vault's AWS login, except for `role`. */
export interface VaultLogin {
  iam_http_request_method: "POST";
  /** URL of the STS endpoint, in base64. */
  iam_request_url: string;
  /** Request body of GetCallerIdentity, in base64. */
  iam_request_body: string;
  /** Signed headers as a JSON object of arrays, in base64. Secret until the signature expires. */
  iam_request_headers: string;
}

/** The `X-Amz-Expires` that older authenticators require, in seconds. AWS ignores it. */
const EKS_EXPIRES_IN = 60;
/** Lifetime of a token, in milliseconds: a minute less than the 15 minutes for which AWS accepts its signature. */
const EKS_TOKEN_LIFETIME = 14 * 60 * 1000;

/**
 * Returns a token for an EKS cluster, like `aws eks get-token`.
 *
 * @example
 * ```ts
 * const { token, expiration } = await eksToken({ clusterName: "my-cluster", region: "eu-central-1", credentials });
 * ```
 */
export async function eksToken({ clusterName, ...options }: EksTokenOptions): Promise<EksToken> {
  if (!clusterName) throw clientError("InvalidCluster", "the name of the EKS cluster is missing: set clusterName");
  const { signer, credentials, url, body, signingDate } = await prepare(options);
  const headers = { "x-k8s-aws-id": clusterName };
  const signed = await signer.presign(`${url}?${body}`, { expiresIn: EKS_EXPIRES_IN, headers, signingDate });
  signer.destroy();
  const expiration = Math.min(
    signingDate.getTime() + EKS_TOKEN_LIFETIME,
    credentials.expiration?.getTime() ?? Infinity,
  );
  const encoded = btoa(signed.href).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  return { token: `k8s-aws-v1.${encoded}`, expiration: new Date(expiration) };
}

/**
 * Returns the parameters of `POST /v1/auth/aws/login` for a Vault role of type `iam`.
 *
 * @example
 * ```ts
 * const login = await vaultLogin({ serverId: "vault.example.com", region: "eu-central-1", credentials });
 * await fetch("https://vault.example.com/v1/auth/aws/login", {
 *   method: "POST",
 *   body: JSON.stringify({ role: "dev", ...login }),
 * });
 * ```
 */
export async function vaultLogin({ serverId, ...options }: VaultLoginOptions): Promise<VaultLogin> {
  const { signer, url, headers, body, signingDate } = await prepare(options);
  const all = { ...headers, ...(serverId !== undefined && { "x-vault-aws-iam-server-id": serverId }) };
  const signed = await signer.sign(url, { method: "POST", headers: all, body }, { signingDate });
  signer.destroy();
  const arrays = Object.fromEntries([...signed.headers].map(([name, value]) => [name, [value]]));
  return {
    iam_http_request_method: "POST",
    iam_request_url: btoa(url),
    iam_request_body: btoa(body),
    iam_request_headers: btoa(JSON.stringify(arrays)),
  };
}

/** Returns an unsigned GetCallerIdentity request for the region's endpoint, and a signer for it. */
async function prepare({ credentials: source, signingDate = new Date(), ...options }: IdentityOptions) {
  const credentials = await cached(source)();
  const sts = new STSClient({ ...options, credentials });
  const { url, headers, body } = await sts.request("GetCallerIdentity", {}, { signingDate });
  const region = (await sts.config.region()).replace("aws-global", "us-east-1");
  sts.destroy();
  const signer = new Signer({ credentials, region, service: "sts" });
  return { signer, credentials, url, body, headers: { "content-type": headers["content-type"]! }, signingDate };
}
