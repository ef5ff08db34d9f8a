//! Generates the package's table of partitions from the crate's.

use std::fmt::Write as _;

use serde_json::json;
use sts_web::partition::PARTITIONS;

/// Returns the text of `partitions.ts`.
pub(crate) fn partitions() -> String {
    let mut text = String::from(HEAD);
    for partition in &PARTITIONS {
        let pattern = partition.region_pattern();
        let [id, dns_suffix, dualstack] =
            [partition.id, partition.dns_suffix, partition.dualstack_dns_suffix].map(|text| json!(text));
        let console = partition.console.as_ref().map_or(String::new(), |hosts| {
            format!(", console: {{ signIn: {}, console: {} }}", json!(hosts.sign_in), json!(hosts.console))
        });
        let _ = writeln!(
            text,
            "  {{ id: {id}, regions: /{pattern}/, dnsSuffix: {dns_suffix}, dualStackDnsSuffix: {dualstack}{console} }},"
        );
    }
    text + "];\n"
}

const HEAD: &str = r"// Generated from the crate's table of partitions by `cargo xtask build`.

/** A partition: a group of regions with their own accounts, DNS suffixes and console. */
export interface Partition {
  /** The partition's ID, e.g. `aws-cn`. It is the second part of an ARN. */
  id: string;
  /** Pattern of its region names. */
  regions: RegExp;
  /** DNS suffix of its endpoints, e.g. `amazonaws.com.cn`. */
  dnsSuffix: string;
  /** DNS suffix of its dual-stack endpoints, e.g. `api.aws`. */
  dualStackDnsSuffix: string;
  /** Hosts of the AWS Management Console; absent if the partition's console has no public address. */
  console?: { signIn: string; console: string };
}

/** Every partition. The first one, `aws`, is the default. */
export const PARTITIONS: readonly [Partition, ...Partition[]] = [
";
