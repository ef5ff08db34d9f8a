// Calls STS with the Worker's own tokens or with its access key.

import {
  type AssumeRoleCommandOutput,
  type AssumeRoleWithWebIdentityCommandOutput,
  STS,
  STSServiceException,
} from "sts-web";

import { signToken } from "./issuer.js";
import { Problem } from "./problem.js";
import { SharedFetch } from "./shared-fetch.js";
import type { Configuration, Environment, RoleCredentials, Session } from "./types.js";

/** Maximum duration of a call including retries and delays, in milliseconds. */
export const CALL_TIMEOUT = 9_000;

/**
 * Returns the STS client. With `credentials: "issuer"` it needs no credentials: AssumeRoleWithWebIdentity is unsigned.
 */
export function stsClient(env: Environment, { region, endpoint, credentials: source }: Configuration): STS {
  const credentials = {
    accessKeyId: env.AWS_ACCESS_KEY_ID!,
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY!,
    sessionToken: env.AWS_SESSION_TOKEN,
  };
  const options = { region, maxAttempts: 2, requestTimeout: 4_000, ...(endpoint && { endpoint }) };
  return new STS(source === "keys" ? { ...options, credentials } : options);
}

/** A role's credentials, with the IDs that identify the call in logs. */
export interface AssumedRole {
  credentials: RoleCredentials;
  requestId: string | undefined;
  /** ID of the Worker's token, which CloudTrail records. Not set with an access key. */
  jti?: string | undefined;
}

/** Assumes the role of a session, with the Worker's own token or its access key. */
export function assumeRole(
  sts: STS,
  env: Environment,
  configuration: Configuration,
  session: Session,
): Promise<AssumedRole> {
  const abortSignal = AbortSignal.timeout(CALL_TIMEOUT);
  return configuration.credentials === "keys"
    ? assumeWithKeys(sts, session, abortSignal)
    : assumeWithToken(sts, env, configuration, session, abortSignal);
}

async function assumeWithKeys(sts: STS, session: Session, abortSignal: AbortSignal): Promise<AssumedRole> {
  const input = {
    ...commonInput(session),
    SourceIdentity: session.sourceIdentity,
    Tags: unlessEmpty(session.tags),
    TransitiveTagKeys: unlessEmpty(session.transitiveTags),
    ExternalId: session.externalId,
  };
  return assumedRole(await sts.assumeRole(input, { abortSignal }));
}

/** The tags and the source identity are in the token: AssumeRoleWithWebIdentity has no parameters for them. */
async function assumeWithToken(
  sts: STS,
  env: Environment,
  configuration: Configuration,
  session: Session,
  abortSignal: AbortSignal,
): Promise<AssumedRole> {
  const { token, jti } = await signToken(env, configuration, session);
  const input = { ...commonInput(session), WebIdentityToken: token };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return { ...assumedRole(await sts.assumeRoleWithWebIdentity(input, { abortSignal })), jti };
    } catch (error) {
      if (!couldNotFetchKeys(error)) throw error;
      if (attempt === KEY_FETCH_ATTEMPTS) throw keysNotFetched(error);
    }
  }
}

/** Maximum number of attempts if AWS could not fetch the Worker's public keys, which happens occasionally. */
const KEY_FETCH_ATTEMPTS = 3;

function couldNotFetchKeys(error: unknown): error is STSServiceException {
  if (!(error instanceof STSServiceException)) return false;
  return error.name.startsWith("InvalidIdentityToken") && /retrieve verification key/i.test(error.message);
}

function keysNotFetched(error: STSServiceException): Problem {
  return new Problem(503, error.name, `STS: ${error.message}`, {
    requestId: error.$metadata.requestId,
    hint: "AWS could not fetch this Worker's /.well-known/jwks.json: it must be public, without Access, WAF and bot rules.",
    transient: true,
    headers: { "retry-after": "5" },
  });
}

function commonInput(session: Session) {
  return {
    RoleArn: session.roleArn,
    RoleSessionName: session.sessionName,
    DurationSeconds: session.duration,
    Policy: session.policy,
    PolicyArns: unlessEmpty(session.policyArns.map((arn) => ({ arn }))),
  };
}

function assumedRole({ Credentials, $metadata }: AssumeRoleCommandOutput | AssumeRoleWithWebIdentityCommandOutput) {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials;
  const credentials = {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    expiration: Expiration,
  };
  return { credentials, requestId: $metadata.requestId };
}

/** Returns `undefined` for an empty list, so that it is not sent. */
function unlessEmpty<Item>(list: Item[]): Item[] | undefined {
  return list.length > 0 ? list : undefined;
}

/** The Worker's identity in AWS, as GetCallerIdentity returns it. */
export interface WorkerIdentity {
  $metadata: { requestId?: string | undefined };
  Arn?: string | undefined;
  Account?: string | undefined;
  UserId?: string | undefined;
}

/** How long the identity, or the failure to get it, is cached, in milliseconds. */
const IDENTITY_LIFETIME = 5 * 60_000;
const FAILURE_LIFETIME = 10_000;

interface CachedIdentity {
  identity?: WorkerIdentity;
  error?: unknown;
  /** In milliseconds since 1970. */
  expires: number;
}

let cachedIdentity: CachedIdentity | undefined;
const identityFetches = new SharedFetch<CachedIdentity>();

/** Returns the Worker's identity. It is cached for five minutes; a failure, for ten seconds. */
export async function workerIdentity(env: Environment, configuration: Configuration): Promise<WorkerIdentity> {
  if (cachedIdentity === undefined || cachedIdentity.expires <= Date.now()) {
    cachedIdentity = await identityFetches.run(() => fetchIdentity(env, configuration));
  }
  const { identity, error } = cachedIdentity;
  if (identity === undefined) throw error;
  return identity;
}

async function fetchIdentity(env: Environment, configuration: Configuration): Promise<CachedIdentity> {
  const abortSignal = AbortSignal.timeout(CALL_TIMEOUT);
  try {
    const identity = await stsClient(env, configuration).getCallerIdentity({}, { abortSignal });
    return { identity, expires: Date.now() + IDENTITY_LIFETIME };
  } catch (error) {
    return { error, expires: Date.now() + FAILURE_LIFETIME };
  }
}
