// Reads the parts of an ARN. This module does not access the page.
//
// Source: IAM User Guide, "IAM identifiers".

/**
 * Returns the parts of an identity's ARN. `kind` is the resource type, such as `user` or `assumed-role`.
 *
 * @param {string} arn
 * @returns {{ kind: string, partition: string, account: string, name: string, session?: string }}
 */
export function identityOf(arn) {
  const [, partition = "aws", , , account = "", resource = ""] = arn.split(":");
  const [kind, ...path] = resource.split("/");
  if (kind === "assumed-role")
    return { kind, partition, account, name: path[0] ?? "", session: path.slice(1).join("/") };
  return { kind, partition, account, name: path.at(-1) ?? kind };
}
