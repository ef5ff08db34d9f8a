// S3's ListBuckets, for the page: S3 does not support CORS for it, so a browser cannot call it directly.
//
// Source: Amazon S3 API Reference, "ListBuckets".

import { XMLParser } from "fast-xml-parser";
import { partitionOf, Signer } from "sts-web";

import { readText } from "./body.js";
import { Problem } from "./problem.js";
import type { Configuration, RoleCredentials } from "./types.js";

/** One page of the list. */
export interface Buckets {
  buckets: { name: string; creationDate: string }[];
  /** Token for the request of the next page. Not set on the last page. */
  continuationToken?: string;
}

/** Maximum size of a response. A page of 10,000 buckets, the maximum, has 1.3 MB. */
const MAX_RESPONSE_BYTES = 4 * 1024 * 1024;
/** Timeout of a request, in milliseconds. */
const TIMEOUT = 8_000;

const parser = new XMLParser({
  // A bucket may be named 007 or 1e3.
  parseTagValue: false,
  isArray: (_, path) => path === "ListAllMyBucketsResult.Buckets.Bucket",
});

/** Returns a page of the buckets that a role can list. */
export async function listBuckets(
  { accessKeyId, secretAccessKey, sessionToken }: RoleCredentials,
  configuration: Configuration,
  { maxBuckets, continuationToken }: { maxBuckets: number; continuationToken: string | null },
): Promise<Buckets> {
  const url = endpoint(configuration);
  url.searchParams.set("max-buckets", String(maxBuckets));
  if (continuationToken) url.searchParams.set("continuation-token", continuationToken);
  const credentials = { accessKeyId, secretAccessKey, sessionToken };
  using signer = new Signer({ region: configuration.region, service: "s3", credentials });
  const response = await signer.fetch(url, { signal: AbortSignal.timeout(TIMEOUT) }).catch(() => {
    throw unreachable("S3 could not be reached");
  });
  const text = await readText(response.body, MAX_RESPONSE_BYTES).catch(() => undefined);
  if (text === undefined) throw unreachable("S3's response was interrupted or is too long");
  const output = parse(text);
  if (!response.ok) throw serviceProblem(response, output.Error);
  return page(output);
}

function endpoint({ region, s3Endpoint }: Configuration): URL {
  return new URL(s3Endpoint ?? `https://s3.${region}.${partitionOf(region).dnsSuffix}/`);
}

interface Output {
  ListAllMyBucketsResult?: {
    Buckets?: { Bucket?: { Name: string; CreationDate: string }[] };
    ContinuationToken?: string;
  };
  Error?: { Code?: string; Message?: string; RequestId?: string };
}

function parse(text: string): Output {
  try {
    return parser.parse(text, true);
  } catch {
    return {};
  }
}

function page({ ListAllMyBucketsResult }: Output): Buckets {
  const { Buckets, ContinuationToken } = ListAllMyBucketsResult ?? {};
  if (Buckets === undefined) throw unreachable("the response is not from S3");
  const buckets = (Buckets.Bucket ?? []).map(({ Name, CreationDate }) => ({ name: Name, creationDate: CreationDate }));
  return { buckets, ...(ContinuationToken && { continuationToken: ContinuationToken }) };
}

function serviceProblem({ status, headers }: Response, error: Output["Error"]): Problem {
  if (status >= 500 || !error?.Code) return unreachable(`S3 returned status ${status}`);
  const requestId = error.RequestId ?? headers.get("x-amz-request-id") ?? undefined;
  const hint = error.Code === "AccessDenied" ? "the role's policy must allow s3:ListAllMyBuckets" : undefined;
  return new Problem(502, String(error.Code), `S3: ${error.Message ?? "no message"}`, { requestId, hint });
}

function unreachable(message: string): Problem {
  return new Problem(503, "S3Unreachable", message, { headers: { "retry-after": "5" } });
}
