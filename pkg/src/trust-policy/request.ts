// Inputs that STS rejects, regardless of the trust policy.
//
// Source: AWS STS API Reference, "AssumeRole".

import { lowercase } from "./arn.js";
import type { ValidContext } from "./caller.js";
import { sessionTags, sourceIdentity } from "./keys.js";
import type { PolicyViolation } from "./types.js";

const NAME = "2 to 64 letters, digits or any of _+=,.@-";

/** Returns the inputs that STS rejects. Unknown inputs are not checked. */
export function requestViolations(context: ValidContext): PolicyViolation[] {
  const { sessionName, externalId } = context.request;
  const identity = sourceIdentity(context);
  const tags = Object.entries(sessionTags(context) ?? {});
  const keys = new Set(tags.map(([key]) => lowercase(key)));
  const violations: PolicyViolation[] = [];
  const check = (member: string, valid: boolean, rule: string) => {
    if (!valid) violations.push({ path: `context.request.${member}`, message: `STS rejects the ${member}: ${rule}.` });
  };
  check("sessionName", matches(sessionName, /^[\w+=,.@-]{2,64}$/), `it must have ${NAME}`);
  check("sourceIdentity", matches(identity, /^(?!aws:)[\w+=,.@-]{2,64}$/), `it must have ${NAME}`);
  const characters = "2 to 1224 letters, digits or any of _+=,.@:/-, and no spaces";
  check("externalId", matches(externalId, /^[\w+=,.@:/-]{2,1224}$/), `it must have ${characters}`);
  const lengths = tags.every(([key, value]) => key.length > 0 && key.length <= 128 && String(value).length <= 256);
  check("tags", lengths && tags.length <= 50, "at most 50, with keys of 1 to 128 and values of up to 256 characters");
  check("tags", keys.size === tags.length, "two keys differ only in case");
  return violations;
}

function matches(value: unknown, form: RegExp): boolean {
  return value === undefined || value === null || (typeof value === "string" && form.test(value));
}
