// Responses of AWS STS for pages that no request of leaves: errors, identities and role credentials.

/** An error, as STS returns it. */
export function errorResponse(code, message, status = 403) {
  const body = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
    <Code>${code}</Code><Message>${escaped(message)}</Message></Error><RequestId>an-id</RequestId></ErrorResponse>`;
  return { status, body };
}

/** The output of GetCallerIdentity. */
export function identity(arn) {
  return {
    body: `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
      <Arn>${escaped(arn)}</Arn><UserId>AIDAEXAMPLE</UserId><Account>123456789012</Account></GetCallerIdentityResult>
      <ResponseMetadata><RequestId>an-id</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
  };
}

export function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
