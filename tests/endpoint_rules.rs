//! Endpoints match AWS's rules for STS: AWS's test cases, and botocore's endpoint for every region and option
//! (`tests/vectors/endpoint`).

use std::collections::BTreeSet;

use serde_json::Value;
use sts_web::endpoint::{Endpoint, Options};
use sts_web::partition::{PARTITIONS, Partition};

const CASES: &str = include_str!("vectors/endpoint/endpoint-tests-1.json");
const REGIONS: &str = include_str!("vectors/endpoint/regions.tsv");
const BOTOCORE_PARTITIONS: &str = include_str!("vectors/endpoint/partitions.json");

#[test]
fn every_test_case_of_aws_passes() {
    let cases: Value = serde_json::from_str(CASES).expect("JSON");
    let cases = cases["testCases"].as_array().expect("cases");
    assert_eq!(cases.len(), 69);
    let mut without_region = 0;
    for case in cases {
        let parameters = &case["params"];
        let flag = |name: &str| parameters[name].as_bool().unwrap_or_default();
        let mut options = Options::new(parameters["Region"].as_str().unwrap_or_default());
        options.endpoint = parameters["Endpoint"].as_str().map(str::to_owned);
        options.use_fips = flag("UseFIPS");
        options.use_dualstack = flag("UseDualStack");
        options.use_global = flag("UseGlobalEndpoint");
        let about = &case["documentation"];
        let resolved = Endpoint::resolve(&options);
        if options.region.is_empty() && options.endpoint.is_some() {
            // The one exception: AWS's rules leave the signing region to the SDK. Here it can only come from the options.
            assert_eq!(resolved.expect_err("no region").code(), "RegionMissing", "{about}");
            without_region += 1;
            continue;
        }
        let expected = &case["expect"]["endpoint"];
        match (expected["url"].as_str(), case["expect"]["error"].as_str()) {
            (Some(url), None) => {
                let resolved = resolved.unwrap_or_else(|error| panic!("{about}: {error}"));
                assert_eq!(resolved.url().trim_end_matches('/'), url, "{about}");
                let scheme = &expected["properties"]["authSchemes"][0];
                let region = scheme["signingRegion"].as_str().unwrap_or(&options.region);
                assert_eq!(resolved.signing_region(), region, "{about}");
            }
            (None, Some(message)) => {
                let error = resolved.expect_err(message).to_string();
                assert!(error.contains(our_message_for(message)), "{about}: {error}");
            }
            _ => panic!("{about}: neither an endpoint nor an error, or both"),
        }
    }
    assert_eq!(without_region, 2);
}

fn our_message_for(aws_message: &str) -> &'static str {
    match aws_message {
        "Invalid Configuration: FIPS and custom endpoint are not supported" => "EndpointInvalid: use_fips",
        "Invalid Configuration: Dualstack and custom endpoint are not supported" => "EndpointInvalid: use_dualstack",
        "Invalid Configuration: Missing Region" => "RegionMissing: ",
        other => panic!("a new error in AWS's rules: {other}"),
    }
}

#[test]
fn every_region_and_option_resolves_as_in_botocore() {
    let mut count = 0;
    for Row { options, url, signing_region, .. } in rows() {
        let resolved = Endpoint::resolve(&options).unwrap_or_else(|error| panic!("{options:?}: {error}"));
        assert_eq!(resolved.url().strip_suffix('/'), Some(url), "{options:?}");
        assert_eq!(resolved.signing_region(), signing_region, "{options:?}");
        count += 1;
    }
    assert_eq!(count, 504);
}

#[test]
fn the_partitions_match_botocores() {
    let table: Value = serde_json::from_str(BOTOCORE_PARTITIONS).expect("JSON");
    let theirs = table["partitions"].as_array().expect("partitions");
    assert_eq!(theirs.len(), PARTITIONS.len());
    for (ours, theirs) in PARTITIONS.iter().zip(theirs) {
        assert_eq!(theirs["id"], ours.id);
        assert_eq!(theirs["dnsSuffix"], ours.dns_suffix, "{}", ours.id);
        assert_eq!(theirs["dualStackDnsSuffix"], ours.dualstack_dns_suffix, "{}", ours.id);
        let pattern = theirs["regionRegex"].as_str().expect("a pattern");
        assert_eq!(plain(pattern), plain(&ours.region_pattern()), "{}", ours.id);
        for region in theirs["regions"].as_array().expect("regions") {
            assert_eq!(Partition::of(region.as_str().expect("a name")).id, ours.id, "{region}");
        }
    }
}

/// Removes escapes of hyphens and groups from a pattern, which differ without changing its meaning.
fn plain(pattern: &str) -> String {
    pattern.replace("\\-", "-").replace(['(', ')'], "")
}

/// The page may connect to every STS endpoint and to no other host. A browser enforces the policies of the header and
/// the document together, so each policy that restricts connections must list every endpoint.
#[test]
fn the_page_may_connect_to_every_sts_endpoint_and_no_other_host() {
    let known = known_hosts();
    assert!(known.contains("https://sts.amazonaws.com") && known.len() > 100, "{}", known.len());
    let mut policies = 0;
    for (name, end_of_policy) in [("index.html", '"'), ("_headers", '\n')] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("www").join(name);
        let text = std::fs::read_to_string(&path).expect("the page's files");
        let lists = text.split("; connect-src ").skip(1).filter_map(|rest| rest.split([';', end_of_policy]).next());
        for sources in lists.clone() {
            let listed: BTreeSet<_> = sources.split_whitespace().filter(|source| *source != "'self'").collect();
            let missing: Vec<_> = known.difference(&listed).collect();
            let unexpected: Vec<_> = listed.difference(&known).collect();
            assert!(
                missing.is_empty() && unexpected.is_empty(),
                "{name}: missing {missing:?}, unexpected {unexpected:?}"
            );
        }
        let count = lists.count();
        assert_eq!(
            text.matches("default-src ").count(),
            count,
            "{name}: default-src alone would forbid all connections"
        );
        policies += count;
    }
    assert!(policies > 0, "the page has no policy");
}

/// The origins of every region's endpoints, and the global one.
fn known_hosts() -> BTreeSet<&'static str> {
    // AWS lists pseudo-regions such as aws-cn-global, which have no STS host.
    let real = rows().filter(|row| row.listed && !row.options.region.ends_with("-global"));
    real.map(|row| row.url).chain(["https://sts.amazonaws.com"]).collect()
}

struct Row {
    options: Options,
    listed: bool,
    url: &'static str,
    signing_region: &'static str,
}

fn rows() -> impl Iterator<Item = Row> {
    REGIONS.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let columns: Vec<_> = line.split('\t').collect();
        let &[region, listed, fips, dualstack, global, url, signing_region] = columns.as_slice() else {
            panic!("a row of seven columns: {line}");
        };
        let mut options = Options::new(region);
        options.use_fips = fips == "1";
        options.use_dualstack = dualstack == "1";
        options.use_global = global == "1";
        Row { options, listed: listed == "1", url, signing_region }
    })
}
