// The base class of the commands, as in @aws-sdk/client-sts.

import { noMiddlewareError } from "./errors.js";
import type { OperationName } from "./generated/model.js";

/**
 * An operation and its input, to be passed to `STSClient.send`. Exported as `$Command`, as in the SDK.
 *
 * @example
 * ```ts
 * import { $Command, GetCallerIdentityCommand } from "sts-web";
 *
 * const isCommand = new GetCallerIdentityCommand() instanceof $Command;
 * ```
 */
export abstract class Command<Input extends object, Output> {
  abstract readonly operation: OperationName;
  readonly input: Input;
  /** Never set. Lets the compiler infer what `send` returns. */
  declare readonly output?: Output;

  constructor(input: Input = {} as Input) {
    this.input = input;
  }

  /** Throws: the AWS SDK's middleware is not supported. */
  get middlewareStack(): never {
    throw noMiddlewareError();
  }
}
