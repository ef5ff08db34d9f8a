// Exchanges the job's OpenID Connect token for credentials of ROLE_ARN, and sets them for the following steps.

import * as core from "@actions/core";
import { fromWebToken } from "sts-web";

const { AWS_REGION: region, AWS_ENDPOINT_URL: endpoint, ROLE_ARN, GITHUB_RUN_ID } = process.env;

const assumeRole = fromWebToken({
  roleArn: ROLE_ARN,
  roleSessionName: `github-run-${GITHUB_RUN_ID}`, // recorded by AWS CloudTrail
  webIdentityToken: () => core.getIDToken("sts.amazonaws.com"), // masks the token
  durationSeconds: 3600,
  clientConfig: { region, endpoint },
});

try {
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = await assumeRole();
  // From here on, the log shows *** instead of them.
  core.setSecret(secretAccessKey);
  core.setSecret(sessionToken);
  core.exportVariable("AWS_ACCESS_KEY_ID", accessKeyId);
  core.exportVariable("AWS_SECRET_ACCESS_KEY", secretAccessKey);
  core.exportVariable("AWS_SESSION_TOKEN", sessionToken);
  core.info(`Assumed ${ROLE_ARN} until ${expiration.toISOString()}`);
} catch (error) {
  core.setFailed([error.message, error.hint].filter(Boolean).join("\n"));
}
