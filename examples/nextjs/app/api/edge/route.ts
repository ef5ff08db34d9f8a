import { serverIdentity } from "../../../lib/caller";

export const runtime = "edge";

export async function GET() {
  return Response.json({ arn: await serverIdentity() });
}
