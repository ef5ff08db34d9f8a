// The partition of a region.
//
// Source: `partitions.json` of the AWS SDKs.

import { PARTITIONS, type Partition } from "./generated/partitions.js";

export type { Partition };

/**
 * Returns the partition of a region, which need not exist yet. As in the AWS SDKs, a region name that matches no
 * partition's pattern belongs to `aws`.
 *
 * @example
 * ```ts
 * const { dnsSuffix } = partitionOf("eusc-de-east-1");
 * const endpoint = `https://s3.eusc-de-east-1.${dnsSuffix}/`;
 * ```
 */
export function partitionOf(region: string): Partition {
  const found = PARTITIONS.find(({ id, regions }) => regions.test(region) || region === `${id}-global`);
  return found ?? PARTITIONS[0];
}
