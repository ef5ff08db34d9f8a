//! Our endpoints are those of AWS's published rules for STS: AWS's own test cases, and what botocore says for every
//! region and option (tests/vectors/endpoint).

use std::collections::BTreeSet;

use serde_json::Value;
use sts_web::endpoint::{Endpoint, Options};

const CASES: &str = include_str!("vectors/endpoint/endpoint-tests-1.json");
const REGIONS: &str = include_str!("vectors/endpoint/regions.tsv");

#[test]
fn every_case_that_aws_publishes_holds() {
    let cases: Value = serde_json::from_str(CASES).expect("JSON");
    let cases = cases["testCases"].as_array().expect("cases");
    assert_eq!(cases.len(), 69);
    let mut without_region = 0;
    for case in cases {
        let parameters = &case["params"];
        let flag = |name: &str| parameters[name].as_bool().unwrap_or_default();
        let options = Options {
            region: parameters["Region"].as_str().unwrap_or_default().to_owned(),
            endpoint: parameters["Endpoint"].as_str().map(str::to_owned),
            use_fips: flag("UseFIPS"),
            use_dualstack: flag("UseDualStack"),
            use_global: flag("UseGlobalEndpoint"),
        };
        let about = &case["documentation"];
        let resolved = Endpoint::resolve(&options);
        if options.region.is_empty() && options.endpoint.is_some() {
            // The cases that we decide otherwise: the rules leave the signing region to the SDK, and we have no other
            // place to take it from than the options.
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
            (None, Some(words)) => {
                let error = resolved.expect_err(words).to_string();
                assert!(error.contains(our_words_for(words)), "{about}: {error}");
            }
            _ => panic!("{about}: neither an endpoint nor an error, or both"),
        }
    }
    assert_eq!(without_region, 2);
}

fn our_words_for(aws_words: &str) -> &'static str {
    match aws_words {
        "Invalid Configuration: FIPS and custom endpoint are not supported" => "EndpointInvalid: useFipsEndpoint",
        "Invalid Configuration: Dualstack and custom endpoint are not supported" => {
            "EndpointInvalid: useDualstackEndpoint"
        }
        "Invalid Configuration: Missing Region" => "RegionMissing: ",
        other => panic!("a new error in AWS's rules: {other}"),
    }
}

#[test]
fn every_region_with_every_option_is_where_botocore_says() {
    let mut count = 0;
    for Row { options, url, signing_region, .. } in rows() {
        let resolved = Endpoint::resolve(&options).unwrap_or_else(|error| panic!("{options:?}: {error}"));
        assert_eq!(resolved.url().strip_suffix('/'), Some(url), "{options:?}");
        assert_eq!(resolved.signing_region(), signing_region, "{options:?}");
        count += 1;
    }
    assert_eq!(count, 504);
}

/// The page may send keys to STS and to nobody else, and to every STS there is. A browser obeys the policy of the header
/// and that of the document together, so each that limits connections must list them all.
#[test]
fn the_page_may_connect_to_all_hosts_of_sts_and_no_others() {
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
            let foreign: Vec<_> = listed.difference(&known).collect();
            assert!(missing.is_empty() && foreign.is_empty(), "{name}: missing {missing:?}, foreign {foreign:?}");
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
    // AWS lists pseudo-regions such as aws-cn-global; STS has no host of their name.
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
        let options = Options {
            use_fips: fips == "1",
            use_dualstack: dualstack == "1",
            use_global: global == "1",
            ..Options::new(region)
        };
        Row { options, listed: listed == "1", url, signing_region }
    })
}
