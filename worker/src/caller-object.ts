// The Durable Object of one caller. All STS calls for the caller go through it, in whichever location the requests
// arrive. It also stores the caller's sessions of the page.

import { DurableObject } from "cloudflare:workers";
import { base64url } from "jose";
import type { STS } from "sts-web";

import { configurationOf, loadConfiguration } from "./configuration.js";
import { isFresh, storageKey } from "./credential-cache.js";
import { refreshTokens } from "./openid-client.js";
import { locationOf, Problem, problemOf } from "./problem.js";
import { seal, unseal } from "./seal.js";
import { hashOf } from "./session-name.js";
import { SingleFlight } from "./single-flight.js";
import { assumeRole, CALL_TIMEOUT, stsClient } from "./sts.js";
import type {
  CallerObjectRpc,
  Configuration,
  CredentialsResult,
  Environment,
  Freshness,
  IssuedCredentials,
  PageSession,
  ProblemFields,
  RoleCredentials,
  Session,
  Tokens,
} from "./types.js";

const HOUR = 3_600_000;
/** How long STS is not called after a transient failure, in milliseconds. Matches the response's `Retry-After`. */
const COOL_DOWN = 5_000;
/** Minimum time between two requests to refresh the tokens of a session, successful or not, in milliseconds. */
const REFRESH_INTERVAL = 5_000;
/** Maximum duration of a session of the page, in milliseconds. */
const MAX_SESSION = 12 * HOUR;
/** How long before their expiration ID tokens are refreshed, in milliseconds. */
const REFRESH_BEFORE_EXPIRY = 60_000;
const RATE_EXCEEDED = "TooManyKeys";

// Names in storage, or their prefixes. The alarm deletes each row at its `expiration`.
const CREDENTIALS = "credentials:";
const SESSION = "session:";
const CALLS = "calls";
const USED = "used";

interface Expiring {
  /** In milliseconds since 1970. */
  expiration: number;
}

interface Sealed extends Expiring {
  sealed: string;
}

/** The number of STS calls in an hour. Hours are counted from 1970. */
interface CallCount {
  hour: number;
  calls: number;
}

/** Credentials, and the hour's call count when they were issued: in one row, since Cloudflare bills by rows written. */
type StoredCredentials = Sealed & CallCount;

/** Content of a page session, encrypted in storage. */
interface StoredSession {
  tokens: Tokens;
  /** When it ends, in milliseconds since 1970. */
  ends: number;
}

/** The Durable Object class, to be exported from the Worker's main module. */
export class CallerObject extends DurableObject<Environment> implements CallerObjectRpc {
  readonly #cache = new Map<string, RoleCredentials>();
  readonly #requests = new SingleFlight<CredentialsResult>();
  readonly #sessions = new SingleFlight<PageSession | undefined>();
  /** When the tokens of a session may be refreshed again, by the session's name in storage. */
  readonly #nextRefresh = new Map<string, number>();
  #calls: CallCount | undefined;
  /** The STS client, with the settings that it was made for: a configuration from a binding may change. */
  #sts: { client: STS; settings: string } | undefined;
  /** Set while STS fails: when the cool-down ends, and the failure to report until then. */
  #coolDown: { until: number; failure: ProblemFields } | undefined;

  /** Returns credentials for a session. Concurrent requests for the same session share one STS call. */
  async credentials(session: Session, freshness: Freshness): Promise<CredentialsResult> {
    await loadConfiguration(this.env);
    const key = await storageKey(session);
    const cached = this.#cache.get(key) ?? (await this.#load(key));
    if (cached && isFresh(cached, freshness)) return { credentials: cached, from: "object" };
    const result = await this.#requests.run(key, () => this.#issueOrExplain(key, session));
    if (!("problem" in result) || freshness.refresh || !cached) return result;
    // Cached credentials that are still valid are better than an error, unless STS denied the request.
    const { transient, status, code } = result.problem;
    const denied = !transient && status !== 500 && code !== RATE_EXCEEDED;
    return denied || cached.expiration <= new Date() ? result : { credentials: cached, from: "object" };
  }

  async drop(): Promise<{ credentials: number; sessions: number }> {
    const rows = [...(await this.ctx.storage.list()).keys()];
    const credentials = rows.filter((name) => name.startsWith(CREDENTIALS));
    const sessions = rows.filter((name) => name.startsWith(SESSION));
    // The call count is kept: dropping credentials must not lift the limit.
    await this.#storeCount(await this.#count());
    await this.ctx.storage.delete([...credentials, ...sessions]);
    this.#cache.clear();
    return { credentials: credentials.length, sessions: sessions.length };
  }

  /** Deletes expired rows. Once all have expired, deletes the whole storage, so that the object costs nothing. */
  override async alarm(): Promise<void> {
    const now = Date.now();
    const rows = await this.ctx.storage.list<Expiring>();
    const expired = [...rows].filter(([, { expiration }]) => expiration <= now).map(([name]) => name);
    for (const name of expired) {
      rows.delete(name);
      this.#cache.delete(name.slice(CREDENTIALS.length));
      this.#nextRefresh.delete(name);
    }
    const count = await this.#count();
    await this.ctx.storage.delete(expired);
    // The call count may have been in a row that was deleted within its hour.
    if (expired.some((name) => name.startsWith(CREDENTIALS)) && count.calls > 0) {
      rows.set(CALLS, await this.#storeCount(count));
    }
    if (rows.size === 0) await this.ctx.storage.deleteAll();
    else await this.ctx.storage.setAlarm(Math.min(...[...rows.values()].map(({ expiration }) => expiration)));
  }

  // --- Credentials

  async #issueOrExplain(key: string, session: Session): Promise<CredentialsResult> {
    try {
      this.#checkCoolDown();
      return await this.#issueWithinLimit(key, session);
    } catch (error) {
      const { fields } = problemOf(error);
      if (fields.status === 500) {
        console.error(JSON.stringify({ object: this.ctx.id.toString(), error: locationOf(error) }));
      }
      return { problem: fields };
    }
  }

  /**
   * Throws the last failure during a cool-down. After it, one request calls STS while the others still get the failure.
   */
  #checkCoolDown(): void {
    if (!this.#coolDown) return;
    const { until, failure } = this.#coolDown;
    const remaining = until - Date.now();
    if (remaining > 0) {
      throw Problem.of({ ...failure, headers: { "retry-after": String(Math.ceil(remaining / 1000)) } });
    }
    this.#coolDown = { until: Date.now() + CALL_TIMEOUT, failure };
  }

  /** Calls STS within the hourly limit, and starts or ends the cool-down. */
  async #issueWithinLimit(key: string, session: Session): Promise<IssuedCredentials> {
    const count = await this.#count();
    if (count.calls >= configurationOf(this.env).keysPerHour) throw rateExceeded(count.calls);
    count.calls += 1;
    try {
      const issued = await this.#issue(key, session);
      this.#coolDown = undefined;
      return issued;
    } catch (error) {
      const { fields } = problemOf(error);
      this.#coolDown = fields.transient ? { until: Date.now() + COOL_DOWN, failure: fields } : undefined;
      // An outage does not use up the caller's limit: the cool-down bounds the calls instead.
      if (fields.transient) count.calls -= 1;
      else await this.#storeCount(count);
      throw error;
    }
  }

  async #issue(key: string, session: Session): Promise<IssuedCredentials> {
    const configuration = configurationOf(this.env);
    const assumed = await assumeRole(this.#client(configuration), this.env, configuration, session);
    await this.#store(key, assumed.credentials);
    return { ...assumed, from: "sts" };
  }

  #client(configuration: Configuration): STS {
    const { region, endpoint, credentials } = configuration;
    const settings = JSON.stringify([region, endpoint, credentials]);
    if (this.#sts?.settings !== settings) this.#sts = { client: stsClient(this.env, configuration), settings };
    return this.#sts.client;
  }

  async #store(key: string, credentials: RoleCredentials): Promise<void> {
    this.#cache.set(key, credentials);
    const expiration = credentials.expiration.getTime();
    const { hour, calls } = await this.#count();
    const sealed = await seal(this.env, this.#purpose(key), JSON.stringify(credentials));
    await this.#put<StoredCredentials>(CREDENTIALS + key, { sealed, expiration, hour, calls });
  }

  async #load(key: string): Promise<RoleCredentials | undefined> {
    const stored = await this.ctx.storage.get<StoredCredentials>(CREDENTIALS + key);
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

  /** Returns the number of calls in this hour: from memory, or else the highest count in storage. */
  async #count(): Promise<CallCount> {
    const hour = Math.floor(Date.now() / HOUR);
    if (this.#calls?.hour === hour) return this.#calls;
    const rows = await this.ctx.storage.list<Partial<CallCount>>();
    const counts = [...rows.values()].filter((row) => row.hour === hour).map(({ calls }) => calls ?? 0);
    // Another request may have set the count during the `await`.
    if (this.#calls?.hour !== hour) this.#calls = { hour, calls: Math.max(0, ...counts) };
    return this.#calls;
  }

  /** Returns the stored row. */
  async #storeCount({ hour, calls }: CallCount): Promise<Expiring> {
    const row = { hour, calls, expiration: (hour + 1) * HOUR };
    await this.#put<CallCount & Expiring>(CALLS, row);
    return row;
  }

  // --- Sessions of the page

  async startSession(tokens: Tokens): Promise<string> {
    const id = base64url.encode(crypto.getRandomValues(new Uint8Array(32)));
    const ends = tokens.refreshToken === undefined ? tokens.expiration : Date.now() + MAX_SESSION;
    await this.#storeSession(await sessionKey(id), { tokens, ends });
    return id;
  }

  /** Concurrent requests share one refresh, since issuers accept a refresh token only once. */
  async session(id: string): Promise<PageSession | undefined> {
    const key = await sessionKey(id);
    return this.#sessions.run(key, () => this.#refreshedSession(key));
  }

  async endSession(id: string): Promise<void> {
    await this.ctx.storage.delete(await sessionKey(id));
  }

  async useOnce(expiration: number): Promise<boolean> {
    if ((await this.ctx.storage.get(USED)) !== undefined) return false;
    await this.#put<Expiring>(USED, { expiration });
    return true;
  }

  async #refreshedSession(key: string): Promise<PageSession | undefined> {
    const stored = await this.ctx.storage.get<Sealed>(key);
    const opened = stored && (await unseal(this.env, this.#purpose(key), stored.sealed));
    if (opened === undefined) return undefined;
    const { tokens, ends }: StoredSession = JSON.parse(opened);
    if (ends <= Date.now()) return undefined;
    const expiresSoon = tokens.expiration <= Date.now() + REFRESH_BEFORE_EXPIRY;
    const current = expiresSoon ? await this.#refresh(key, tokens) : tokens;
    if (current !== tokens) {
      // The session may have ended while the issuer responded.
      if ((await this.ctx.storage.get(key)) === undefined) return undefined;
      await this.#storeSession(key, { tokens: current, ends });
    }
    if (current.expiration <= Date.now()) return undefined;
    const { idToken, issuer, subject } = current;
    return { idToken, issuer, subject, expiration: ends };
  }

  /**
   * Returns new tokens, or the same ones if the issuer does not provide any. The request contains the client secret, so a
   * caller must not be able to cause many of them.
   */
  async #refresh(key: string, tokens: Tokens): Promise<Tokens> {
    if (tokens.refreshToken === undefined || Date.now() < (this.#nextRefresh.get(key) ?? 0)) return tokens;
    this.#nextRefresh.set(key, Date.now() + REFRESH_INTERVAL);
    try {
      await loadConfiguration(this.env);
      return await refreshTokens(this.env, configurationOf(this.env), tokens);
    } catch (error) {
      const { code } = problemOf(error).fields;
      console.error(JSON.stringify({ object: this.ctx.id.toString(), refresh: code }));
      return tokens;
    }
  }

  async #storeSession(key: string, session: StoredSession): Promise<void> {
    const sealed = await seal(this.env, this.#purpose(key), JSON.stringify(session));
    await this.#put<Sealed>(key, { sealed, expiration: session.ends });
  }

  // --- Storage

  async #put<Row extends Expiring>(name: string, row: Row): Promise<void> {
    await this.ctx.storage.put<Row>(name, row);
    const alarm = await this.ctx.storage.getAlarm();
    if (alarm === null || alarm > row.expiration) await this.ctx.storage.setAlarm(row.expiration);
  }
}

/** Only the hash of the ID is stored: read access to the storage must not allow the use of a session. */
async function sessionKey(id: string): Promise<string> {
  return SESSION + (await hashOf(id));
}

function rateExceeded(calls: number): Problem {
  const startOfNextHour = (Math.floor(Date.now() / HOUR) + 1) * HOUR;
  const seconds = Math.ceil((startOfNextHour - Date.now()) / 1000);
  const message = `the limit of ${calls} STS calls per hour is reached; retry in ${seconds} seconds`;
  return new Problem(429, RATE_EXCEEDED, message, { headers: { "retry-after": String(seconds) } });
}
