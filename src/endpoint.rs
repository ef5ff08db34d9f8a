//! Region and options → URL and signing region.
//!
//! Source: AWS's published endpoint rules for STS (`endpoint-rule-set-1.json` of the SDKs' models), and AWS General
//! Reference, "AWS Security Token Service endpoints and quotas".

use crate::url::Url;
use crate::{Error, ErrorKind};

/// Where calls go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// The region, as `eu-central-1`. Required, also with an endpoint of one's own: it is signed for. `aws-global` is
    /// the legacy global endpoint.
    pub region: String,
    /// An endpoint of one's own, as `http://127.0.0.1:4566`, with a port and path where it has them. Over plain `http`
    /// everybody on the way reads the answer, and the keys in it.
    pub endpoint: Option<String>,
    /// Whether to use an endpoint with FIPS 140 validated cryptography.
    pub use_fips: bool,
    /// Whether to use an endpoint that is reached over IPv6 too.
    pub use_dualstack: bool,
    /// Whether the regions that existed before regional endpoints did use the global one, as old SDKs did.
    pub use_global: bool,
}

impl Options {
    /// The region's own endpoint.
    pub fn new(region: impl Into<String>) -> Self {
        Self { region: region.into(), ..Self::default() }
    }
}

/// A resolved endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    url: String,
    signing_region: String,
}

impl Endpoint {
    /// The endpoint that `options` mean.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`], with a message that says what does not fit and what does.
    pub fn resolve(options: &Options) -> Result<Self, Error> {
        let region = options.region.as_str();
        check_region(region)?;
        if let Some(endpoint) = &options.endpoint {
            return custom(endpoint, options);
        }
        let partition = partition_of(region);
        let plain = !options.use_fips && !options.use_dualstack;
        let global = region == GLOBAL || options.use_global && BEFORE_REGIONAL_ENDPOINTS.contains(&region);
        if plain && global {
            return Ok(Self { url: "https://sts.amazonaws.com/".to_owned(), signing_region: US_EAST_1.to_owned() });
        }
        // GovCloud's endpoints are FIPS ones under their ordinary names.
        let fips = options.use_fips && (options.use_dualstack || partition.id != "aws-us-gov");
        let host = if fips { "sts-fips." } else { "sts." };
        let suffix = if options.use_dualstack { partition.dualstack_dns_suffix } else { partition.dns_suffix };
        let url = ["https://", host, region, ".", suffix, "/"].concat();
        Ok(Self { url, signing_region: region.to_owned() })
    }

    /// The URL that calls are sent to, with its path.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The region that calls are signed for.
    #[must_use]
    pub fn signing_region(&self) -> &str {
        &self.signing_region
    }
}

/// A group of regions with accounts, names and endpoints of its own.
#[derive(Debug, PartialEq, Eq)]
pub struct Partition {
    /// Its name, as `aws-cn`; the second part of its ARNs.
    pub id: &'static str,
    /// What its endpoints end in, as `amazonaws.com.cn`.
    pub dns_suffix: &'static str,
    /// What its dualstack endpoints end in, as `api.aws`.
    pub dualstack_dns_suffix: &'static str,
    /// What its regions begin with.
    prefixes: &'static [&'static str],
}

/// The partition of a region, known or not: it is told by how the name begins, and `aws` if by nothing.
#[must_use]
pub fn partition_of(region: &str) -> &'static Partition {
    PARTITIONS
        .iter()
        .find(|partition| partition.prefixes.iter().any(|prefix| region.starts_with(prefix)))
        .unwrap_or(&AWS)
}

static AWS: Partition =
    Partition { id: "aws", dns_suffix: "amazonaws.com", dualstack_dns_suffix: "api.aws", prefixes: &[] };

/// Every partition but `aws`, whose regions begin with everything else.
static PARTITIONS: [Partition; 7] = [
    Partition {
        id: "aws-cn",
        dns_suffix: "amazonaws.com.cn",
        dualstack_dns_suffix: "api.amazonwebservices.com.cn",
        prefixes: &["cn-", "aws-cn-"],
    },
    Partition {
        id: "aws-us-gov",
        dns_suffix: "amazonaws.com",
        dualstack_dns_suffix: "api.aws",
        prefixes: &["us-gov-", "aws-us-gov-"],
    },
    Partition {
        id: "aws-iso-b",
        dns_suffix: "sc2s.sgov.gov",
        dualstack_dns_suffix: "api.aws.scloud",
        prefixes: &["us-isob-", "aws-iso-b-"],
    },
    Partition {
        id: "aws-iso-e",
        dns_suffix: "cloud.adc-e.uk",
        dualstack_dns_suffix: "api.cloud-aws.adc-e.uk",
        prefixes: &["eu-isoe-", "aws-iso-e-"],
    },
    Partition {
        id: "aws-iso-f",
        dns_suffix: "csp.hci.ic.gov",
        dualstack_dns_suffix: "api.aws.hci.ic.gov",
        prefixes: &["us-isof-", "aws-iso-f-"],
    },
    Partition {
        id: "aws-iso",
        dns_suffix: "c2s.ic.gov",
        dualstack_dns_suffix: "api.aws.ic.gov",
        prefixes: &["us-iso-", "aws-iso-"],
    },
    Partition {
        id: "aws-eusc",
        dns_suffix: "amazonaws.eu",
        dualstack_dns_suffix: "api.amazonwebservices.eu",
        prefixes: &["eusc-"],
    },
];

const GLOBAL: &str = "aws-global";
const US_EAST_1: &str = "us-east-1";

const BEFORE_REGIONAL_ENDPOINTS: [&str; 16] = [
    "ap-northeast-1",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    GLOBAL,
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    US_EAST_1,
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// The region becomes part of a host name: it must not be able to become another host.
fn check_region(region: &str) -> Result<(), Error> {
    if region.is_empty() {
        let message = "the region is missing; give one such as \"us-east-1\", for it is part of the endpoint's name \
                       and of every signature";
        return Err(invalid("RegionMissing", &[message]));
    }
    let label = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if region.len() > 63 || !region.bytes().all(label) || region.starts_with('-') || region.ends_with('-') {
        return Err(invalid(
            "RegionInvalid",
            &["the region may have only lower-case letters, digits and inner hyphens, as in \"us-east-1\""],
        ));
    }
    Ok(())
}

fn custom(endpoint: &str, options: &Options) -> Result<Endpoint, Error> {
    for (used, option) in [(options.use_fips, "useFipsEndpoint"), (options.use_dualstack, "useDualstackEndpoint")] {
        if used {
            let words = " chooses among AWS's endpoints; it does not go with an endpoint of one's own";
            return Err(invalid("EndpointInvalid", &[option, words]));
        }
    }
    if endpoint.bytes().any(|byte| matches!(byte, b'?' | b'#')) {
        return Err(invalid("EndpointInvalid", &["the endpoint must not have a query or fragment"]));
    }
    let path = Url::parse(endpoint)?.path;
    let slash = if path.is_empty() { "/" } else { "" };
    let signing_region = if options.region == GLOBAL { US_EAST_1 } else { &options.region };
    Ok(Endpoint { url: [endpoint, slash].concat(), signing_region: signing_region.to_owned() })
}

fn invalid(code: &str, words: &[&str]) -> Error {
    Error::new(ErrorKind::Configuration, code, words.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(options: &Options) -> String {
        Endpoint::resolve(options).map_or_else(|error| error.to_string(), |endpoint| endpoint.url().to_owned())
    }

    fn custom(endpoint: &str) -> Options {
        Options { endpoint: Some(endpoint.to_owned()), ..Options::new("eu-central-1") }
    }

    #[test]
    fn a_region_has_its_own_endpoint() {
        let endpoint = Endpoint::resolve(&Options::new("eu-central-1")).expect("an endpoint");
        assert_eq!(endpoint.url(), "https://sts.eu-central-1.amazonaws.com/");
        assert_eq!(endpoint.signing_region(), "eu-central-1");
        assert_eq!(url(&Options::new("cn-north-1")), "https://sts.cn-north-1.amazonaws.com.cn/");
        assert_eq!(url(&Options::new("xx-moon-7")), "https://sts.xx-moon-7.amazonaws.com/");
    }

    #[test]
    fn the_global_endpoint_is_signed_for_us_east_1() {
        let endpoint = Endpoint::resolve(&Options::new("aws-global")).expect("an endpoint");
        assert_eq!((endpoint.url(), endpoint.signing_region()), ("https://sts.amazonaws.com/", "us-east-1"));
    }

    #[test]
    fn a_region_must_be_given_and_cannot_become_another_host() {
        assert!(url(&Options::default()).starts_with("RegionMissing: the region is missing; give one such as"));
        for region in
            ["evil.example/", "us-east-1.evil", "US-EAST-1", "-us", "us-", "us east", "ü", "a@b", &"a".repeat(64)]
        {
            assert!(url(&Options::new(region)).starts_with("RegionInvalid: "), "{region}");
        }
        let longest = "a".repeat(63);
        assert_eq!(url(&Options::new(&longest)), format!("https://sts.{longest}.amazonaws.com/"));
    }

    #[test]
    fn an_endpoint_of_ones_own_keeps_its_port_and_path() {
        assert_eq!(url(&custom("http://127.0.0.1:4566")), "http://127.0.0.1:4566/");
        assert_eq!(url(&custom("https://ceph.example/sts/")), "https://ceph.example/sts/");
        assert_eq!(url(&custom("https://[::1]:8443/a%20b")), "https://[::1]:8443/a%20b");
        let global = Options { region: "aws-global".into(), ..custom("http://localhost") };
        assert_eq!(
            Endpoint::resolve(&global).map(|endpoint| endpoint.signing_region).ok().as_deref(),
            Some("us-east-1")
        );
    }

    #[test]
    fn what_does_not_fit_is_refused_each_with_its_own_message() {
        let said = |options: &Options, words: &str| {
            let message = url(options);
            assert!(message.starts_with("EndpointInvalid: ") && message.contains(words), "{message}");
        };
        said(&Options { use_fips: true, ..custom("https://a") }, "useFipsEndpoint");
        said(&Options { use_dualstack: true, ..custom("https://a") }, "useDualstackEndpoint");
        said(&custom("https://a/?b"), "query");
        said(&custom("https://a/#b"), "fragment");
        for (endpoint, words) in [
            ("sts.amazonaws.com", "begin with https://"),
            ("https://key:secret@a/", "user name"),
            ("https:///a", "no host"),
            ("https://a b/", "host has a character"),
            ("https://a:99999/", "port"),
            ("https://a/b c", "percent-encoded"),
        ] {
            let message = url(&custom(endpoint));
            assert!(message.starts_with("InvalidUrl: ") && message.contains(words), "{message}");
            assert!(!message.contains("secret"));
        }
    }
}
