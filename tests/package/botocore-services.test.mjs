// Requests of botocore's clients, signed again by `Signer`: the settings of each service are those of AWS's own SDK, and
// so are the presigned URLs that serve as passwords.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Signer } from "../../pkg/dist/entry/node.js";
import { callBotocore, toPython } from "./botocore.mjs";

const credentials = { accessKeyId: "ASIDEXAMPLE", secretAccessKey: "a secret", sessionToken: "IQoJb3JpZ2lu/+==" };
const signingDate = new Date("2026-11-26T05:06:07Z");
const common = { credentials: Object.values(credentials), date: toPython(signingDate) };

const ARN = "arn:aws:s3:us-west-2:123456789012:accesspoint/my-point";
const BODY = { Body: "hello" };
/** @type {[service: string, operation: string, parameters?: object, options?: object][]} */
const REQUESTS = [
  ["s3", "GetObject", { Bucket: "my-bucket", Key: "a b/+&=@é日本😀(1)*'!.txt", Range: "bytes=0-9" }],
  ["s3", "PutObject", { Bucket: "my-bucket", Key: "//a/~.-_", ...BODY, Metadata: { note: "two  spaces" } }],
  ["s3", "ListObjectsV2", { Bucket: "my-bucket", Prefix: "a b/+", Delimiter: "/", StartAfter: "%2F" }],
  ["s3", "DeleteObjects", { Bucket: "my-bucket", Delete: { Objects: [{ Key: "a" }] } }],
  ["s3", "GetObject", { Bucket: ARN, Key: "a" }],
  ["s3", "GetObject", { Bucket: ARN.replace("aws:s3", "aws:s3-object-lambda"), Key: "a b" }],
  ["s3", "GetObject", { Bucket: "arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-1/accesspoint/p", Key: "a+b" }],
  ["s3control", "GetAccessPoint", { AccountId: "123456789012", Name: "my-point" }],
  ["s3control", "ListTagsForResource", { AccountId: "123456789012", ResourceArn: ARN }],
  ["s3tables", "GetTable", { tableArn: "arn:aws:s3tables:us-west-2:123456789012:bucket/b/table/t" }],
  ["s3vectors", "ListVectorBuckets"],
  ["apigatewaymanagementapi", "PostToConnection", { ConnectionId: "L0SM9cOFvHcCIhw=", Data: "hello" }],
  ["appsync", "GetGraphqlApi", { apiId: "a/b c" }],
  ["iot-data", "Publish", { topic: "a/b c/$aws/+", payload: "{}" }],
  ["iot-data", "GetThingShadow", { thingName: "a:b", shadowName: "c d" }],
  ["lambda", "Invoke", { FunctionName: "arn:aws:lambda:us-west-2:123456789012:function:f:$LATEST", Payload: "{}" }],
  ["bedrock-runtime", "Converse", { modelId: "arn:aws:bedrock:us-west-2::foundation-model/a.b:0", messages: [] }],
  ["sagemaker-runtime", "InvokeEndpoint", { EndpointName: "e", ...BODY, CustomAttributes: "a=b; c" }],
  ["neptunedata", "ExecuteGremlinQuery", { gremlinQuery: "g.V().limit(1)" }],
  ["lex-runtime", "PostText", { botName: "a", botAlias: "$LATEST", userId: "u:1@x", inputText: "hi" }],
  [
    "lex-runtime",
    "PostContent",
    { botName: "a", botAlias: "b", userId: "u-1", contentType: "audio/l16", inputStream: "hello" },
    { unsignedPayload: true },
  ],
  ["mediastore-data", "PutObject", { Path: "a b//c.mp4", ...BODY }, { unsignedPayload: true }],
  ["mediastore-data", "GetObject", { Path: "a b/+.mp4" }],
  ["polly", "SynthesizeSpeech", { Text: "hi", OutputFormat: "mp3", VoiceId: "Joanna" }],
  ["timestream-query", "DescribeEndpoints"],
  ["cloudsearchdomain", "Search", { query: "a b", queryOptions: '{"fields":["title^5"]}' }],
  [
    "kinesis-video-archived-media",
    "GetClip",
    {
      StreamName: "s",
      ClipFragmentSelector: {
        FragmentSelectorType: "PRODUCER_TIMESTAMP",
        TimestampRange: { StartTimestamp: 0, EndTimestamp: 1 },
      },
    },
  ],
  ["route53", "GetHostedZone", { Id: "/hostedzone/Z1" }],
  ["sqs", "SendMessage", { QueueUrl: "https://sqs.us-west-2.amazonaws.com/123456789012/q.fifo", MessageBody: "é" }],
  ["sns", "Publish", { TopicArn: "arn:aws:sns:us-west-2:123456789012:t", Message: "a+b c" }],
  ["dynamodb", "ListTables"],
  ["sts", "GetCallerIdentity"],
];
const PARTITIONS = ["cn-north-1", "us-gov-west-1", "us-iso-east-1", "us-isob-east-1", "eusc-de-east-1"];

/** Headers that botocore adds after it has signed. */
const ADDED_LATER = ["amz-sdk-invocation-id", "amz-sdk-request"];

/** Signs a request of botocore again, with the service and the region that it was signed for. */
async function signAgain({ url, method, headers, body }, options) {
  const [, region, service] = /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)/.exec(headers.authorization);
  const added = ["authorization", "x-amz-date", "x-amz-security-token", ...ADDED_LATER];
  // `Signer` hashes the body itself, but keeps a value such as `STREAMING-UNSIGNED-PAYLOAD-TRAILER`.
  if (/^[0-9a-f]{64}$/.test(headers["x-amz-content-sha256"])) added.push("x-amz-content-sha256");
  const others = Object.entries(headers).filter(([name]) => !added.includes(name));
  const signer = new Signer({ credentials, region, service, ...options });
  const init = { method, headers: Object.fromEntries(others), ...(body && { body: Buffer.from(body, "hex") }) };
  return Object.fromEntries((await signer.sign(url, init, { signingDate })).headers);
}

test("requests of botocore's clients have the same signatures, with the settings of their services", async () => {
  /** @type {{ call: { service: string; operation: string; parameters: object; region: string }; options?: object }[]} */
  const cases = [
    ...REQUESTS.map(([service, operation, parameters = {}, options]) => ({
      call: { service, operation, parameters, region: "us-west-2" },
      options,
    })),
    ...PARTITIONS.flatMap((region) => [
      { call: { service: "s3", operation: "HeadObject", parameters: { Bucket: "b-1", Key: "a b/c" }, region } },
      { call: { service: "sts", operation: "GetSessionToken", parameters: {}, region } },
    ]),
  ];
  const calls = cases.map(({ call }) => ({ function: "request", ...common, ...call }));
  for (const [index, request] of callBotocore(calls).entries()) {
    const own = await signAgain(request, cases[index].options);
    const { service, operation } = calls[index];
    for (const name of ["authorization", "x-amz-content-sha256"]) {
      assert.equal(own[name], request.headers[name], `${service} ${operation} ${request.url}`);
    }
  }
});

/** Functions of botocore's clients that presign URLs, some of which serve as passwords. */
const PRESIGNED = [
  [
    "rds",
    "generate_db_auth_token",
    { DBHostname: "db.x.us-west-2.rds.amazonaws.com", Port: 3306, DBUsername: "a b@c" },
  ],
  ["dsql", "generate_db_connect_auth_token", { Hostname: "x.dsql.us-west-2.on.aws" }],
  ["dsql", "generate_db_connect_admin_auth_token", { Hostname: "x.dsql.us-west-2.on.aws", ExpiresIn: 60 }],
  [
    "polly",
    "generate_presigned_url",
    {
      ClientMethod: "synthesize_speech",
      HttpMethod: "GET",
      Params: { Text: "a b+é", OutputFormat: "mp3", VoiceId: "Joanna" },
    },
  ],
  ["sts", "generate_presigned_url", { ClientMethod: "get_caller_identity", HttpMethod: "GET" }],
  [
    "sns",
    "generate_presigned_url",
    { ClientMethod: "publish", HttpMethod: "GET", Params: { TopicArn: "arn:aws:sns:us-west-2:1:t", Message: "a+b c" } },
  ],
  [
    "s3",
    "generate_presigned_url",
    { ClientMethod: "get_object", Params: { Bucket: "b-1", Key: "a b/+é", ResponseContentType: "a/b; c" } },
  ],
  [
    "s3",
    "generate_presigned_url",
    { ClientMethod: "put_object", Params: { Bucket: "b-1", Key: "a" }, ExpiresIn: 604800 },
  ],
];

/** URLs that are presigned for tokens, without a function of a client. */
const TOKENS = [
  ["elasticache", "https://my-cache/?Action=connect&User=user-1&ResourceType=ServerlessCache", 900],
  ["memorydb", "https://my-cluster/?Action=connect&User=user-1", 900],
  ["kafka-cluster", "https://kafka.us-west-2.amazonaws.com/?Action=kafka-cluster%3AConnect", 900],
  ["neptune-db", "https://db.cluster-x.us-west-2.neptune.amazonaws.com:8182/opencypher?query=RETURN%201", 60],
  [
    "transcribe",
    "https://transcribestreaming.us-west-2.amazonaws.com:8443/stream-transcription-websocket?language-code=en-US&media-encoding=pcm&sample-rate=16000",
    300,
  ],
  ["execute-api", "https://x.execute-api.us-west-2.amazonaws.com/prod?a=b%20c", 60],
  ["es", "https://search-d.us-west-2.es.amazonaws.com/_dashboards/", 60],
];

test("URLs and tokens that botocore presigns have the same signatures", async () => {
  /** @type {any[]} */
  const calls = [
    ...PRESIGNED.map(([service, name, parameters]) => ({
      function: "presigned",
      service,
      name,
      parameters,
      region: "us-west-2",
      ...common,
    })),
    ...TOKENS.map(([service, url, expires]) => ({
      function: "auth_token",
      service,
      url,
      expires,
      region: "us-west-2",
      ...common,
    })),
  ];
  for (const [index, token] of callBotocore(calls).entries()) {
    const theirs = new URL(token.includes("://") ? token : `https://${token}`);
    const query = theirs.searchParams;
    const [, , region, service] = query.get("X-Amz-Credential").split("/");
    const method = calls[index].parameters?.ClientMethod === "put_object" ? "PUT" : "GET";
    const signer = new Signer({ credentials, region, service });
    const own = await signer.presign(theirs, { method, signingDate, expiresIn: Number(query.get("X-Amz-Expires")) });
    assert.deepEqual([...own.searchParams].sort(), [...query].sort(), token);
    assert.equal(own.pathname, theirs.pathname);
  }
});
