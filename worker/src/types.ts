// Types that several modules share. This module imports none of them, so that no import cycle can form.

import type { JWTPayload } from "jose";

/** The Worker's bindings, variables and secrets, by their names in wrangler.jsonc. */
export interface Environment {
  CALLERS: DurableObjectNamespace<CallerObjectRpc>;
  RATE_LIMITER: RateLimit;
  /** Parsed by `configuration.ts`: an object, or its JSON. */
  CONFIGURATION: unknown;
  /** Access key of the IAM user that may assume the roles. */
  AWS_ACCESS_KEY_ID: string;
  AWS_SECRET_ACCESS_KEY: string;
  /** Only for temporary credentials. */
  AWS_SESSION_TOKEN?: string;
  /** 32 random bytes in base64. */
  STORAGE_KEY: string;
  /** Shared secrets and the sign-in client's secret, by the names that the configuration uses. */
  [secret: string]: unknown;
}

/** The methods of a caller's Durable Object that the Worker calls. */
export interface CallerObjectRpc extends Rpc.DurableObjectBranded {
  credentials(session: Session): Promise<CredentialsResult>;
}

// --- Configuration

export interface Configuration {
  region: string;
  /** Custom STS endpoint. */
  endpoint: string | undefined;
  /** Custom S3 endpoint. */
  s3Endpoint: string | undefined;
  /** Other origins whose pages may call the API. */
  origins: string[];
  signIn: SignIn | undefined;
  /** Maximum number of STS calls per caller and hour. */
  keysPerHour: number;
  grants: Grant[];
}

/** Which callers may assume which roles, and within which limits. */
export interface Grant {
  /** Required value of the token's `iss` claim. */
  issuer: string | undefined;
  /** Required value of the token's `aud` claim. */
  audience: string | undefined;
  /** URL of the issuer's JWKS. Defaults to the one in its discovery document. */
  jwksUri: string | undefined;
  /** Accepted signature algorithms. */
  algorithms: string[];
  /** Claims that the token must have, each with its accepted values. */
  claims: Record<string, string[]>;
  /** Name of the Worker secret that a machine authenticates with in place of a token. */
  sharedSecret: string | undefined;
  /** Subject of the machine with that secret. */
  subject: string | undefined;
  /** ARNs of the roles by their short names. */
  roles: Record<string, string>;
  /** Maximum session duration in seconds. */
  maxDurationSeconds: number;
  /** Session policy in JSON, applied to every session. */
  sessionPolicy: string | undefined;
  /** Session tags: tag keys, each with the claim that provides its value. */
  tags: Record<string, string>;
}

/** The page's sign-in: OpenID Connect, authorization code flow. */
export interface SignIn {
  issuer: string;
  clientId: string;
  /** Name of the Worker secret that holds the client secret, if the client has one. */
  clientSecret: string | undefined;
  scope: string;
}

// --- A request

/** An authenticated caller. */
export interface Caller {
  /** The token's issuer, or `shared-secret` for a machine. */
  issuer: string;
  subject: string;
  /** The verified claims of the token; empty for a machine. */
  claims: JWTPayload;
  /** Names of the Worker secrets that match the machine's shared secret; empty for a token. */
  sharedSecrets: string[];
  /** RoleSessionName and SourceIdentity in STS. */
  sessionName: string;
  /** Identifies the caller in rate limits and Durable Objects. */
  id: string;
}

/** A caller with the grants that match it; at least one. */
export interface AuthorizedCaller extends Caller {
  grants: Grant[];
}

/** What a caller requests credentials for. */
export interface CredentialsRequest {
  /** A role's short name. */
  role: string;
  durationSeconds?: number | undefined;
  /** An IAM policy in JSON that limits the session further. */
  sessionPolicy?: string | undefined;
}

/** An authorized session, as AssumeRole is called for it. */
export interface Session {
  roleArn: string;
  /** In seconds. */
  duration: number;
  policy: string | undefined;
  tags: { Key: string; Value: string }[];
  sessionName: string;
}

/** The log entry of a request. Must not contain secrets. */
export type LogEntry = Record<string, string | number | undefined>;

// --- A response

/** A role's temporary credentials. */
export interface RoleCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  expiration: Date;
}

/** Credentials and, for the log, their source. */
export interface IssuedCredentials {
  credentials: RoleCredentials;
  from: "isolate" | "object" | "sts";
  requestId?: string | undefined;
}

/** What a Durable Object returns. A problem is returned as its fields, since RPC does not preserve an error's class. */
export type CredentialsResult = IssuedCredentials | { problem: ProblemFields };

/** The content of an error response. */
export interface ProblemFields {
  status: number;
  /** Error code: the Worker's own, or that of STS. */
  code: string;
  /** A sentence for people. */
  message: string;
  headers?: Record<string, string> | undefined;
  /** AWS's id of the failed request. */
  requestId?: string | undefined;
  hint?: string | undefined;
  /** Whether a retry of the same request may succeed. */
  transient?: boolean | undefined;
}
