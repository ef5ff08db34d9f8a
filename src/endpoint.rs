//! Resolves a region and options to the URL and signing region of an STS endpoint.
//!
//! ```
//! use sts_web::endpoint::{Endpoint, Options};
//!
//! # fn main() -> Result<(), sts_web::Error> {
//! let mut options = Options::new("us-west-2");
//! options.use_fips = true;
//! let endpoint = Endpoint::resolve(&options)?;
//! assert_eq!(endpoint.url(), "https://sts-fips.us-west-2.amazonaws.com/");
//! assert_eq!(endpoint.signing_region(), "us-west-2");
//! # Ok(())
//! # }
//! ```
//!
//! Source: the AWS SDKs' endpoint rules for STS (`endpoint-rule-set-1.json`); AWS General Reference, "AWS Security
//! Token Service endpoints and quotas".

use crate::error::IN_JAVASCRIPT;
use crate::partition::Partition;
use crate::url::Url;
use crate::{Error, ErrorKind};

/// Endpoint options.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// Region, e.g. `eu-central-1`. Required even with a custom endpoint, since it is part of every signature.
    /// `aws-global` is the legacy global endpoint. `fips-us-west-2` and `us-west-2-fips`, from older configurations, are
    /// the FIPS endpoint of `us-west-2`.
    pub region: String,
    /// Custom endpoint, e.g. `http://127.0.0.1:4566`. It may have a port and a path. Over plain `http`, anyone on the
    /// network path can read the credentials in the response.
    pub endpoint: Option<String>,
    /// Whether to use a FIPS endpoint.
    pub use_fips: bool,
    /// Whether to use a dual-stack endpoint, which supports IPv4 and IPv6.
    pub use_dualstack: bool,
    /// Whether the regions that predate regional STS endpoints use the legacy global endpoint, as old SDKs do.
    pub use_global: bool,
}

impl Options {
    /// Returns the options for the regional endpoint of `region`.
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
    /// Resolves `options` to an endpoint.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if an option is missing or invalid. The message says how to fix it.
    pub fn resolve(options: &Options) -> Result<Self, Error> {
        check_region(&options.region)?;
        // The npm package resolves these names itself, since it shows the region.
        let fips_region = if IN_JAVASCRIPT { None } else { region_of_fips_name(&options.region) };
        let region = fips_region.unwrap_or(&options.region);
        let use_fips = options.use_fips || fips_region.is_some();
        if let Some(endpoint) = &options.endpoint {
            return custom(endpoint, region, use_fips, options.use_dualstack);
        }
        let partition = Partition::of(region);
        let plain = !use_fips && !options.use_dualstack;
        let global = region == GLOBAL || options.use_global && REGIONS_WITH_LEGACY_GLOBAL_ENDPOINT.contains(&region);
        if plain && global {
            return Ok(Self { url: "https://sts.amazonaws.com/".to_owned(), signing_region: US_EAST_1.to_owned() });
        }
        // The endpoints of GovCloud support FIPS under their regular names.
        let fips = use_fips && (options.use_dualstack || partition.id != "aws-us-gov");
        let host = if fips { "sts-fips." } else { "sts." };
        let suffix = if options.use_dualstack { partition.dualstack_dns_suffix } else { partition.dns_suffix };
        let url = ["https://", host, region, ".", suffix, "/"].concat();
        Ok(Self { url, signing_region: region.to_owned() })
    }

    /// Returns the URL that requests are sent to, including its path.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the region that requests are signed for.
    #[must_use]
    pub fn signing_region(&self) -> &str {
        &self.signing_region
    }
}

const GLOBAL: &str = "aws-global";
const US_EAST_1: &str = "us-east-1";

const REGIONS_WITH_LEGACY_GLOBAL_ENDPOINT: [&str; 16] = [
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

/// Rejects regions that would change the host, since the region becomes part of the host name.
fn check_region(region: &str) -> Result<(), Error> {
    if region.is_empty() {
        let message = "the region is missing; set one such as \"us-east-1\". It is part of the endpoint and of every \
                       signature";
        return Err(invalid("RegionMissing", &[message]));
    }
    let label = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if region.len() > 63 || !region.bytes().all(label) || region.starts_with('-') || region.ends_with('-') {
        return Err(invalid(
            "RegionInvalid",
            &["the region may contain only lowercase letters, digits and inner hyphens, as in \"us-east-1\""],
        ));
    }
    Ok(())
}

/// Returns the region in the name of a pseudo-region, e.g. `us-west-2` for `fips-us-west-2`. The AWS SDKs accept the same.
pub(crate) fn region_of_fips_name(name: &str) -> Option<&str> {
    match name.strip_prefix("fips-").or_else(|| name.strip_suffix("-fips"))? {
        "aws" | GLOBAL => Some(US_EAST_1),
        region => Some(region),
    }
}

fn custom(endpoint: &str, region: &str, use_fips: bool, use_dualstack: bool) -> Result<Endpoint, Error> {
    let [fips, dualstack] =
        if IN_JAVASCRIPT { ["useFipsEndpoint", "useDualstackEndpoint"] } else { ["use_fips", "use_dualstack"] };
    for (used, option) in [(use_fips, fips), (use_dualstack, dualstack)] {
        if used {
            return Err(invalid("EndpointInvalid", &[option, " cannot be combined with a custom endpoint"]));
        }
    }
    if endpoint.bytes().any(|byte| matches!(byte, b'?' | b'#')) {
        return Err(invalid("EndpointInvalid", &["the endpoint must not have a query string or fragment"]));
    }
    Url::parse(endpoint)?;
    // As in the AWS SDKs: the operation's path, which is a slash, is appended to the endpoint's.
    let slash = if endpoint.ends_with('/') { "" } else { "/" };
    let signing_region = if region == GLOBAL { US_EAST_1 } else { region };
    Ok(Endpoint { url: [endpoint, slash].concat(), signing_region: signing_region.to_owned() })
}

fn invalid(code: &str, message: &[&str]) -> Error {
    Error::new(ErrorKind::Configuration, code, message.concat())
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
    fn a_region_resolves_to_its_regional_endpoint() {
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
    fn pseudo_regions_are_the_fips_endpoints_of_their_regions() {
        for region in ["fips-us-west-2", "us-west-2-fips"] {
            let endpoint = Endpoint::resolve(&Options::new(region)).expect("an endpoint");
            assert_eq!(endpoint.url(), "https://sts-fips.us-west-2.amazonaws.com/");
            assert_eq!(endpoint.signing_region(), "us-west-2");
        }
        for region in ["fips-aws-global", "aws-fips"] {
            assert_eq!(url(&Options::new(region)), "https://sts-fips.us-east-1.amazonaws.com/", "{region}");
        }
        assert_eq!(url(&Options::new("us-gov-west-1-fips")), "https://sts.us-gov-west-1.amazonaws.com/");
        let dualstack = Options { use_dualstack: true, ..Options::new("fips-us-east-2") };
        assert_eq!(url(&dualstack), "https://sts-fips.us-east-2.api.aws/");
        let custom = Options { region: "us-west-2-fips".into(), ..custom("https://a") };
        assert!(url(&custom).contains("use_fips"));
    }

    #[test]
    fn a_region_is_required_and_cannot_change_the_host() {
        assert!(url(&Options::default()).starts_with("RegionMissing: the region is missing; set one such as"));
        for region in
            ["evil.example/", "us-east-1.evil", "US-EAST-1", "-us", "us-", "us east", "ü", "a@b", &"a".repeat(64)]
        {
            assert!(url(&Options::new(region)).starts_with("RegionInvalid: "), "{region}");
        }
        let maximum = "a".repeat(63);
        assert_eq!(url(&Options::new(&maximum)), format!("https://sts.{maximum}.amazonaws.com/"));
    }

    #[test]
    fn a_custom_endpoint_keeps_its_port_and_path() {
        assert_eq!(url(&custom("http://127.0.0.1:4566")), "http://127.0.0.1:4566/");
        assert_eq!(url(&custom("https://ceph.example/sts/")), "https://ceph.example/sts/");
        assert_eq!(url(&custom("https://ceph.example/sts")), "https://ceph.example/sts/");
        assert_eq!(url(&custom("https://[::1]:8443/a%20b")), "https://[::1]:8443/a%20b/");
        let global = Options { region: "aws-global".into(), ..custom("http://localhost") };
        assert_eq!(
            Endpoint::resolve(&global).map(|endpoint| endpoint.signing_region).ok().as_deref(),
            Some("us-east-1")
        );
    }

    #[test]
    fn invalid_options_are_rejected_with_a_message_each() {
        let assert_invalid = |options: &Options, part: &str| {
            let message = url(options);
            assert!(message.starts_with("EndpointInvalid: ") && message.contains(part), "{message}");
        };
        assert_invalid(&Options { use_fips: true, ..custom("https://a") }, "use_fips");
        assert_invalid(&Options { use_dualstack: true, ..custom("https://a") }, "use_dualstack");
        assert_invalid(&custom("https://a/?b"), "query");
        assert_invalid(&custom("https://a/#b"), "fragment");
        for (endpoint, part) in [
            ("sts.amazonaws.com", "begin with https://"),
            ("https://key:secret@a/", "user name"),
            ("https:///a", "no host"),
            ("https://a b/", "host has a character"),
            ("https://a:99999/", "port"),
            ("https://a/b c", "percent-encoded"),
        ] {
            let message = url(&custom(endpoint));
            assert!(message.starts_with("InvalidUrl: ") && message.contains(part), "{message}");
            assert!(!message.contains("secret"));
        }
    }
}
