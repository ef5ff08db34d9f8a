// Runs in the Worker and uses the Worker's credentials.

import { STS } from "sts-web";

export default defineEventHandler(async (event) => {
  const { region, endpoint, accessKeyId, secretAccessKey, sessionToken } = useRuntimeConfig(event).aws;
  const sts = new STS({
    region,
    endpoint: endpoint || undefined,
    credentials: { accessKeyId, secretAccessKey, sessionToken: sessionToken || undefined },
  });
  const { Account, Arn } = await sts.getCallerIdentity();
  return { account: Account, arn: Arn };
});
