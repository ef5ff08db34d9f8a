// Interprets the output of a call: the title and the summary of the result, and a session if it has credentials.

import { identityOf } from "./arn.js";
import { plainDescription } from "./fields.js";
import { modelOf } from "./forms.js";
import { placeOutcome, showResult } from "./result-card.js";
import {
  addSession,
  credentialsOf,
  findWithEarlierCode,
  nameOf,
  newSession,
  replaceCredentials,
  setArn,
} from "./sessions.js";
import { labelOf, t } from "./strings.js";

/** @typedef {import("./call.js").CallRecord} CallRecord */
/** @typedef {import("./call.js").Settings} Settings */
/** @typedef {import("./sessions.js").Session} Session */

/**
 * Shows the output of a call.
 *
 * @param {Pick<CallRecord, "operation" | "input" | "request">} call
 * @param {any} output
 * @param {Session | undefined} caller
 * @param {Settings} settings
 */
export async function showOutput({ operation, input, request }, output, caller, { region, endpoint }) {
  if (operation === "GetCallerIdentity") {
    if (caller) setArn(caller, output.Arn);
    return showResult(t("caller-identity"), describeIdentity(output), output);
  }
  if (!output.Credentials) {
    return showResult(labelOf(operation), plainDescription(modelOf(operation)), output);
  }
  const { AssumedRoleUser, FederatedUser, SessionInfo, AssumedPrincipal } = output;
  const arn =
    (AssumedRoleUser ?? FederatedUser ?? SessionInfo)?.Arn ?? AssumedPrincipal ?? input.TargetPrincipal ?? caller?.arn;
  const origin = { operation, input, request };
  let session = findWithEarlierCode(origin, caller);
  if (session) {
    replaceCredentials(session, output);
    session.origin = origin;
  } else {
    const credentials = credentialsOf(output.Credentials);
    const { Expiration: expiration } = output.Credentials;
    session = newSession({ credentials, expiration, arn, region, endpoint, parent: caller, origin });
    addSession(session);
  }
  const title = operation.startsWith("AssumeRole") ? "role-credentials" : "temporary-credentials";
  await showResult(t(title), arn ?? "", output, session);
}

/**
 * Shows a session's credentials and their exports, under the list of sessions.
 *
 * @param {Session} session
 */
export async function showSession(session) {
  const { accessKeyId, secretAccessKey, sessionToken } = session.credentials;
  const Credentials = {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Expiration: session.expiration,
  };
  placeOutcome("sessions");
  await showResult(t("credentials-of", { name: nameOf(session) }), session.arn ?? "", { Credentials }, session);
}

/** Describes a caller identity in a sentence. @param {{ Arn: string, Account: string, UserId: string }} identity */
function describeIdentity({ Arn, Account, UserId }) {
  const { kind, name, session } = identityOf(Arn);
  const known = ["user", "assumed-role", "federated-user", "root"].includes(kind) ? kind : "other";
  return t(`identity-${known}`, { arn: Arn, account: Account, id: UserId, name, session });
}
