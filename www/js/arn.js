// Who an ARN is. Nothing here touches the page.
//
// Source: IAM User Guide, "IAM identifiers".

/** The parts of an identity's ARN: its kind as in the ARN, the account, the name, and the session of a role. */
export function identityOf(arn) {
  const [, partition = "aws", , , account = "", resource = ""] = String(arn).split(":");
  const [kind, ...path] = resource.split("/");
  if (kind === "assumed-role")
    return { kind, partition, account, name: path[0] ?? "", session: path.slice(1).join("/") };
  return { kind, partition, account, name: path.at(-1) ?? kind };
}
