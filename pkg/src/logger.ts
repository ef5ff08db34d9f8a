// Log entries of calls, as the AWS SDK writes them, with every secret hidden.

import type { WithMetadata } from "./generated/model.js";
import { SENSITIVE_MEMBERS } from "./generated/model.js";

/** Receives log entries, such as `console`. All methods are optional. */
export interface Logger {
  // biome-ignore-start lint/suspicious/noExplicitAny: the types of the AWS SDK's `Logger`
  /** Receives an entry for each successful call: `clientName`, `commandName`, `input`, `output` and `metadata`. */
  info?(...content: any[]): void;
  /** Receives an entry for each failed call, with `error` in place of `output`. */
  error?(...content: any[]): void;
  trace?(...content: any[]): void;
  debug?(...content: any[]): void;
  warn?(...content: any[]): void;
  // biome-ignore-end lint/suspicious/noExplicitAny: see above
}

/** Awaits a call and logs its outcome. */
export async function logged<Output extends WithMetadata>(
  { logger }: { logger?: Logger | undefined },
  operation: string,
  input: object,
  call: Promise<Output>,
): Promise<Output> {
  if (!logger) return call;
  const entry = { clientName: "STSClient", commandName: `${operation}Command`, input: hideSecrets(input) };
  try {
    const result = await call;
    const { $metadata, ...output } = result;
    logger.info?.({ ...entry, output: hideSecrets(output), metadata: $metadata });
    return result;
  } catch (error) {
    logger.error?.({ ...entry, error, metadata: (error as Partial<WithMetadata>).$metadata });
    throw error;
  }
}

/** Maximum depth of an entry. Inputs and outputs have four levels; an object that contains itself has no end. */
const MAX_DEPTH = 8;

/** Returns a copy of an input or output without the values that the model marks as sensitive. */
function hideSecrets(value: unknown, depth = 0): unknown {
  if (Array.isArray(value)) return value.map((item) => hideSecrets(item, depth + 1));
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  if (depth > MAX_DEPTH) return undefined;
  const members = Object.entries(value).map(([name, member]) => {
    const hidden = SENSITIVE_MEMBERS.includes(name) && member != null;
    return [name, hidden ? "***SensitiveInformation***" : hideSecrets(member, depth + 1)];
  });
  return Object.fromEntries(members);
}
