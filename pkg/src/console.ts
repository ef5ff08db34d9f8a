// Links into the AWS Management Console: switching to a role, and signing in with temporary credentials.
//
// Sources: IAM User Guide, "Switching to a role (console)" and "Enabling custom identity broker access to the AWS
// console"; AWS General Reference, "AWS Sign-In endpoints and quotas".

import type { AwsCredentialIdentity } from "./credentials.js";
import { STSClientError } from "./errors.js";
import { partitionOf } from "./partition.js";
import { type Fetch, sendRequest } from "./send.js";

/** The role that a switch-role link leads to. */
export interface SwitchRole {
  /** The account's id of 12 digits, or its alias. */
  account: string;
  /** The role's name, with its path where it has one: `division/Admin`. Not its ARN. */
  roleName: string;
  /** What the console calls the role, in up to 64 characters. */
  displayName?: string;
  /** The colour that the console gives it, in six hexadecimal digits. It leaves out one that it does not have. */
  color?: string;
  /** A region, which tells the partition. */
  region: string;
}

/** Whom a sign-in link signs in, and to where. */
export interface ConsoleLogin {
  /** Temporary credentials, of a role or of GetFederationToken. */
  credentials: AwsCredentialIdentity;
  /** A region, which tells the partition. */
  region: string;
  /**
   * How long the console session lasts, in seconds from 900 to 43200; if not given, it ends with the credentials. Only
   * for a role that was assumed with long-term keys or with a token.
   */
  durationSeconds?: number;
  /** The page that the console sends people to when their session is over. */
  issuer?: string;
  /** The console's page to open; its home page, if not given. */
  destination?: string;
  /** What to send with in place of the platform's `fetch`. */
  fetch?: Fetch;
  /** How long AWS may take to answer, in milliseconds. 10000 if not given. */
  requestTimeout?: number;
}

/** A link on which somebody who is signed in to the console switches to a role. */
export function switchRoleUrl({ account, roleName, displayName, color, region }: SwitchRole): string {
  check(isAccount(account), "the account must be an id of 12 digits or an account alias");
  check(isRole(roleName), "the role must be its name, after its path if it has one, and not its ARN");
  const length = [...(displayName ?? "label")].length;
  const shown = length > 0 && length <= 64 && !/\p{Cc}/u.test(displayName ?? "");
  check(shown, "the display name must have 1 to 64 characters");
  check(/^[\da-f]{6}$/i.test(color ?? "000000"), "the color must be six hexadecimal digits, without a #");
  return `https://${hosts(region).signIn}/switchrole?${encoded({ account, roleName, displayName, color })}`;
}

/**
 * A link that opens the console. Whoever has it is signed in, for the 15 minutes that it works: treat it as a secret.
 *
 * It asks AWS for a sign-in token, with the keys in the request's body. Browsers do not let a page read that answer:
 * call it in a Worker or in Node.
 */
export async function consoleUrl(login: ConsoleLogin): Promise<string> {
  const { credentials, region, durationSeconds, issuer, fetch = globalThis.fetch, requestTimeout = 10_000 } = login;
  const { signIn, console } = hosts(region);
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  check(!!sessionToken, "signing in to the console takes temporary credentials, and these have no session token");
  const lasts = durationSeconds ?? 900;
  const inRange = Number.isInteger(lasts) && lasts >= 900 && lasts <= 43_200;
  check(inRange, "the duration of a console session must be from 900 to 43200 seconds");
  const destination = login.destination ?? `https://${console}/`;
  check(
    isWebPage(destination) && leadsTo(destination, console),
    "the destination must be a page of the partition's own console, over https and without a port",
  );
  check(issuer === undefined || isWebPage(issuer), "the issuer must be a URL that begins with https:// or http://");

  const url = `https://${signIn}/federation`;
  const Session = JSON.stringify({ sessionId: accessKeyId, sessionKey: secretAccessKey, sessionToken });
  const init = {
    method: "POST",
    redirect: "manual" as const,
    headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
    body: encoded({ Action: "getSigninToken", SessionDuration: durationSeconds, Session }),
  };
  const { status, body } = await sendRequest((url, init) => fetch(url, init), url, init, requestTimeout).catch(() => {
    throw failed("NoSigninToken", "AWS's sign-in endpoint could not be reached; browsers do not let pages read it");
  });
  const SigninToken = status === 200 ? tokenIn(body) : undefined;
  if (!SigninToken) throw failed("NoSigninToken", `AWS gave no sign-in token (HTTP ${status})`);
  return `${url}?${encoded({ Action: "login", Issuer: issuer, Destination: destination, SigninToken })}`;
}

function tokenIn(body: Uint8Array): string | undefined {
  try {
    const { SigninToken } = JSON.parse(new TextDecoder().decode(body));
    return typeof SigninToken === "string" ? SigninToken : undefined;
  } catch {
    return undefined;
  }
}

function hosts(region: string): { signIn: string; console: string } {
  const { id, console } = partitionOf(region);
  if (!console) throw failed("NoPublicConsole", `the console of partition ${id} has no public address`);
  return console;
}

/** Parameters of a URL or form; what is not there is left out. */
function encoded(parameters: Record<string, string | number | undefined>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return given.map(([name, value]) => `${name}=${encodeURIComponent(value!)}`).join("&");
}

function isAccount(account: string): boolean {
  if (/^\d*$/.test(account)) return account.length === 12;
  return /^[a-z\d](-?[a-z\d])+$/.test(account) && account.length >= 3 && account.length <= 63;
}

function isRole(role: string): boolean {
  return /^\/*([!-~]{0,510}\/)?[\w+=,.@-]{1,64}$/.test(role) && !role.startsWith("arn:");
}

/** Browsers read a backslash as a slash and drop white space, so neither may stand in a URL. */
function isWebPage(url: string): boolean {
  return /^https?:\/\/[!-.0-\[\]-~][!-\[\]-~]*$/.test(url);
}

/** Whether browsers that open `url` ask `host` or a host below it. */
function leadsTo(url: string, host: string): boolean {
  const asked = /^https:\/\/([a-z\d.-]+)(?:[/?#]|$)/.exec(url)?.[1] ?? "";
  return asked === host || (asked.endsWith(`.${host}`) && asked.length > host.length + 1);
}

function check(holds: boolean, message: string): void {
  if (!holds) throw failed("InvalidConsoleLink", message);
}

function failed(name: string, message: string): STSClientError {
  return new STSClientError({ name, message, $fault: "client", $metadata: {} });
}
