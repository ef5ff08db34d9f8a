// Warnings about valid but risky settings in a configuration.

import { parseConfiguration } from "./configuration.js";
import type { ConfigurationInput } from "./configuration-input.js";
import type { Mistake } from "./configuration-rules.js";
import type { Configuration, Grant } from "./types.js";

/**
 * The issuers of GitHub Actions: of github.com and, with its own issuer, an enterprise; of GHE.com; of GitHub Enterprise
 * Server.
 */
const GITHUB = /^https:\/\/(token\.actions\.(githubusercontent|[\w-]+\.ghe)\.com(\/[\w-]+)?|[^/]+\/_services\/token)$/;
/** Claims that limit a grant for GitHub Actions to some of a repository's workflow runs. */
const GITHUB_RUN_CLAIMS = [
  "ref",
  "ref_protected",
  "environment",
  "sub",
  "job_workflow_ref",
  "workflow_ref",
  "event_name",
];
/** The repository whose workflow runs, in claims or in the subject. Any other can call a public workflow in it. */
const GITHUB_REPOSITORY = /^(repo(sitory(_owner)?(_id)?)?|enterprise(_id)?|workflow_ref)$/;
/** Claims by which GitLab's tokens are recognized on any host. */
const GITLAB_CLAIMS = ["project_path", "namespace_path"];
/** Claims that limit a grant for GitLab CI to some of a project's jobs. */
const GITLAB_RUN_CLAIMS = [
  "ref",
  "ref_path",
  "ref_protected",
  "environment",
  "environment_protected",
  "deployment_tier",
  "ci_config_ref_uri",
  "sub",
];
/**
 * Cloudflare Access, also as the identity provider of an application. Its tokens have no `email_verified`: its own identity
 * providers verify the addresses.
 */
const ACCESS = /^https:\/\/[^/]+\.cloudflareaccess\.com(\/|$)/;
/** Audiences of tokens for other services: a service that receives such a token could use it at the Worker. */
const AUDIENCES_OF_OTHER_SERVICES = [
  /^sts\.amazonaws\.com$/,
  /^api:\/\/AzureADTokenExchange$/,
  /^(https:)?\/\/iam\.googleapis\.com\//,
  /^https:\/\/github\.com\//,
  /^https:\/\/gitlab\.com$/,
  // The API server of a Kubernetes cluster.
  /^https:\/\/kubernetes\.default\.svc/,
  /^sigstore$/,
  // Package registries with trusted publishing.
  /^(test)?pypi$/,
  /^npm:registry\.npmjs\.org$/,
  /^rubygems\.org$/,
  /^crates\.io$/,
  // Keycloak's account console, in each access token by default.
  /^account$/,
  // Microsoft Graph.
  /^00000003-0000-0000-c000-000000000000$/,
  /^https:\/\/graph\.microsoft\.com/,
];

/**
 * Returns warnings about a valid configuration, each with the path of its field. Throws a {@link ConfigurationError}
 * with all mistakes of an invalid one.
 */
export function checkConfiguration(input: ConfigurationInput): Mistake[] {
  const configuration = parseConfiguration(input);
  return [
    ...warningsAboutWorker(configuration),
    ...configuration.grants.flatMap((grant, index) =>
      [...warningsAboutGrant(grant), ...warningsAboutClaims(grant)].map(({ path, message }) => ({
        path: `grants[${index}].${path}`,
        message,
      })),
    ),
    ...warningsAboutDurations(configuration),
  ];
}

function warningsAboutWorker({ credentials, issuer, origins }: Configuration): Mistake[] {
  const warnings = [];
  if (credentials === "keys") {
    const message = 'is "keys": the Worker has a long-lived AWS access key, which "issuer" does not need';
    warnings.push({ path: "credentials", message });
  }
  if (issuer?.startsWith("http:")) warnings.push({ path: "issuer", message: "cannot be reached by AWS: use https" });
  for (const [index, origin] of origins.entries()) {
    if (origin.startsWith("https:")) continue;
    warnings.push({
      path: `origins[${index}]`,
      message: "does not use https: others on the network can change that page",
    });
  }
  return warnings;
}

function warningsAboutGrant(grant: Grant): Mistake[] {
  const { issuer, audience, claims, sharedSecret } = grant;
  if (sharedSecret !== undefined) {
    return [
      {
        path: "sharedSecret",
        message: "is a long-lived secret; prefer an issuer's tokens, if the machine can get one",
      },
    ];
  }
  const warnings = [];
  const names = Object.keys(claims);
  if (names.length === 0) {
    const message = "is missing: anyone for whom the issuer signs a token for this audience may assume the roles";
    warnings.push({ path: "claims", message });
  }
  if (GITHUB.test(issuer!)) warnings.push(...warningsAboutGitHub(claims));
  else if (GITLAB_CLAIMS.some((name) => names.includes(name))) warnings.push(...warningsAboutGitLab(claims));
  const email = fieldWithEmail(grant);
  if (email !== undefined && !names.includes("email_verified") && !ACCESS.test(issuer!)) {
    const message =
      "may be unverified; add email_verified: true to claims, or use another claim if the issuer's tokens lack it";
    warnings.push({ path: email, message });
  }
  if (audience.some((one) => AUDIENCES_OF_OTHER_SERVICES.some((other) => other.test(one)))) {
    const message = "is that of another service, which could use the tokens that it receives at this Worker";
    warnings.push({ path: "audience", message });
  }
  if (audience.some((one) => /[*?]/.test(one))) {
    warnings.push({ path: "audience", message: "is compared literally, including * and ?" });
  }
  return warnings;
}

function warningsAboutGitHub(claims: Grant["claims"]): Mistake[] {
  const warnings = [];
  const names = Object.keys(claims);
  if (names.length > 0 && !limitsRuns(claims, GITHUB_RUN_CLAIMS)) {
    const message = "accepts every branch and pull request; add ref, environment, job_workflow_ref or sub";
    warnings.push({ path: "claims", message });
  }
  if (claims["repository"]?.some((value) => typeof value === "string" && !value.includes("/"))) {
    const message = "matches no repository without its owner, such as octo-org/octo-repo";
    warnings.push({ path: "claims.repository", message });
  }
  const subjects = textsOf(claims, "sub").flatMap((text) => text.split(":"));
  if (names.length > 0 && ![...names, ...subjects].some((name) => GITHUB_REPOSITORY.test(name))) {
    const message = "accepts each repository that has or calls such a workflow; add repository or repository_owner";
    warnings.push({ path: "claims", message });
  }
  if (textsOf(claims, "ref").some((text) => !/^(refs\/|[*?])/.test(text))) {
    warnings.push({ path: "claims.ref", message: "matches no branch or tag: write refs/heads/main or refs/tags/v1" });
  }
  return warnings;
}

function warningsAboutGitLab(claims: Grant["claims"]): Mistake[] {
  const warnings = [];
  if (!limitsRuns(claims, GITLAB_RUN_CLAIMS)) {
    const message = "accepts every branch; add ref_protected, ref, environment or sub";
    warnings.push({ path: "claims", message });
  }
  if (textsOf(claims, "ref").some((text) => text.startsWith("refs/"))) {
    warnings.push({
      path: "claims.ref",
      message: "matches no branch or tag: GitLab's have no refs/heads/ before the name",
    });
  }
  return warnings;
}

/** Whether the grant has one of these claims, or accepts only tags. */
function limitsRuns(claims: Grant["claims"], names: string[]): boolean {
  return names.some((name) => name in claims) || textsOf(claims, "ref_type").join() === "tag";
}

/** Returns the accepted values and patterns of a claim. */
function textsOf(claims: Grant["claims"], name: string): string[] {
  return (claims[name] ?? []).map((value) => (typeof value === "object" ? value.like : String(value)));
}

/** Returns the first field in which a grant relies on the email address of the caller. */
function fieldWithEmail({ claims, subjectClaim, roles }: Grant): string | undefined {
  if ("email" in claims) return "claims.email";
  if (subjectClaim === "email") return "subjectClaim";
  const isTag = Object.values(roles).some(({ tags }) => Object.values(tags).includes("email"));
  return isTag ? "tags" : undefined;
}

/** Parts of regular expressions that are unlikely in a claim. */
const REGULAR_EXPRESSION = /^\^|\.[*+]|\\[dw.]|\$$/;

function warningsAboutClaims({ claims }: Grant): Mistake[] {
  return Object.entries(claims).flatMap(([claim, values]) =>
    values.flatMap((value) => {
      const path = `claims.${claim}`;
      if (typeof value === "string" && /[*?]/.test(value)) {
        return [{ path, message: "is compared literally, including * and ?; for a pattern, write { like: … }" }];
      }
      if (typeof value === "object" && /^\*+$/.test(value.like)) {
        return [{ path, message: "accepts any value" }];
      }
      if (typeof value === "object" && REGULAR_EXPRESSION.test(value.like)) {
        return [{ path, message: "looks like a regular expression; in a pattern, only * and ? are wildcards" }];
      }
      if (typeof value === "object" && !/[*?]/.test(value.like)) {
        return [{ path, message: "is a pattern without * and ?; use a string" }];
      }
      return [];
    }),
  );
}

/** If several grants have the same role, the caller determines which one applies. */
function warningsAboutDurations({ grants }: Configuration): Mistake[] {
  const durations = new Map<string, number>();
  const warnings: Mistake[] = [];
  for (const [index, { roles }] of grants.entries()) {
    for (const [name, { maxDurationSeconds }] of Object.entries(roles)) {
      const path = `grants[${index}].roles.${name}`;
      if ((durations.get(name) ?? maxDurationSeconds) !== maxDurationSeconds) {
        warnings.push({
          path,
          message: "has another maxDurationSeconds in an earlier grant; a caller that matches both gets the larger one",
        });
      }
      durations.set(name, maxDurationSeconds);
    }
  }
  return warnings;
}
