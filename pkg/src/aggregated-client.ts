// The client with a method per operation.

import type { Command } from "./command.js";
import { COMMANDS } from "./generated/all-commands.js";
import type { Operations } from "./generated/model.js";
import type { Callback, RequestOptions } from "./send.js";
import { STSClient } from "./sts.js";

// The types of the methods, which are generated from the model.
export interface STS extends Operations {}

/**
 * A client for AWS STS with a method per operation, named and typed as in @aws-sdk/client-sts.
 *
 * @example
 * ```ts
 * const sts = new STS({ region: "eu-central-1", credentials });
 * const { Credentials } = await sts.assumeRole({
 *   RoleArn: "arn:aws:iam::123456789012:role/test-role",
 *   RoleSessionName: "my-session",
 * });
 * sts.destroy();
 * ```
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the end of this file defines every method of `Operations`
export class STS extends STSClient {}

// Each method sends a command, so that a test that replaces `send` sees all calls.
for (const CommandOf of COMMANDS) {
  const { operation } = new CommandOf({} as never);
  const method = operation[0]!.toLowerCase() + operation.slice(1);
  const value = function (this: STS, input?: object, ...rest: [RequestOptions, Callback<object>]) {
    return this.send(new CommandOf(input as never) as Command<object, object>, ...rest);
  };
  Object.defineProperty(STS.prototype, method, { value, writable: true, configurable: true });
}
