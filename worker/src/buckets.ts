// S3's ListBuckets, which no browser may ask: S3 answers it without CORS.
//
// Source: Amazon S3 API Reference, "ListBuckets".

import { XMLParser } from "fast-xml-parser";
import { Signer } from "sts-web";

import { textWithin } from "./body.js";
import type { RoleKeys } from "./caller-object.js";
import type { Configuration } from "./configuration.js";
import { Problem } from "./problem.js";

/** A page of the list. */
export interface Buckets {
  buckets: { name: string; creationDate: string }[];
  /** Given back for the next page; not there on the last one. */
  continuationToken?: string;
}

/** A page of 10000 buckets has 1.3 MB. */
const LONGEST_ANSWER = 4 * 1024 * 1024;
const TIMEOUT = 8_000;

const parser = new XMLParser({
  // A bucket may be called 007 or 1e3.
  parseTagValue: false,
  isArray: (_, path) => path === "ListAllMyBucketsResult.Buckets.Bucket",
});

/** The buckets that these keys see. */
export async function listBuckets(
  keys: RoleKeys,
  { region, s3Endpoint }: Configuration,
  { maxBuckets, continuationToken }: { maxBuckets: number; continuationToken: string | null },
): Promise<Buckets> {
  const url = new URL(
    s3Endpoint ?? `https://s3.${region}.${region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com"}/`,
  );
  url.searchParams.set("max-buckets", String(maxBuckets));
  if (continuationToken) url.searchParams.set("continuation-token", continuationToken);
  const { accessKeyId, secretAccessKey, sessionToken } = keys;
  using signer = new Signer({ region, service: "s3", credentials: { accessKeyId, secretAccessKey, sessionToken } });
  const response = await signer.fetch(url, { signal: AbortSignal.timeout(TIMEOUT) }).catch(() => {
    throw unreachable("S3 could not be reached");
  });
  const text = await textWithin(response.body, LONGEST_ANSWER).catch(() => undefined);
  if (text === undefined) throw unreachable("S3's answer broke off, or is longer than any page of buckets");
  const answer = parsed(text);
  if (!response.ok) throw refused(response, answer.Error);
  const { Buckets, ContinuationToken } = answer.ListAllMyBucketsResult ?? {};
  if (Buckets === undefined) throw unreachable("what answered is not S3");
  const buckets = (Buckets.Bucket ?? []).map(({ Name, CreationDate }) => ({ name: Name, creationDate: CreationDate }));
  return { buckets, ...(ContinuationToken && { continuationToken: ContinuationToken }) };
}

interface Answer {
  ListAllMyBucketsResult?: {
    Buckets?: { Bucket?: { Name: string; CreationDate: string }[] };
    ContinuationToken?: string;
  };
  Error?: { Code?: string; Message?: string; RequestId?: string };
}

function parsed(text: string): Answer {
  try {
    return parser.parse(text, true);
  } catch {
    return {};
  }
}

function refused({ status, headers }: Response, error: Answer["Error"]): Problem {
  if (status >= 500 || !error?.Code) return unreachable(`S3 answered with the status ${status}`);
  const requestId = error.RequestId ?? headers.get("x-amz-request-id") ?? undefined;
  const hint = error.Code === "AccessDenied" ? "the role's policy must allow s3:ListAllMyBuckets" : undefined;
  return new Problem(502, String(error.Code), `S3: ${error.Message ?? "no words"}`, { requestId, hint });
}

function unreachable(message: string): Problem {
  return new Problem(503, "S3Unreachable", message, { headers: { "retry-after": "5" } });
}
