// The CloudFormation template for a configuration: the OIDC provider in IAM, and each role with its trust policy.

import { parseConfiguration } from "./configuration.js";
import type { ConfigurationInput } from "./configuration-input.js";
import { AUDIENCE, subjectOf } from "./issuer-claims.js";
import { hashOf } from "./session-name.js";
import type { Configuration, Grant, Role } from "./types.js";

/** Options of {@link awsTemplate}. */
export interface AwsTemplateOptions {
  /** Account whose roles are in the template. Required if the configuration has roles in several accounts. */
  account?: string | undefined;
  /**
   * Whether the trust policies require that the token lists the role (`sts:RoleAuthorizedByIdp`). The Worker's tokens
   * always do. Default: `false`.
   */
  requireRoleInToken?: boolean | undefined;
}

/** An IAM role with all grants that have it. */
interface GrantedRole {
  arn: string;
  grants: { grant: Grant; role: Role }[];
}

/**
 * Returns a CloudFormation template for a configuration with `credentials: "issuer"`. Each role trusts only the callers
 * of its grants. The template contains no permissions: attach policies to the roles.
 */
export async function awsTemplate(input: ConfigurationInput, options: AwsTemplateOptions = {}): Promise<object> {
  const configuration = parseConfiguration(input);
  if (configuration.credentials === "keys") {
    throw new TypeError('the configuration has credentials: "keys", which needs no OIDC provider in AWS');
  }
  const roles = rolesOf(configuration, options.account);
  const provider = {
    Type: "AWS::IAM::OIDCProvider",
    Properties: { Url: configuration.issuer, ClientIdList: [AUDIENCE] },
  };
  const resources = await Promise.all(
    roles.map(
      async (role) => [await resourceName(role.arn), await roleResource(role, configuration, options)] as const,
    ),
  );
  return {
    AWSTemplateFormatVersion: "2010-09-09",
    Description: `Lets the sts-web Worker at ${configuration.issuer} assume its roles. Attach policies to the roles.`,
    Resources: { Provider: provider, ...Object.fromEntries(resources) },
  };
}

function rolesOf({ grants }: Configuration, account: string | undefined): GrantedRole[] {
  const roles = new Map<string, GrantedRole>();
  for (const grant of grants) {
    for (const role of Object.values(grant.roles)) {
      const known = roles.get(role.arn) ?? { arn: role.arn, grants: [] };
      known.grants.push({ grant, role });
      roles.set(role.arn, known);
    }
  }
  const accounts = [...new Set([...roles.keys()].map(accountOf))];
  if (account === undefined && accounts.length > 1) {
    throw new TypeError(`the roles are in several accounts; choose one of ${accounts.join(", ")} for each template`);
  }
  if (account !== undefined && !accounts.includes(account)) {
    throw new TypeError(`the configuration has no role in this account; its accounts are ${accounts.join(", ")}`);
  }
  return [...roles.values()].filter(({ arn }) => account === undefined || accountOf(arn) === account);
}

function accountOf(arn: string): string {
  return arn.split(":")[4]!;
}

async function roleResource(
  { arn, grants }: GrantedRole,
  { issuer }: Configuration,
  options: AwsTemplateOptions,
): Promise<object> {
  const [, path, name] = /:role(\/(?:.*\/)?)(.*)$/.exec(arn)!;
  const maximum = Math.max(3600, ...grants.map(({ role }) => role.maxDurationSeconds));
  const statements = grants.map((granted) => trustStatement(granted, new URL(issuer!).host, options));
  return {
    Type: "AWS::IAM::Role",
    Properties: {
      RoleName: name,
      Path: path,
      MaxSessionDuration: maximum,
      AssumeRolePolicyDocument: { Version: "2012-10-17", Statement: unique(await Promise.all(statements)) },
    },
  };
}

/** Removes duplicates: two short names of a role in one grant can have the same statement. */
function unique(statements: object[]): object[] {
  return [...new Map(statements.map((statement) => [JSON.stringify(statement), statement])).values()];
}

async function trustStatement(
  { grant, role }: GrantedRole["grants"][number],
  host: string,
  { requireRoleInToken = false }: AwsTemplateOptions,
): Promise<object> {
  const sub = `${host}:sub`;
  // A machine has one subject. For a grant for tokens, only the start of the subject is known.
  const exact = grant.subject === undefined ? {} : { [sub]: await subjectOf(grant.name, grant.subject) };
  return {
    Effect: "Allow",
    Principal: { Federated: { Ref: "Provider" } },
    Action: [
      "sts:AssumeRoleWithWebIdentity",
      ...(Object.keys(role.tags).length > 0 ? ["sts:TagSession"] : []),
      ...(role.sourceIdentity ? ["sts:SetSourceIdentity"] : []),
    ],
    Condition: {
      StringEquals: { [`${host}:aud`]: AUDIENCE, ...exact },
      ...(grant.subject === undefined && { StringLike: { [sub]: `grant:${grant.name}:*` } }),
      ...(requireRoleInToken && { Bool: { "sts:RoleAuthorizedByIdp": "true" } }),
    },
  };
}

/** A logical ID has at most 255 characters, and a role's path may have 512. */
const MAX_WORDS_LENGTH = 200;

/** The names that {@link resourceName} can read from its words: in lower case, with a hyphen before each further word. */
const PLAIN_NAME = /^[a-z0-9]+(-[a-z][a-z0-9]*)*$/;

/**
 * Returns a logical ID, which has only letters and digits. It depends on nothing but the role, since CloudFormation
 * replaces a resource whose ID changes. If other names have the same words, such as `deploy-prod` and `deploy_prod`, the
 * ID ends with a hash of the path and name.
 */
async function resourceName(arn: string): Promise<string> {
  const name = arn.replace(/^.*:role\//, "");
  const words = name.split(/[^A-Za-z0-9]+/).map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  const end = PLAIN_NAME.test(name) ? "" : (await hashOf(name)).replace(/[^A-Za-z0-9]/g, "").slice(0, 12);
  return `Role${words.join("").slice(0, MAX_WORDS_LENGTH)}${end}`;
}
