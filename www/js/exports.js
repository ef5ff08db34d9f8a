// The export formats, and the link that switches to a role in the console. Loaded when credentials are first shown.

import { switchRoleUrl } from "../sts-web/console.js";
import { partitionOf } from "../sts-web/partition.js";
import { identityOf } from "./arn.js";

export { exportCredentials } from "../sts-web/export.js";

/** @typedef {import("../sts-web/export.js").ExportFormat} ExportFormat */

/** The names of downloaded files. None is that of a file in ~/.aws. @type {Record<ExportFormat, string>} */
export const FILE_NAMES = {
  sh: "aws-credentials.sh",
  fish: "aws-credentials.fish",
  powershell: "aws-credentials.ps1",
  cmd: "aws-credentials.cmd",
  ini: "aws-credentials.ini",
  process: "credential-process.json",
  json: "aws-credentials.json",
  env: "aws-credentials.env",
  docker: "aws-credentials.list",
  github: "aws-credentials-github.sh",
  terraform: "aws-credentials.tfvars",
  javascript: "aws-credentials.js",
};

/**
 * Returns the URL that switches to a session's role in the console; undefined if it is not a role of AWS, or if the
 * console has no such page for the region.
 *
 * @param {import("./sessions.js").Session} session
 */
export function switchRoleLink({ arn = "", endpoint, region, origin }) {
  const { kind, account, name } = identityOf(arn);
  if (kind !== "assumed-role" || !isAws(endpoint, region)) return undefined;
  // Only the role's own ARN includes its path.
  const roleName = origin?.input.RoleArn?.replace(/.*?\//, "") ?? name;
  try {
    return switchRoleUrl({ account, roleName, displayName: name, region });
  } catch {
    return undefined;
  }
}

/**
 * @param {string | undefined} endpoint
 * @param {string} region
 */
function isAws(endpoint, region) {
  if (!endpoint) return true;
  const { hostname } = new URL(endpoint);
  const { dnsSuffix, dualStackDnsSuffix } = partitionOf(region);
  return [dnsSuffix, dualStackDnsSuffix].some((suffix) => hostname.endsWith(`.${suffix}`));
}
