// AWS's access-denied messages: which policy they name.

import assert from "node:assert/strict";
import { test } from "node:test";

import { explainRefusal } from "../../pkg/dist/trust-policy/index.js";
import { TARGET } from "./trust-policy-examples.mjs";

const USER = "arn:aws:iam::123456789012:user/alice";
const start = `User: ${USER} is not authorized to perform: sts:AssumeRole on resource: ${TARGET}`;

for (const [tail, denial, kind] of [
  ["because no identity-based policy allows the sts:AssumeRole action", "implicit", "identity-based policy"],
  ["because no resource-based policy allows the sts:AssumeRole action", "implicit", "resource-based policy"],
  ["because no role trust policy allows the sts:AssumeRole action", "implicit", "role trust policy"],
  ["because no permissions boundary allows the sts:AssumeRole action", "implicit", "permissions boundary"],
  ["because no session policy allows the sts:AssumeRole action", "implicit", "session policy"],
  ["because no VPC endpoint policy allows the sts:AssumeRole action", "implicit", "VPC endpoint policy"],
  ["Because no Service Control Policy allows the sts:AssumeRole action.", "implicit", "service control policy"],
  ["with an explicit deny in an identity-based policy", "explicit", "identity-based policy"],
  ["with an explicit deny in the role trust policy", "explicit", "role trust policy"],
  [
    "with an explicit deny in a service control policy: arn:aws:organizations::1:policy/p",
    "explicit",
    "service control policy",
  ],
  ["with an explicit deny in a resource control policy", "explicit", "resource control policy"],
  ["with an explicit deny in a sessions policy", "explicit", "session policy"],
  ["WITH AN EXPLICIT DENY IN A VPC ENDPOINT POLICY (Service: Sts)", "explicit", "VPC endpoint policy"],
  ["with an explicit deny", "explicit", undefined],
  ["because no spell allows the sts:AssumeRole action", "implicit", undefined],
  ["", undefined, undefined],
]) {
  test(`an access-denied message: …${tail}`, () => {
    const refusal = explainRefusal(`An error occurred (AccessDenied) when calling AssumeRole: ${start} ${tail}`);
    const { action, caller, resource, denial: found, policy: named, reason } = refusal;
    assert.deepEqual([action, caller, resource], ["sts:AssumeRole", USER, TARGET]);
    assert.deepEqual([found, named], [denial, kind]);
    assert.match(reason, /^[A-Z].*\.$/);
  });
}

test("the policy's ARN in an access-denied message is where to look, and a quoted resource has no quotes", () => {
  const policy = "arn:aws:organizations::210987654321:policy/o-zmj0qsgu0z/service_control_policy/p-6v4y751d";
  const denied = `User: ${USER} is not authorized to perform: sts:AssumeRole on resource: "${TARGET}" with an explicit deny in`;
  for (const [tail, kind] of [
    [`a service control policy: ${policy}`, "service control policy"],
    [
      `a service control policy: ${policy}. Encoded authorization failure message: OIau77IwNA-R`,
      "service control policy",
    ],
    [`an identity-based policy ${policy}.`, "identity-based policy"],
  ]) {
    const refusal = explainRefusal(`${denied} ${tail}`);
    assert.deepEqual([refusal.resource, refusal.policy, refusal.policyArn], [TARGET, kind, policy], tail);
    assert.ok(refusal.reason.endsWith(`Change the Deny that matches in ${policy}.`), refusal.reason);
  }
  assert.equal(explainRefusal(`${denied} a session policy`).policyArn, undefined);
});

test("the action in an access-denied message is the missing permission, even if the message has no other details", () => {
  const tags = explainRefusal(`User: ${USER} is not authorized to perform: sts:TagSession on resource: ${TARGET}`);
  assert.match(tags.reason, /sends session tags, so sts:TagSession must be allowed too/);
  const context = explainRefusal(`User: ${USER} is not authorized to perform: sts:SetContext on resource: ${TARGET}`);
  assert.match(context.reason, /sends a context, so sts:SetContext must be allowed too/);
  const identity = explainRefusal(`User: ${USER} is not authorized to perform: sts:SetSourceIdentity`);
  assert.match(identity.reason, /source identity/);
  assert.equal(identity.resource, undefined);
});

test("short access-denied messages have only an action, and other messages are not explained", () => {
  const short = explainRefusal("Not authorized to perform sts:AssumeRoleWithWebIdentity");
  assert.equal(short.action, "sts:AssumeRoleWithWebIdentity");
  assert.equal(short.denial, undefined);
  assert.match(short.reason, /The message is the same if the role does not exist/);
  assert.equal(explainRefusal("Roles may not be assumed by root accounts."), undefined);
  assert.equal(explainRefusal(""), undefined);
});
