// A program written for aws4fetch has the same results when only its import is changed.

import assert from "node:assert/strict";
import { test } from "node:test";

import { require, run, sandbox, writeProgram } from "./packed.mjs";

/**
 * Returns a program that prints what it observes, except for request IDs and credentials.
 *
 * @param {string} from The module to import.
 */
const source = (from) => `
import { AwsClient } from ${JSON.stringify(from)};
const { endpoint, region, accessKeyId, secretAccessKey, roleArn } = ${JSON.stringify(sandbox)};
const user = new AwsClient({ accessKeyId, secretAccessKey, region, service: "sts", retries: 0 });
const form = (members) => ({
  method: "POST",
  headers: { "content-type": "application/x-www-form-urlencoded" },
  body: new URLSearchParams({ Version: "2011-06-15", ...members }).toString(),
});
const observed = [];
const me = await user.fetch(endpoint, form({ Action: "GetCallerIdentity" }));
observed.push(me.status, (await me.text()).match(/<Arn>(.*?)</)[1]);
const role = await (await user.fetch(endpoint, form({ Action: "AssumeRole", RoleArn: roleArn, RoleSessionName: "aws4fetch" }))).text();
const of = (name) => role.match(new RegExp("<" + name + ">(.*?)<"))[1];
const s3 = new AwsClient({
  accessKeyId: of("AccessKeyId"), secretAccessKey: of("SecretAccessKey"), sessionToken: of("SessionToken"), region, service: "s3",
});
const list = await s3.fetch(endpoint);
observed.push(list.status, [...(await list.text()).matchAll(/<Name>(.*?)</g)].map(([, name]) => name).sort());
const link = await s3.sign(endpoint + "/?X-Amz-Expires=60", { aws: { signQuery: true } });
observed.push(link.method, [...link.headers], [...new URL(link.url).searchParams.keys()].sort(), (await fetch(link)).status);
const pinned = await user.sign(new Request("https://sts.amazonaws.com/?Action=GetCallerIdentity"), { aws: { datetime: "20261123T190000Z" } });
observed.push(pinned.headers.get("x-amz-date"), pinned.headers.get("authorization"));
const derived = new AwsClient({ accessKeyId, secretAccessKey });
for (const url of ["https://bucket.s3.eu-west-1.amazonaws.com/key", "https://sts.amazonaws.com/", "https://sqs.us-gov-west-1.amazonaws.com/"]) {
  observed.push((await derived.sign(url)).headers.get("authorization").match(/Credential=[^/]+\\/\\d+\\/([^,]+),/)[1]);
}
console.log(JSON.stringify(observed));
`;

/**
 * @param {string} from The module to import.
 * @param {string} name The file name of the program.
 */
async function observe(from, name) {
  return JSON.parse((await run("node", [await writeProgram(name, source(from))])).stdout);
}

test("a program for AwsClient has the same results with either package", async () => {
  const theirs = await observe(require.resolve("aws4fetch"), "theirs.mjs");
  assert.deepEqual(await observe("sts-web/aws4fetch", "ours.mjs"), theirs);
  assert.equal(theirs[0], 200);
});
