import { STS } from "sts-web";

/** Returns the ARN of the server's own identity. The same code runs on Node and on the edge. */
export async function serverIdentity(): Promise<string | undefined> {
  const sts = new STS({
    region: process.env.AWS_REGION ?? "us-east-1",
    endpoint: process.env.AWS_ENDPOINT_URL,
    credentials: {
      accessKeyId: process.env.AWS_ACCESS_KEY_ID ?? "",
      secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY ?? "",
      sessionToken: process.env.AWS_SESSION_TOKEN,
    },
  });
  const { Arn } = await sts.getCallerIdentity();
  return Arn;
}
