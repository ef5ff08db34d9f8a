// Only type-checked: what a program passes to aws4fetch can be passed to this package, and what it gets back has the
// same types.

import type * as theirs from "aws4fetch";
import type * as ours from "sts-web/aws4fetch";

type Options<Class extends abstract new (...args: never[]) => unknown> = ConstructorParameters<Class>[0];

export declare const clientOptions: Options<typeof theirs.AwsClient>;
export const accepted: Options<typeof ours.AwsClient> = clientOptions;
export declare const signerOptions: Options<typeof theirs.AwsV4Signer>;
export const acceptedBySigner: Options<typeof ours.AwsV4Signer> = signerOptions;

export declare const client: ours.AwsClient;
export const asTheirClient: theirs.AwsClient = client;
export declare const signer: ours.AwsV4Signer;
export const asTheirSigner: theirs.AwsV4Signer = signer;

// Control: without type checking this would not be an error.
// @ts-expect-error The secret access key is required.
export const incomplete: Options<typeof ours.AwsClient> = { accessKeyId: "AKID" };
