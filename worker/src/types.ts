// Types that several modules share. This module imports none of them, so that no import cycle can form.

import type { JSONWebKeySet, JWTPayload } from "jose";

/** The Worker's bindings, variables and secrets, by their names in wrangler.jsonc. */
export interface Environment {
  CALLERS: DurableObjectNamespace<CallerObjectRpc>;
  RATE_LIMITER: RateLimit;
  /** The private JWK that signs the Worker's tokens, in JSON. With `credentials: "issuer"`. */
  SIGNING_KEY?: string;
  /** JWKs that are only published: the next key before a rotation, and the former key after it. */
  NEXT_SIGNING_KEY?: string;
  FORMER_SIGNING_KEY?: string;
  /** Access key of the IAM user that assumes the roles. With `credentials: "keys"`. */
  AWS_ACCESS_KEY_ID?: string;
  AWS_SECRET_ACCESS_KEY?: string;
  /** Only for temporary credentials. */
  AWS_SESSION_TOKEN?: string;
  /** Encrypts what the Worker stores, and its cookies. 32 random bytes in base64. */
  STORAGE_KEY: string;
  /** Authenticates the operator, who can drop a caller's credentials and sessions. At least 32 characters. */
  OPERATOR_SECRET?: string;
  /** Shared secrets and the sign-in client's secret, by the names that the configuration uses. */
  [secret: string]: unknown;
}

/** The methods of a caller's Durable Object that the Worker calls. */
export interface CallerObjectRpc extends Rpc.DurableObjectBranded {
  /** Returns credentials for a session, with the requested freshness. */
  credentials(session: Session, freshness: Freshness): Promise<CredentialsResult>;
  /** Deletes the caller's credentials and page sessions. Returns how many there were. */
  drop(): Promise<{ credentials: number; sessions: number }>;
  /** Starts a session of the page. Returns its ID. */
  startSession(tokens: Tokens): Promise<string>;
  /** Returns a session of the page with a valid token, or `undefined` if the session has ended. */
  session(id: string): Promise<PageSession | undefined>;
  /** Ends a session of the page. */
  endSession(id: string): Promise<void>;
  /** Returns whether this is the first call. Remembers the call until `expiration`, in milliseconds since 1970. */
  useOnce(expiration: number): Promise<boolean>;
}

/** A handler's response, to which `index.ts` adds the headers that every response has. */
export interface HandlerResponse {
  /** 200 by default. */
  status?: number;
  headers?: Record<string, string>;
  /** The values of Set-Cookie headers. */
  cookies?: string[];
  body?: string;
}

// --- Configuration, with all defaults filled in. `configuration-input.ts` documents each field.

/** A validated configuration. */
export interface Configuration {
  /** Set unless `credentials` is `keys`. */
  issuer: string | undefined;
  credentials: "issuer" | "keys";
  region: string;
  endpoint: string | undefined;
  s3Endpoint: string | undefined;
  origins: string[];
  signIn: SignIn | undefined;
  keysPerHour: number;
  staleKeysSeconds: number;
  grants: Grant[];
  /** Grants, and the sign-in, that are off because a secret is missing or invalid, each with the reason. */
  off?: string[];
}

/** Which callers may assume which roles, and within which limits. */
export interface Grant {
  /** The configured name, or the grant's index. */
  name: string;
  issuer: string | undefined;
  /** Empty for a machine. */
  audience: string[];
  jwksUri: string | undefined;
  jwks: JSONWebKeySet | undefined;
  algorithms: string[];
  /** Claims that the token must have, each with its accepted values. */
  claims: Record<string, ClaimValue[]>;
  subjectClaim: string | undefined;
  sharedSecret: string | undefined;
  subject: string | undefined;
  /** The roles by their short names. */
  roles: Record<string, Role>;
}

/** An accepted value of a claim, or a pattern with `*` and `?` as in AWS's StringLike. */
export type ClaimValue = string | number | boolean | { like: string };

/** A role and the limits of its sessions. Settings that the role does not have are those of its grant. */
export interface Role {
  arn: string;
  /** Maximum session duration in seconds. */
  maxDurationSeconds: number;
  /** In seconds. `undefined` is half of the session's duration. */
  minRemainingSeconds: number | undefined;
  /** In JSON. */
  sessionPolicy: string | undefined;
  policyArns: string[];
  /** Tag keys, each with the claim that provides its value. */
  tags: Record<string, string>;
  transitiveTags: string[];
  sourceIdentity: boolean;
  externalId: string | undefined;
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
  /** The token's `sub` claim, which may be empty if a grant has a `subjectClaim`; or the machine's subject. */
  subject: string;
  /** The verified claims of the token; empty for a machine. */
  claims: JWTPayload;
  /** Names of the Worker secrets that match the machine's shared secret; empty for a token. */
  sharedSecrets: string[];
}

/** How a grant identifies a caller. */
export interface CallerIdentity {
  subject: string;
  /** RoleSessionName and SourceIdentity in STS. */
  sessionName: string;
  /** Identifies the caller in rate limits and Durable Objects. */
  id: string;
}

/** A caller and the grants that match it, at least one. */
export interface AuthorizedCaller extends Caller {
  grants: Grant[];
  /** The identity for the first of these grants. Another grant may identify callers by another claim. */
  identity: CallerIdentity;
}

/** A caller's request for credentials. */
export interface CredentialsRequest {
  /** A role's short name. */
  role: string;
  durationSeconds?: number | undefined;
  /** An IAM policy in JSON that limits the session further. */
  sessionPolicy?: string | undefined;
  /** Minimum remaining lifetime of cached credentials. */
  minRemainingSeconds?: number | undefined;
  /** Whether to get new credentials from STS even if some are cached. */
  refresh?: boolean | undefined;
}

/** Which cached credentials may be returned. */
export interface Freshness {
  /** Their minimum remaining lifetime in seconds. */
  minRemainingSeconds: number;
  /** Whether cached credentials are ignored. */
  refresh: boolean;
}

/** An authorized session, and the minimum remaining lifetime of cached credentials for it. */
export interface AuthorizedSession {
  session: Session;
  minRemainingSeconds: number;
}

/** The parameters of an authorized session for the STS call. */
export interface Session {
  /** Name of the grant that allows the session. */
  grant: string;
  /** The caller's subject at its issuer. */
  subject: string;
  roleArn: string;
  /** In seconds. */
  duration: number;
  policy: string | undefined;
  policyArns: string[];
  tags: { Key: string; Value: string }[];
  transitiveTags: string[];
  sessionName: string;
  sourceIdentity: string | undefined;
  externalId: string | undefined;
}

// --- The page's session

/** The tokens that the issuer returns at sign-in. */
export interface Tokens {
  idToken: string;
  /** `undefined` if the issuer does not provide one. */
  refreshToken: string | undefined;
  issuer: string;
  subject: string;
  /** When the ID token expires, in milliseconds since 1970. */
  expiration: number;
}

/** A session of the page. */
export interface PageSession {
  idToken: string;
  issuer: string;
  subject: string;
  /** When it ends, in milliseconds since 1970. */
  expiration: number;
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
  /** ID of the Worker's token for STS. */
  jti?: string | undefined;
}

/**
 * The result of a Durable Object. A problem is returned as its fields, since RPC does not preserve an error's class.
 */
export type CredentialsResult = IssuedCredentials | { problem: ProblemFields };

/** The content of an error response. */
export interface ProblemFields {
  status: number;
  /** Error code of the Worker or of STS. */
  code: string;
  /** Human-readable description. */
  message: string;
  headers?: Record<string, string> | undefined;
  /** AWS's ID of the failed request. */
  requestId?: string | undefined;
  hint?: string | undefined;
  /** The reason, for the log. Never contains input that may be a misplaced secret. */
  reason?: string | undefined;
  /** Whether a retry of the same request may succeed. */
  transient?: boolean | undefined;
}
