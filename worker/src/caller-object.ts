// The Durable Object of one caller. It alone calls STS for that caller, wherever the caller's requests arrive.

import { DurableObject } from "cloudflare:workers";
import type { STS } from "sts-web";

import { configurationOf } from "./configuration.js";
import { cacheKey, isFresh } from "./credential-cache.js";
import { locationOf, Problem, problemOf } from "./problem.js";
import { seal, unseal } from "./seal.js";
import { SingleFlight } from "./single-flight.js";
import { assumeRole, CALL_TIMEOUT, stsClient } from "./sts.js";
import type {
  CallerObjectRpc,
  CredentialsResult,
  Environment,
  IssuedCredentials,
  ProblemFields,
  RoleCredentials,
  Session,
} from "./types.js";

const HOUR = 3_600_000;
/** How long STS is not called after a transient failure, in milliseconds. The response's `Retry-After` says the same. */
const COOL_DOWN = 5_000;
const RATE_EXCEEDED = "TooManyKeys";

// Storage: `credentials:<cache key>` is a StoredCredentials, `calls` a CallCount.
const PREFIX = "credentials:";
const CALLS = "calls";

interface StoredCredentials {
  sealed: string;
  /** In milliseconds since 1970. */
  expiration: number;
}

/** The number of STS calls in an hour, which is counted from 1970. */
interface CallCount {
  hour: number;
  calls: number;
}

export class CallerObject extends DurableObject<Environment> implements CallerObjectRpc {
  readonly #cache = new Map<string, RoleCredentials>();
  readonly #requests = new SingleFlight<CredentialsResult>();
  #sts: STS | undefined;
  /** Set while STS fails: when the cool-down ends, and the failure to report until then. */
  #coolDown: { until: number; failure: ProblemFields } | undefined;

  /** Returns credentials for a session. Concurrent requests for one session share one call of STS. */
  async credentials(session: Session): Promise<CredentialsResult> {
    const key = await cacheKey(session);
    return this.#requests.run(key, () => this.#cachedOrIssued(key, session));
  }

  /** Deletes expired credentials, and in the end everything. */
  override async alarm(): Promise<void> {
    const now = Date.now();
    const stored = await this.ctx.storage.list<StoredCredentials>({ prefix: PREFIX });
    for (const [name, { expiration }] of stored) {
      if (expiration > now) continue;
      await this.ctx.storage.delete(name);
      this.#cache.delete(name.slice(PREFIX.length));
      stored.delete(name);
    }
    const expirations = [...stored.values()].map(({ expiration }) => expiration);
    // The call count is kept until its hour ends.
    const countedHour = (await this.ctx.storage.get<CallCount>(CALLS))?.hour ?? -1;
    const countEnds = (countedHour + 1) * HOUR;
    const next = Math.min(...expirations, ...(countEnds > now ? [countEnds] : []));
    if (Number.isFinite(next)) await this.ctx.storage.setAlarm(next);
    else await this.ctx.storage.deleteAll();
  }

  async #cachedOrIssued(key: string, session: Session): Promise<CredentialsResult> {
    const cached = this.#cache.get(key) ?? (await this.#load(key));
    if (cached && isFresh(cached)) return { credentials: cached, from: "object" };
    try {
      this.#checkCoolDown();
      return await this.#issueWithinLimit(key, session);
    } catch (error) {
      const { fields } = problemOf(error);
      const { status, code, transient } = fields;
      if (status === 500) console.error(JSON.stringify({ object: this.ctx.id.toString(), error: locationOf(error) }));
      await this.#scheduleAlarm(startOfNextHour());
      // Valid credentials are better than an error, except if STS denies the request.
      const denied = !transient && status !== 500 && code !== RATE_EXCEEDED;
      if (!denied && cached && cached.expiration > new Date()) return { credentials: cached, from: "object" };
      return { problem: fields };
    }
  }

  /** Throws the last failure during a cool-down. Afterwards one request calls STS, and the others still get the failure. */
  #checkCoolDown(): void {
    if (!this.#coolDown) return;
    const { until, failure } = this.#coolDown;
    const remaining = until - Date.now();
    if (remaining > 0) {
      throw Problem.of({ ...failure, headers: { "retry-after": String(Math.ceil(remaining / 1000)) } });
    }
    this.#coolDown = { until: Date.now() + CALL_TIMEOUT, failure };
  }

  /** Calls STS within the hour's limit, and starts or ends the cool-down. */
  async #issueWithinLimit(key: string, session: Session): Promise<IssuedCredentials> {
    try {
      await this.#countCall(1);
      const issued = await this.#issue(key, session);
      this.#coolDown = undefined;
      return issued;
    } catch (error) {
      const { fields } = problemOf(error);
      this.#coolDown = fields.transient ? { until: Date.now() + COOL_DOWN, failure: fields } : undefined;
      // An outage does not use up the caller's limit: the cool-down bounds the calls instead.
      if (fields.transient) await this.#countCall(-1);
      throw error;
    }
  }

  async #issue(key: string, session: Session): Promise<IssuedCredentials> {
    const configuration = configurationOf(this.env);
    this.#sts ??= stsClient(this.env, configuration);
    const assumed = await assumeRole(this.#sts, this.env, configuration, session);
    await this.#store(key, assumed.credentials);
    return { ...assumed, from: "sts" };
  }

  async #store(key: string, credentials: RoleCredentials): Promise<void> {
    this.#cache.set(key, credentials);
    const expiration = credentials.expiration.getTime();
    const sealed = await seal(this.env, this.#purpose(key), JSON.stringify(credentials));
    await this.ctx.storage.put<StoredCredentials>(PREFIX + key, { sealed, expiration });
    await this.#scheduleAlarm(expiration);
  }

  async #load(key: string): Promise<RoleCredentials | undefined> {
    const stored = await this.ctx.storage.get<StoredCredentials>(PREFIX + key);
    const opened = stored && (await unseal(this.env, this.#purpose(key), stored.sealed));
    if (opened === undefined) return undefined;
    const { expiration, ...rest } = JSON.parse(opened);
    const credentials: RoleCredentials = { ...rest, expiration: new Date(expiration) };
    this.#cache.set(key, credentials);
    return credentials;
  }

  #purpose(key: string): string {
    return `credentials of ${this.ctx.id} ${key}`;
  }

  /** Schedules the alarm at a time in milliseconds since 1970, unless it is due earlier. */
  async #scheduleAlarm(time: number): Promise<void> {
    const alarm = await this.ctx.storage.getAlarm();
    if (alarm === null || alarm > time) await this.ctx.storage.setAlarm(time);
  }

  /** Counts a call of STS, or with -1 takes one back. Throws a {@link Problem} if the hour's limit is reached. */
  async #countCall(change: 1 | -1): Promise<void> {
    const hour = currentHour();
    const count = await this.ctx.storage.get<CallCount>(CALLS);
    const calls = count?.hour === hour ? count.calls : 0;
    if (change > 0 && calls >= configurationOf(this.env).keysPerHour) throw rateExceeded(calls);
    await this.ctx.storage.put<CallCount>(CALLS, { hour, calls: Math.max(0, calls + change) });
  }
}

function rateExceeded(calls: number): Problem {
  const seconds = Math.ceil((startOfNextHour() - Date.now()) / 1000);
  const message = `the limit of ${calls} new credentials per hour is reached; retry in ${seconds} seconds`;
  return new Problem(429, RATE_EXCEEDED, message, { headers: { "retry-after": String(seconds) } });
}

function currentHour(): number {
  return Math.floor(Date.now() / HOUR);
}

function startOfNextHour(): number {
  return (currentHour() + 1) * HOUR;
}
