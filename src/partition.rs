//! AWS partitions: groups of regions with their own accounts, DNS suffixes and console.
//!
//! This is the project's only table of partitions: `cargo xtask build` generates the npm package's table from it.
//!
//! ```
//! use sts_web::partition::Partition;
//!
//! let partition = Partition::of("eusc-de-east-1");
//! assert_eq!(partition.id, "aws-eusc");
//! assert_eq!(partition.dns_suffix, "amazonaws.eu");
//! ```
//!
//! Source: `partitions.json` of the AWS SDKs; AWS General Reference, "AWS Sign-In endpoints and quotas".

/// A partition, e.g. `aws` or `aws-cn`.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Partition {
    /// The partition's ID, e.g. `aws-cn`. It is the second part of an ARN.
    pub id: &'static str,
    /// DNS suffix of its endpoints, e.g. `amazonaws.com.cn`.
    pub dns_suffix: &'static str,
    /// DNS suffix of its dual-stack endpoints, e.g. `api.aws`.
    pub dualstack_dns_suffix: &'static str,
    /// Hosts of the AWS Management Console. `None` if the partition's console has no public address.
    pub console: Option<ConsoleHosts>,
    /// First parts of its region names: `us` for `us-east-1`.
    region_prefixes: &'static [&'static str],
}

/// Hosts of a partition's AWS Management Console.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConsoleHosts {
    /// Host of the sign-in and federation pages.
    pub sign_in: &'static str,
    /// Host of the console itself. A region's console is on a subdomain of it.
    pub console: &'static str,
}

impl Partition {
    /// Returns the partition of `region`, which need not exist yet.
    ///
    /// As in the AWS SDKs, a region name that matches no partition's pattern belongs to `aws`.
    #[must_use]
    pub fn of(region: &str) -> &'static Self {
        let [aws, ..] = &PARTITIONS;
        PARTITIONS.iter().find(|partition| partition.contains(region)).unwrap_or(aws)
    }

    /// Returns the regular expression that the partition's region names match, e.g. `^(cn)-\w+-\d+$`.
    #[must_use]
    pub fn region_pattern(&self) -> String {
        format!(r"^({})-\w+-\d+$", self.region_prefixes.join("|"))
    }

    fn contains(&self, region: &str) -> bool {
        let matches_pattern = |prefix: &&str| region.strip_prefix(*prefix).is_some_and(is_location_and_number);
        region.strip_suffix("-global") == Some(self.id) || self.region_prefixes.iter().any(matches_pattern)
    }
}

/// Whether `text` matches `^-\w+-\d+$`. Called once per client, so it needs no regex engine in the wasm.
fn is_location_and_number(text: &str) -> bool {
    let Some((location, number)) = text.strip_prefix('-').and_then(|rest| rest.split_once('-')) else { return false };
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    !location.is_empty()
        && location.bytes().all(is_word)
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// Every partition. The first one, `aws`, is the default.
pub static PARTITIONS: [Partition; 8] = [
    Partition {
        id: "aws",
        dns_suffix: "amazonaws.com",
        dualstack_dns_suffix: "api.aws",
        console: Some(ConsoleHosts { sign_in: "signin.aws.amazon.com", console: "console.aws.amazon.com" }),
        region_prefixes: &["us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx"],
    },
    Partition {
        id: "aws-cn",
        dns_suffix: "amazonaws.com.cn",
        dualstack_dns_suffix: "api.amazonwebservices.com.cn",
        console: Some(ConsoleHosts { sign_in: "signin.amazonaws.cn", console: "console.amazonaws.cn" }),
        region_prefixes: &["cn"],
    },
    Partition {
        id: "aws-eusc",
        dns_suffix: "amazonaws.eu",
        dualstack_dns_suffix: "api.amazonwebservices.eu",
        // The only partition without a global sign-in host. It has one region.
        console: Some(ConsoleHosts {
            sign_in: "eusc-de-east-1.signin.amazonaws-eusc.eu",
            console: "console.amazonaws-eusc.eu",
        }),
        region_prefixes: &["eusc-de"],
    },
    Partition {
        id: "aws-iso",
        dns_suffix: "c2s.ic.gov",
        dualstack_dns_suffix: "api.aws.ic.gov",
        console: None,
        region_prefixes: &["us-iso"],
    },
    Partition {
        id: "aws-iso-b",
        dns_suffix: "sc2s.sgov.gov",
        dualstack_dns_suffix: "api.aws.scloud",
        console: None,
        region_prefixes: &["us-isob"],
    },
    Partition {
        id: "aws-iso-e",
        dns_suffix: "cloud.adc-e.uk",
        dualstack_dns_suffix: "api.cloud-aws.adc-e.uk",
        console: None,
        region_prefixes: &["eu-isoe"],
    },
    Partition {
        id: "aws-iso-f",
        dns_suffix: "csp.hci.ic.gov",
        dualstack_dns_suffix: "api.aws.hci.ic.gov",
        console: None,
        region_prefixes: &["us-isof"],
    },
    Partition {
        id: "aws-us-gov",
        dns_suffix: "amazonaws.com",
        dualstack_dns_suffix: "api.aws",
        console: Some(ConsoleHosts { sign_in: "signin.amazonaws-us-gov.com", console: "console.amazonaws-us-gov.com" }),
        region_prefixes: &["us-gov"],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_that_do_not_exist_yet_belong_to_the_partition_whose_pattern_they_match() {
        for (region, id) in [
            ("mx-moon-12", "aws"),
            ("cn-moon-1", "aws-cn"),
            ("us-gov-moon-3", "aws-us-gov"),
            ("us-isob-moon-1", "aws-iso-b"),
            ("eusc-de-moon-2", "aws-eusc"),
            ("aws-iso-f-global", "aws-iso-f"),
        ] {
            assert_eq!(Partition::of(region).id, id, "{region}");
        }
    }

    #[test]
    fn regions_that_match_no_pattern_belong_to_aws() {
        for region in
            ["xx-moon-7", "cn-moon", "cn-moon-", "cn--1", "cn-north-1-a", "cn-north-1x", "acn-north-1", "cn", ""]
        {
            assert_eq!(Partition::of(region).id, "aws", "{region}");
        }
    }
}
