// Issuers that many customers share. Anyone can get a token from them, so a grant must require its own tenant.

import type { ClaimValue } from "./types.js";

/**
 * A subject of GitHub Actions with the owner or the repository. Each repository can choose the claims that its subjects
 * consist of, so the same subject without one of these can be that of anyone.
 *
 * Source: GitHub, "OpenID Connect reference", customizing the subject claims.
 */
const GITHUB_SUBJECT =
  /(^|:)((repo|repository|(job_)?workflow_ref):[^/:]+\/|(repository_(id|owner|owner_id)|enterprise(_id)?):[^:]+:)/;

/**
 * By issuer, the claims that identify the tenant. In a pattern, the text before the first wildcard must match the
 * expression, so that it contains the complete name of the tenant; a claim without an expression cannot be a pattern.
 */
const TENANT_CLAIMS: Record<string, Record<string, RegExp | undefined>> = {
  "https://token.actions.githubusercontent.com": {
    repository_owner: undefined,
    repository_owner_id: undefined,
    repository: /^[^/]+\//,
    repository_id: undefined,
    sub: GITHUB_SUBJECT,
    job_workflow_ref: /^[^/]+\//,
    workflow_ref: /^[^/]+\//,
    enterprise: undefined,
    enterprise_id: undefined,
  },
  "https://gitlab.com": {
    namespace_id: undefined,
    namespace_path: /^[^/]+\//,
    project_id: undefined,
    project_path: /^[^/]+\//,
    sub: /^project_path:[^/:]+\//,
  },
  "https://accounts.google.com": { hd: undefined, email: undefined, sub: undefined },
  "https://app.terraform.io": {
    terraform_organization_id: undefined,
    terraform_organization_name: undefined,
    terraform_workspace_id: undefined,
    sub: /^organization:[^:]+:/,
  },
  "https://agent.buildkite.com": {
    organization_slug: undefined,
    organization_id: undefined,
    pipeline_id: undefined,
    sub: /^organization:[^:]+:/,
  },
  "https://api.pulumi.com/oidc": { sub: /^pulumi:deploy:org:[^:]+:/, org: undefined },
  "https://oidc.vercel.com": { owner: undefined, owner_id: undefined, project_id: undefined, sub: /^owner:[^:]+:/ },
  "https://oidc.codefresh.io": { account_id: undefined, sub: /^account:[^:]+:/ },
  "https://api.bitbucket.org": { workspaceUuid: undefined, repositoryUuid: undefined },
  "https://scalr.io": { sub: /^account:[^:]+:/ },
  // All personal accounts of Microsoft.
  "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0": { sub: undefined, oid: undefined },
};

/** URLs that are not issuers by themselves: CircleCI and Microsoft have one issuer for each organization or tenant. */
const TENANT_IN_URL: [start: string, example: string][] = [
  ["https://oidc.circleci.com", "https://oidc.circleci.com/org/ORGANIZATION_ID"],
  ["https://login.microsoftonline.com/common", "https://login.microsoftonline.com/TENANT_ID/v2.0"],
  ["https://login.microsoftonline.com/organizations", "https://login.microsoftonline.com/TENANT_ID/v2.0"],
  ["https://login.microsoftonline.com/consumers", "https://login.microsoftonline.com/TENANT_ID/v2.0"],
];

/**
 * Returns what a grant for a shared issuer lacks, or `undefined` if its claims require a tenant or it is not shared.
 */
export function missingTenant(issuer: string, claims: Record<string, ClaimValue[]>): string | undefined {
  const url = issuer.replace(/\/$/, "");
  const wrongUrl = TENANT_IN_URL.find(([start]) => url === start || url.startsWith(`${start}/v2`));
  if (wrongUrl) return `is shared by all customers; use the issuer of your own organization, ${wrongUrl[1]}`;
  const tenantClaims = TENANT_CLAIMS[url];
  if (!tenantClaims) return undefined;
  const named = Object.entries(claims).some(
    ([claim, values]) =>
      Object.hasOwn(tenantClaims, claim) && values.every((value) => namesTenant(value, tenantClaims[claim])),
  );
  if (named) return undefined;
  const names = Object.keys(tenantClaims).join(", ");
  return `is shared by all its customers; require yours with one of these claims, with no wildcard in its name: ${names}`;
}

function namesTenant(value: ClaimValue, tenant: RegExp | undefined): boolean {
  const text = typeof value === "object" ? value.like : String(value);
  const wildcard = typeof value === "object" ? text.search(/[*?]/) : -1;
  if (wildcard >= 0) return tenant?.test(text.slice(0, wildcard)) === true;
  // Complete values contain the tenant, except for subjects whose claims the tenant chooses.
  return tenant !== GITHUB_SUBJECT || tenant.test(`${text}:`);
}
