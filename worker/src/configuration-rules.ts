// Rules of the configuration that involve several fields. Each mistake has the path of its field.

import { missingTenant } from "./shared-issuers.js";
import type { Configuration, Grant, Role } from "./types.js";

/** A mistake in the configuration. */
export interface Mistake {
  /** The field, e.g. `grants[0].roles.deploy`. */
  path: string;
  /** Describes the mistake, following the path. Never contains the field's value. */
  message: string;
}

/** Returns all mistakes in a configuration whose individual fields are valid. */
export function mistakesIn(configuration: Configuration): Mistake[] {
  const { grants } = configuration;
  return [
    ...mistakesInWorker(configuration),
    ...grants.flatMap((grant, index) => [
      ...mistakesInGrant(grant).map(under(`grants[${index}]`)),
      ...mistakesAmongGrants(grant, index, configuration).map(under(`grants[${index}]`)),
      ...Object.entries(grant.roles).flatMap(([name, role]) =>
        mistakesInRole(role, grant, configuration).map(under(`grants[${index}].roles.${name}`)),
      ),
    ]),
  ];
}

function under(parent: string) {
  return ({ path, message }: Mistake): Mistake => ({ path: path === "" ? parent : `${parent}.${path}`, message });
}

/** The form of region names in AWS's partitions, so that a new region needs no release of this package. */
const AWS_REGION = /^(us|eu|ap|sa|ca|me|af|il|mx|cn|us-gov|us-isob?|us-isof|eu-isoe|eusc-de)-[a-z]+-\d+$/;

function mistakesInWorker({ issuer, credentials, region, endpoint, signIn, grants }: Configuration): Mistake[] {
  const mistakes = [];
  if (credentials === "issuer" && issuer === undefined) {
    mistakes.push({
      path: "issuer",
      message: 'is required: the public URL of this Worker; or set credentials to "keys"',
    });
  }
  if (endpoint === undefined && !AWS_REGION.test(region)) {
    mistakes.push({ path: "region", message: "must be a region of AWS, such as eu-central-1" });
  }
  const canSignIn = ({ issuer, audience }: Grant) => issuer === signIn?.issuer && audience.includes(signIn!.clientId);
  if (signIn && !grants.some(canSignIn)) {
    const message = "matches no grant; add one with its issuer, and with its clientId as the audience";
    mistakes.push({ path: "signIn", message });
  }
  return mistakes;
}

function mistakesInGrant(grant: Grant): Mistake[] {
  const { issuer, audience, jwksUri, jwks, algorithms, claims, subjectClaim, sharedSecret, subject } = grant;
  if ((issuer === undefined) === (sharedSecret === undefined)) {
    return [{ path: "issuer", message: "or sharedSecret is required, but not both" }];
  }
  const mistakes = [];
  if (issuer !== undefined) {
    if (audience.length === 0) mistakes.push({ path: "audience", message: "is required" });
    if (subject !== undefined) mistakes.push({ path: "subject", message: "is only for a grant with sharedSecret" });
    if (jwksUri !== undefined && jwks) mistakes.push({ path: "jwks", message: "and jwksUri cannot both be set" });
    const tenant = missingTenant(issuer, claims);
    if (tenant) mistakes.push({ path: "issuer", message: tenant });
    return mistakes;
  }
  if (subject === undefined) mistakes.push({ path: "subject", message: "is required with sharedSecret" });
  // In a grant for a machine these fields would have no effect.
  const [[claim], [algorithm]] = [Object.keys(claims), algorithms];
  const unused = { audience: audience[0], jwksUri, jwks, algorithms: algorithm, claims: claim, subjectClaim };
  for (const [path, value] of Object.entries(unused)) {
    if (value !== undefined) mistakes.push({ path, message: "is only for a grant with issuer" });
  }
  return mistakes;
}

function mistakesAmongGrants(grant: Grant, index: number, configuration: Configuration): Mistake[] {
  const { grants, credentials } = configuration;
  const mistakes = [];
  if (grant.issuer !== undefined && grant.issuer === configuration.issuer) {
    mistakes.push({ path: "issuer", message: "must not be this Worker, whose tokens are only for AWS" });
  }
  if (grants.findIndex(({ name }) => name === grant.name) < index) {
    mistakes.push({ path: "name", message: "must be unique" });
  }
  if (credentials === "issuer" && grant.name === String(index)) {
    mistakes.push({
      path: "name",
      message: "is required, and must not be the grant's index: trust policies contain it",
    });
  }
  // Until a token is verified, only its issuer can select the keys and algorithms: its other claims are not trusted
  // yet.
  const first = grants.find(({ issuer }) => issuer === grant.issuer)!;
  for (const path of ["jwksUri", "jwks", "algorithms"] as const) {
    if (grant.issuer === undefined || JSON.stringify(grant[path]) === JSON.stringify(first[path])) continue;
    mistakes.push({ path, message: `must be the same in all grants of ${grant.issuer}` });
  }
  return mistakes;
}

function mistakesInRole(role: Role, { sharedSecret }: Grant, { credentials }: Configuration): Mistake[] {
  const mistakes = [];
  if (sharedSecret !== undefined && Object.keys(role.tags).length > 0) {
    mistakes.push({ path: "tags", message: "is only for a grant with issuer: a machine has no claims" });
  }
  if (role.transitiveTags.some((key) => !Object.hasOwn(role.tags, key))) {
    mistakes.push({ path: "transitiveTags", message: "must be keys of tags" });
  }
  if ((role.minRemainingSeconds ?? 0) >= role.maxDurationSeconds) {
    mistakes.push({ path: "minRemainingSeconds", message: "must be less than maxDurationSeconds" });
  }
  if (role.externalId !== undefined && credentials === "issuer") {
    const message = 'is not supported by AssumeRoleWithWebIdentity; set credentials to "keys", or remove it';
    mistakes.push({ path: "externalId", message });
  }
  return mistakes;
}
