// The partition of a region.
//
// Source: `partitions.json` of the AWS SDKs.

import { withoutFips } from "./config.js";
import { PARTITIONS, type Partition } from "./generated/partitions.js";

export type { Partition };

/**
 * Returns the partition of a region, which need not exist yet. As in the AWS SDKs, a region name that matches no
 * partition's pattern belongs to `aws`. A pseudo-region such as `fips-us-gov-west-1` belongs to the partition of the
 * region in its name.
 *
 * @example
 * ```ts
 * const { dnsSuffix } = partitionOf("eusc-de-east-1");
 * const endpoint = `https://s3.eusc-de-east-1.${dnsSuffix}/`;
 * ```
 */
export function partitionOf(region: string): Partition {
  const name = withoutFips(region);
  const found = PARTITIONS.find(({ id, regions }) => regions.test(name) || name === `${id}-global`);
  return found ?? PARTITIONS[0];
}
