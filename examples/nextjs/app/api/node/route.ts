import { serverIdentity } from "../../../lib/caller";

export const dynamic = "force-dynamic";

export async function GET() {
  return Response.json({ arn: await serverIdentity() });
}
