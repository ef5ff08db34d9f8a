// The roles of the chosen profile: the page fills in the first, and each of the others when the session of the one before it is used.

/** @typedef {import("./forms.js").Form} Form */

/** In the order in which they are assumed. @type {Record<string, any>[]} */
let roles = [];
/** The role that is filled in. @type {Record<string, any> | undefined} */
let filledIn;

/**
 * Fills in the first role of a profile, or removes the role of an earlier profile. Other input is kept.
 *
 * @param {Form} form
 * @param {Record<string, any>[]} profileRoles
 */
export function fillFirstRole(form, profileRoles) {
  const [first] = profileRoles;
  const entered = form.read();
  for (const name in filledIn) if (entered[name] === filledIn[name]) entered[name] = undefined;
  if (first ?? filledIn) form.fill({ ...entered, ...first });
  filledIn = first;
  roles = profileRoles;
}

/**
 * Fills in the role that is assumed after another one, if the profile has both.
 *
 * @param {Form} form
 * @param {string} [roleArn] of the other
 */
export function fillNextRole(form, roleArn) {
  const position = roles.findIndex(({ RoleArn }) => RoleArn === roleArn);
  const next = position >= 0 ? roles[position + 1] : undefined;
  if (!next) return;
  // Clears the input of the previous call.
  form.fill(next);
  filledIn = next;
}

/** Forgets the roles, but leaves the form as it is. */
export function forgetProfileRoles() {
  roles = [];
  filledIn = undefined;
}
