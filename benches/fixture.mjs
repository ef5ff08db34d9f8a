// The input of every contender, and the output that each must return.

export const region = "eu-central-1";

export const credentials = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};

export const input = {
  RoleArn: "arn:aws:iam::123456789012:role/test-role",
  RoleSessionName: "s3-access-example",
  DurationSeconds: 3600,
};

/** Returns the request body, for contenders that sign a body and have no operations. */
export function form() {
  const { RoleArn, RoleSessionName, DurationSeconds } = input;
  return new URLSearchParams({
    Action: "AssumeRole",
    Version: "2011-06-15",
    RoleArn,
    RoleSessionName,
    DurationSeconds: String(DurationSeconds),
  }).toString();
}

export const contentType = "application/x-www-form-urlencoded; charset=utf-8";

/** The credentials in the response. */
export const expected = {
  AccessKeyId: "ASIAIOSFODNN7EXAMPLE",
  SecretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY",
  SessionToken: `${"IQoJb3JpZ2luX2VjE".padEnd(856, "FwoGZXIvYXdzEBYaDA/+QmVuY2g0")}==`,
  Expiration: new Date("2026-11-23T20:00:00Z"),
};

export const responseHeaders = {
  "content-type": "text/xml",
  "x-amzn-requestid": "c6104cbe-af31-11e0-8154-cbc7ccf896c7",
};
