// The base class of the commands, as in @aws-sdk/client-sts.

import type { OperationName } from "./generated/model.js";

/** An operation and its input, to be passed to `STSClient.send`. */
export abstract class Command<Input extends object, Output> {
  abstract readonly operation: OperationName;
  readonly input: Input;
  /** Never set. Lets the compiler infer what `send` returns. */
  declare readonly output?: Output;

  constructor(input: Input = {} as Input) {
    this.input = input;
  }
}
