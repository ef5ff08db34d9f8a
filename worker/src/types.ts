// What Cloudflare hands to the Worker: bindings, variables and secrets, by the names of wrangler.jsonc.

import type { CallerObject } from "./caller-object.js";

export interface Environment {
  CALLERS: DurableObjectNamespace<CallerObject>;
  RATE_LIMITER: RateLimit;
  /** What `configuration.ts` reads; an object, or its JSON. */
  CONFIGURATION: unknown;
  /** The keys of the IAM user that may assume the roles. */
  AWS_ACCESS_KEY_ID: string;
  AWS_SECRET_ACCESS_KEY: string;
  /** Only where those keys are temporary. */
  AWS_SESSION_TOKEN?: string;
  /** 32 random bytes in base64. */
  STORAGE_KEY: string;
  /** Secrets of machines and of sign-in clients, by the names that the configuration gives them. */
  [secret: string]: unknown;
}
