// The Durable Object of one caller: it alone asks STS for that caller's keys, wherever the caller's requests come in.

import { DurableObject } from "cloudflare:workers";
import { STS } from "sts-web";
import type { Session } from "./authorization.js";
import { configurationOf } from "./configuration.js";
import { Problem, type ProblemFields, problemOf, whereOf } from "./problem.js";
import { seal, unseal } from "./seal.js";
import { hashOf } from "./session-name.js";
import type { Environment } from "./types.js";

/** A role's keys. */
export interface RoleKeys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  /** When AWS begins to refuse them. */
  expiration: Date;
}

/** Keys and where they came from, or why there are none: an error's class does not cross from object to Worker. */
export type KeysAnswer =
  | { keys: RoleKeys; from: "object" | "sts"; requestId?: string | undefined }
  | { problem: ProblemFields };

interface Stored {
  sealed: string;
  /** In milliseconds since 1970. */
  expiration: number;
}

/** How often STS was asked in an hour, which is counted from 1970. */
interface Counted {
  hour: number;
  calls: number;
}

/** Keys this near to their end are renewed. In milliseconds. */
const EARLY = 5 * 60_000;
const HOUR = 3_600_000;
/** How long a call may take with its second attempt, also where STS asks to wait longer. In milliseconds. */
export const LONGEST_CALL = 9_000;
/** How long STS is left alone after a failure that may pass, as its answer's `Retry-After` says. In milliseconds. */
const PAUSE = 5_000;
const TOO_MANY = "TooManyKeys";

/** Whether keys need no renewing yet. */
export function lastLong({ expiration }: RoleKeys): boolean {
  return expiration.getTime() - Date.now() > EARLY;
}

/** What tells one session's keys from another's. */
export function placeOf(session: Session): Promise<string> {
  const { roleArn, duration, policy, tags, sessionName } = session;
  return hashOf([roleArn, duration, policy ?? null, tags, sessionName]);
}

export class CallerObject extends DurableObject<Environment> {
  readonly #held = new Map<string, RoleKeys>();
  readonly #flights = new Map<string, Promise<KeysAnswer>>();
  #sts: STS | undefined;
  /** While STS fails: until when it is left alone, and what its failure was. */
  #pause: { until: number; failure: ProblemFields } | undefined;

  /** The keys of a session. However many ask at once, STS is asked once. */
  async keys(session: Session): Promise<KeysAnswer> {
    const place = await placeOf(session);
    let flight = this.#flights.get(place);
    if (!flight) {
      flight = this.#keys(place, session).finally(() => this.#flights.delete(place));
      this.#flights.set(place, flight);
    }
    return flight;
  }

  /** Deletes what has expired. */
  override async alarm(): Promise<void> {
    const now = Date.now();
    const stored = await this.ctx.storage.list<Stored>({ prefix: "keys:" });
    for (const [name, { expiration }] of stored) {
      if (expiration > now) continue;
      await this.ctx.storage.delete(name);
      this.#held.delete(name.slice("keys:".length));
      stored.delete(name);
    }
    // What is counted holds until its hour is over; then nothing is left of the caller.
    const endOfHour = ((await this.ctx.storage.get<Counted>("counted"))?.hour ?? -1) * HOUR + HOUR;
    const next = Math.min(
      ...[...stored.values()].map(({ expiration }) => expiration),
      ...(endOfHour > now ? [endOfHour] : []),
    );
    if (Number.isFinite(next)) await this.ctx.storage.setAlarm(next);
    else await this.ctx.storage.deleteAll();
  }

  async #keys(place: string, session: Session): Promise<KeysAnswer> {
    const held = this.#held.get(place) ?? (await this.#stored(place));
    if (held && lastLong(held)) return { keys: held, from: "object" };
    try {
      this.#mayAsk();
      return await this.#counted(place, session);
    } catch (error) {
      const { fields } = problemOf(error);
      const { status, code, passing } = fields;
      if (status === 500) console.error(JSON.stringify({ object: this.ctx.id.toString(), error: whereOf(error) }));
      await this.#wake((Math.floor(Date.now() / HOUR) + 1) * HOUR);
      // Keys that still work are better than none; but not where STS says no.
      const refused = !passing && status !== 500 && code !== TOO_MANY;
      if (!refused && held && held.expiration > new Date()) return { keys: held, from: "object" };
      return { problem: fields };
    }
  }

  /** Throws STS's failure while STS is left alone. The first to come after that tries again, and others wait for what comes of it. */
  #mayAsk(): void {
    if (!this.#pause) return;
    const { until, failure } = this.#pause;
    const left = until - Date.now();
    if (left > 0) throw Problem.of({ ...failure, headers: { "retry-after": String(Math.ceil(left / 1000)) } });
    this.#pause = { until: Date.now() + LONGEST_CALL, failure };
  }

  /** Keys from STS, as one of the hour's calls. */
  async #counted(place: string, session: Session): Promise<KeysAnswer> {
    try {
      await this.#count(1);
      const answer = await this.#fromSts(place, session);
      this.#pause = undefined;
      return answer;
    } catch (error) {
      const { fields } = problemOf(error);
      this.#pause = fields.passing ? { until: Date.now() + PAUSE, failure: fields } : undefined;
      // What an outage swallowed is not the caller's to pay for: the pause bounds it instead.
      if (fields.passing) await this.#count(-1);
      throw error;
    }
  }

  async #fromSts(place: string, session: Session): Promise<KeysAnswer> {
    const { roleArn, duration, policy, tags, sessionName } = session;
    const input = {
      RoleArn: roleArn,
      RoleSessionName: sessionName,
      SourceIdentity: sessionName,
      DurationSeconds: duration,
      Policy: policy,
      Tags: tags.length > 0 ? tags : undefined,
    };
    const { Credentials, $metadata } = await this.#client().assumeRole(input, {
      abortSignal: AbortSignal.timeout(LONGEST_CALL),
    });
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials;
    const keys = {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
      expiration: Expiration,
    };
    const expiration = Expiration.getTime();
    this.#held.set(place, keys);
    const sealed = await seal(this.env, this.#purpose(place), JSON.stringify(keys));
    await this.ctx.storage.put<Stored>(`keys:${place}`, { sealed, expiration });
    await this.#wake(expiration);
    return { keys, from: "sts", requestId: $metadata.requestId };
  }

  /** Has `alarm` called at that time, in milliseconds since 1970, unless it is called before. */
  async #wake(at: number): Promise<void> {
    const alarm = await this.ctx.storage.getAlarm();
    if (alarm === null || alarm > at) await this.ctx.storage.setAlarm(at);
  }

  #client(): STS {
    if (this.#sts) return this.#sts;
    const { region, endpoint } = configurationOf(this.env);
    return (this.#sts = stsClient(this.env, region, endpoint));
  }

  async #stored(place: string): Promise<RoleKeys | undefined> {
    const stored = await this.ctx.storage.get<Stored>(`keys:${place}`);
    const opened = stored && (await unseal(this.env, this.#purpose(place), stored.sealed));
    if (opened === undefined) return undefined;
    const { expiration, ...rest } = JSON.parse(opened);
    const keys: RoleKeys = { ...rest, expiration: new Date(expiration) };
    this.#held.set(place, keys);
    return keys;
  }

  #purpose(place: string): string {
    return `keys of ${this.ctx.id} ${place}`;
  }

  /** Counts a call of STS, or refuses it where the hour's are used up. -1 takes one back. */
  async #count(more: 1 | -1): Promise<void> {
    const now = Date.now();
    const hour = Math.floor(now / HOUR);
    const counted = await this.ctx.storage.get<Counted>("counted");
    const calls = counted?.hour === hour ? counted.calls : 0;
    if (more > 0 && calls >= configurationOf(this.env).keysPerHour) {
      const seconds = Math.ceil(((hour + 1) * HOUR - now) / 1000);
      const headers = { "retry-after": String(seconds) };
      throw new Problem(
        429,
        TOO_MANY,
        `new keys were asked for ${calls} times this hour; ask again in ${seconds} seconds`,
        { headers },
      );
    }
    await this.ctx.storage.put<Counted>("counted", { hour, calls: Math.max(0, calls + more) });
  }
}

/** STS, called with the Worker's own keys. */
export function stsClient(env: Environment, region: string, endpoint: string | undefined): STS {
  const credentials = {
    accessKeyId: env.AWS_ACCESS_KEY_ID,
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
    sessionToken: env.AWS_SESSION_TOKEN,
  };
  return new STS({ region, credentials, maxAttempts: 2, requestTimeout: 4_000, ...(endpoint && { endpoint }) });
}
