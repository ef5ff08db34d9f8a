// URLs of the AWS Management Console: to switch roles, and to sign in with temporary credentials.
//
// Sources: IAM User Guide, "Switching to a role (console)" and "Enabling custom identity broker access to the AWS
// console"; AWS General Reference, "AWS Sign-In endpoints and quotas".

import type { CredentialsInput } from "./credentials.js";
import { clientError } from "./errors.js";
import { partitionOf } from "./partition.js";
import { type Fetch, sendRequest } from "./send.js";

/** Options of {@link switchRoleUrl}. */
export interface SwitchRole {
  /** 12-digit account ID, or account alias. */
  account: string;
  /** Name of the role, preceded by its path if it has one, e.g. `division/Admin`. Not its ARN. */
  roleName: string;
  /** Name of the role in the console's list, up to 64 characters. */
  displayName?: string | undefined;
  /** Color of the role in the console, in six hexadecimal digits. The console ignores colors it does not offer. */
  color?: string | undefined;
  /** Any region of the partition. */
  region: string;
}

/** Options of {@link consoleUrl}. */
export interface ConsoleLogin {
  /** Temporary credentials from AssumeRole* or GetFederationToken. */
  credentials: CredentialsInput;
  /** Any region of the partition. */
  region: string;
  /**
   * Duration of the console session, from 900 to 43,200 seconds. Default: until the credentials expire. Only for roles
   * that were assumed with long-term credentials or a token, not by role chaining.
   */
  durationSeconds?: number | undefined;
  /** Page that the console links to when the session has expired. */
  issuer?: string | undefined;
  /** Console page to open. Default: the home page. */
  destination?: string | undefined;
  /** Custom `fetch`. Default: the platform's. */
  fetch?: Fetch | undefined;
  /** Timeout of the request for the sign-in token, in milliseconds. Default: 10,000. */
  requestTimeout?: number | undefined;
}

/**
 * Returns the URL at which users of the console switch to a role. They must be signed in already.
 *
 * @throws {@link STSClientError} if an option is invalid.
 *
 * @example
 * ```ts
 * const url = switchRoleUrl({ account: "123456789012", roleName: "Admin", region: "eu-central-1" });
 * ```
 */
export function switchRoleUrl({ account, roleName, displayName, color, region }: SwitchRole): string {
  check(isAccount(account), "account must be a 12-digit account ID or an account alias");
  check(isRole(roleName), "roleName must be the name of the role, with its path if it has one, not its ARN");
  const length = [...(displayName ?? "label")].length;
  const shown = length > 0 && length <= 64 && !/\p{Cc}/u.test(displayName ?? "");
  check(shown, "the display name must have 1 to 64 characters");
  check(/^[\da-f]{6}$/i.test(color ?? "000000"), "the color must be six hexadecimal digits, without a #");
  return `https://${hosts(region).signIn}/switchrole?${formEncode({ account, roleName, displayName, color })}`;
}

/**
 * Returns a URL that signs in to the console. Anyone who has it can sign in for 15 minutes: keep it secret.
 *
 * The credentials are sent to AWS's sign-in endpoint, in the request body. The endpoint does not support CORS, so call
 * this function in a Worker or in Node, not in a page.
 *
 * @throws {@link STSClientError} if an option is invalid or the endpoint returns no sign-in token.
 *
 * @example
 * ```ts
 * const url = await consoleUrl({ credentials: roleCredentials, region: "eu-central-1" });
 * ```
 */
export async function consoleUrl(login: ConsoleLogin): Promise<string> {
  const { credentials, region, durationSeconds, issuer, fetch = globalThis.fetch, requestTimeout = 10_000 } = login;
  const { signIn, console } = hosts(region);
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  check(!!sessionToken, "signing in to the console requires temporary credentials, but sessionToken is missing");
  const seconds = durationSeconds ?? 900;
  const inRange = Number.isInteger(seconds) && seconds >= 900 && seconds <= 43_200;
  check(inRange, "the duration of a console session must be from 900 to 43200 seconds");
  const destination = login.destination ?? `https://${console}/`;
  check(
    isWebUrl(destination) && isOnHost(destination, console),
    "the destination must be a page of the partition's own console, over https and without a port",
  );
  check(issuer === undefined || isWebUrl(issuer), "the issuer must be a URL that begins with https:// or http://");

  const url = `https://${signIn}/federation`;
  const Session = JSON.stringify({ sessionId: accessKeyId, sessionKey: secretAccessKey, sessionToken });
  const init = {
    method: "POST",
    redirect: "manual" as const,
    headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
    body: formEncode({ Action: "getSigninToken", SessionDuration: durationSeconds, Session }),
  };
  const { status, body } = await sendRequest((url, init) => fetch(url, init), url, init, {
    timeout: requestTimeout,
  }).catch(() => {
    throw clientError(
      "NoSigninToken",
      "AWS's sign-in endpoint could not be reached; it does not support CORS, so pages cannot call it",
    );
  });
  const SigninToken = status === 200 ? parseToken(body) : undefined;
  if (!SigninToken)
    throw clientError("NoSigninToken", `AWS's sign-in endpoint returned no sign-in token (HTTP ${status})`);
  return `${url}?${formEncode({ Action: "login", Issuer: issuer, Destination: destination, SigninToken })}`;
}

function parseToken(body: Uint8Array): string | undefined {
  try {
    const { SigninToken } = JSON.parse(new TextDecoder().decode(body));
    return typeof SigninToken === "string" ? SigninToken : undefined;
  } catch {
    return undefined;
  }
}

function hosts(region: string): { signIn: string; console: string } {
  const { id, console } = partitionOf(region);
  if (!console) throw clientError("NoPublicConsole", `the console of partition ${id} has no public address`);
  return console;
}

/** Encodes the parameters of a URL or form, without those that are undefined. */
function formEncode(parameters: Record<string, string | number | undefined>): string {
  const defined = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return defined.map(([name, value]) => `${name}=${encodeURIComponent(value!)}`).join("&");
}

function isAccount(account: string): boolean {
  if (/^\d*$/.test(account)) return account.length === 12;
  return /^[a-z\d](-?[a-z\d])+$/.test(account) && account.length >= 3 && account.length <= 63;
}

function isRole(role: string): boolean {
  return /^\/*([!-~]{0,510}\/)?[\w+=,.@-]{1,64}$/.test(role) && !role.startsWith("arn:");
}

/** Rejects backslashes and white space: browsers treat a backslash as a slash and remove white space. */
function isWebUrl(url: string): boolean {
  return /^https?:\/\/[!-.0-[\]-~][!-[\]-~]*$/.test(url);
}

/** Returns whether `url` is on `host` or one of its subdomains. */
function isOnHost(url: string, host: string): boolean {
  const actual = /^https:\/\/([a-z\d.-]+)(?:[/?#]|$)/.exec(url)?.[1] ?? "";
  return actual === host || (actual.endsWith(`.${host}`) && actual.length > host.length + 1);
}

function check(isValid: boolean, message: string): void {
  if (!isValid) throw clientError("InvalidConsoleLink", message);
}
