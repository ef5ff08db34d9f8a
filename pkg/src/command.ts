// A call as an object, as in @aws-sdk/client-sts.

import type { OperationName } from "./generated/model.js";

/** One call: an operation and its input, to be sent by a client. */
export abstract class Command<Input extends object, Output> {
  abstract readonly operation: OperationName;
  readonly input: Input;
  /** Only for the types: what `send` gives for it. */
  declare readonly output?: Output;

  constructor(input: Input = {} as Input) {
    this.input = input;
  }
}
