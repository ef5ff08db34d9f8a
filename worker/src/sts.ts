// STS, called with the Worker's own access key.

import { STS } from "sts-web";

import { SingleFlight } from "./single-flight.js";
import type { Configuration, Environment, RoleCredentials, Session } from "./types.js";

/** Maximum duration of a call including its retry, whatever `Retry-After` says. In milliseconds. */
export const CALL_TIMEOUT = 9_000;

export function stsClient(env: Environment, { region, endpoint }: Configuration): STS {
  const credentials = {
    accessKeyId: env.AWS_ACCESS_KEY_ID,
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
    sessionToken: env.AWS_SESSION_TOKEN,
  };
  return new STS({ region, credentials, maxAttempts: 2, requestTimeout: 4_000, ...(endpoint && { endpoint }) });
}

/** Assumes the role of a session. */
export async function assumeRole(
  sts: STS,
  { roleArn, duration, policy, tags, sessionName }: Session,
): Promise<{ credentials: RoleCredentials; requestId: string | undefined }> {
  const input = {
    RoleArn: roleArn,
    RoleSessionName: sessionName,
    SourceIdentity: sessionName,
    DurationSeconds: duration,
    Policy: policy,
    Tags: tags.length > 0 ? tags : undefined,
  };
  const { Credentials, $metadata } = await sts.assumeRole(input, { abortSignal: AbortSignal.timeout(CALL_TIMEOUT) });
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials;
  const credentials = {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    expiration: Expiration,
  };
  return { credentials, requestId: $metadata.requestId };
}

/** The Worker's identity in AWS, as GetCallerIdentity returns it. */
export interface WorkerIdentity {
  $metadata: { requestId?: string | undefined };
  Arn?: string | undefined;
  Account?: string | undefined;
  UserId?: string | undefined;
}

/** How long the identity, or the failure to get it, is cached. In milliseconds. */
const IDENTITY_LIFETIME = 5 * 60_000;
const FAILURE_LIFETIME = 10_000;

interface CachedIdentity {
  outcome: Promise<WorkerIdentity>;
  /** In milliseconds since 1970. */
  expires: number;
}

let cachedIdentity: CachedIdentity | undefined;
const identityRequests = new SingleFlight<CachedIdentity>();

/** Returns the Worker's identity: cached for five minutes, a failure for ten seconds. */
export async function workerIdentity(env: Environment, configuration: Configuration): Promise<WorkerIdentity> {
  if (cachedIdentity === undefined || cachedIdentity.expires <= Date.now()) {
    cachedIdentity = await identityRequests.run("identity", () => fetchIdentity(env, configuration));
  }
  return cachedIdentity.outcome;
}

async function fetchIdentity(env: Environment, configuration: Configuration): Promise<CachedIdentity> {
  const abortSignal = AbortSignal.timeout(CALL_TIMEOUT);
  const outcome = stsClient(env, configuration).getCallerIdentity({}, { abortSignal });
  const lifetime = await outcome.then(
    () => IDENTITY_LIFETIME,
    () => FAILURE_LIFETIME,
  );
  return { outcome, expires: Date.now() + lifetime };
}
