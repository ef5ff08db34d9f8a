// The service and the region that a host belongs to, as aws4fetch derives them.

import { PARTITIONS } from "../generated/partitions.js";

/** Signing name and signing region. Both are empty for an unknown host; the region is empty for a host without one. */
export type HostScope = readonly [service: string, region: string];

/** Returns the service and the region of a host. If several services share it, the path or the headers decide. */
export function scopeOfHost({ hostname, pathname }: URL, headers: Headers): HostScope {
  const suffix = AWS_SUFFIXES.find((suffix) => hostname.endsWith(suffix));
  if (!suffix) return scopeOutsideAws(hostname);
  const labels = hostname.replace("dualstack.", "").slice(0, -suffix.length).split(".");
  const last = labels.at(-1)!;
  const [service, region] = labels.length > 1 ? ([labels.at(-2)!, last] as const) : [last];
  const [name, signingRegion = ""] = awsScope(service, region, hostname, pathname, headers);
  // iam.global.api.aws
  return [SIGNING_NAMES.get(name) ?? name, signingRegion === "global" ? "" : signingRegion];
}

const AWS_SUFFIXES = PARTITIONS.flatMap(({ dnsSuffix, dualStackDnsSuffix }) => [
  `.${dnsSuffix}`,
  `.${dualStackDnsSuffix}`,
]);

/** Signing names that differ from the service's name in its hosts. */
const SIGNING_NAMES: ReadonlyMap<string, string> = new Map([
  ["appstream2", "appstream"],
  ["cloudhsmv2", "cloudhsm"],
  ["email", "ses"],
  ["git-codecommit", "codecommit"],
  ["marketplace", "aws-marketplace"],
  ["mobile", "AWSMobileHubService"],
  ["mturk-requester-sandbox", "mturk-requester"],
  ["personalize-runtime", "personalize"],
  ["pinpoint", "mobiletargeting"],
  ["queue", "sqs"],
]);

/** Returns the scope of a host whose last labels before the DNS suffix are `service` and, if it has one, `region`. */
function awsScope(
  service: string,
  region: string | undefined,
  hostname: string,
  pathname: string,
  headers: Headers,
): readonly [service: string, region?: string | undefined] {
  if (region === "us-gov") return [service, "us-gov-west-1"];
  // bucket.s3.amazonaws.com
  if (region === "s3" || region === "s3-accelerate") return ["s3", "us-east-1"];
  if (service === "iot") return [iotService(hostname, pathname), region];
  if (service === "autoscaling") return [autoScalingService(headers), region];
  // s3-us-west-2.amazonaws.com
  if (region === undefined && service.startsWith("s3-"))
    return ["s3", service.slice(3).replace(/^fips-|^external-1/, "")];
  if (service.endsWith("-fips")) return [service.slice(0, -"-fips".length), region];
  // us-west-2.queue.amazonaws.com
  if (region && endsWithNumber(service) && !endsWithNumber(region)) return [region, service];
  return [service, region];
}

function iotService(hostname: string, pathname: string): string {
  if (hostname.startsWith("iot.")) return "execute-api";
  if (hostname.startsWith("data.jobs.iot.")) return "iot-jobs-data";
  return pathname === "/mqtt" ? "iotdevicegateway" : "iotdata";
}

function autoScalingService(headers: Headers): string {
  const [prefix] = (headers.get("x-amz-target") ?? "").split(".");
  if (prefix === "AnyScaleFrontendService") return "application-autoscaling";
  if (prefix === "AnyScaleScalingPlannerFrontendService") return "autoscaling-plans";
  return "autoscaling";
}

function endsWithNumber(label: string): boolean {
  return /-\d$/.test(label);
}

/** Returns the scope of a Lambda function's URL, or of a host of Cloudflare R2 or Backblaze B2. */
function scopeOutsideAws(hostname: string): HostScope {
  if (hostname.endsWith(".r2.cloudflarestorage.com")) return ["s3", "auto"];
  const [, lambdaRegion] = /^[^.]+\.lambda-url\.([^.]+)\.on\.aws$/.exec(hostname) ?? [];
  if (lambdaRegion) return ["lambda", lambdaRegion];
  const [, backblazeRegion] = /^(?:[^.]+\.)?s3\.([^.]+)\.backblazeb2\.com$/.exec(hostname) ?? [];
  return backblazeRegion ? ["s3", backblazeRegion] : ["", ""];
}
