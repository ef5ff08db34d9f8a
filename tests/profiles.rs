//! Profiles in the files of the AWS CLI resolve to the same roles and credentials as in botocore and the SDKs.
#![cfg(all(feature = "profile", not(target_family = "wasm")))]

use std::fs;
use std::process::Command;

use sts_web::provider::profile::Profiles;
use sts_web::{ErrorKind, Secret};

const CREDENTIALS: &str = "\
# The keys
[default]
aws_access_key_id = AKIADEFAULT
aws_secret_access_key = a/secret+=#;
[user]
AWS_ACCESS_KEY_ID=AKIAUSER
aws_secret_access_key : user-secret
aws_session_token = token
[both]
aws_access_key_id = AKIABOTH
aws_secret_access_key = both-secret
[with spaces]
aws_access_key_id = AKIASPACES
aws_secret_access_key = s
";

const CONFIG: &str = "\
[default]
region = eu-central-1
s3 =
  max_concurrent_requests = 20
[profile user]
aws_access_key_id = overridden
region = us-east-1
[profile role]
role_arn = arn:aws:iam::123456789012:role/one
source_profile = user
role_session_name = me
external_id = id:1
duration_seconds = 900
[profile chained]
role_arn = arn:aws:iam::123456789012:role/two
source_profile = role
[profile both]
role_arn = arn:aws:iam::123456789012:role/three
source_profile = both
[profile through-both]
role_arn = arn:aws:iam::123456789012:role/four
source_profile = both
[profile \"with spaces\"]
region = us-east-1
[profile through-spaces]
role_arn = arn:aws:iam::123456789012:role/five
source_profile = with spaces
[profile loop-a]
role_arn = arn:aws:iam::123456789012:role/a
source_profile = loop-b
[profile loop-b]
role_arn = arn:aws:iam::123456789012:role/b
source_profile = loop-a
[profile self]
role_arn = arn:aws:iam::123456789012:role/self
source_profile = self
[profile no-source]
role_arn = arn:aws:iam::123456789012:role/none
[profile two-sources]
role_arn = arn:aws:iam::123456789012:role/two
source_profile = user
credential_source = Environment
[profile missing-source]
role_arn = arn:aws:iam::123456789012:role/missing
source_profile = nobody
[profile empty-source]
role_arn = arn:aws:iam::123456789012:role/empty
source_profile = nothing
[profile nothing]
region = us-east-1
[sso-session not-a-profile]
sso_region = us-east-1
";

/// Prints the calls of `AssumeRole` that botocore makes for a profile, and the access key ID that it ends with.
const SCRIPT: &str = r"
import sys, datetime
import botocore.session, botocore.credentials, botocore.exceptions
calls = []
class Stub:
    def __init__(self, key): self.key = key
    def assume_role(self, **request):
        calls.append([self.key, request['RoleArn'].split('/')[1], request.get('ExternalId', ''),
            str(request.get('DurationSeconds', ''))])
        expires = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
        return {'Credentials': {'AccessKeyId': 'ASIA-' + request['RoleArn'].split('/')[1], 'SecretAccessKey': 's',
            'SessionToken': 't', 'Expiration': expires}}
def client(*_, **options): return Stub(options['aws_access_key_id'])
session = botocore.session.Session(profile=sys.argv[1])
try:
    config = session.full_config
    builder = botocore.credentials.ProfileProviderBuilder(session)
    source = botocore.credentials.CanonicalNameCredentialSourcer([botocore.credentials.EnvProvider()])
    provider = botocore.credentials.AssumeRoleProvider(
        load_config=lambda: session.full_config, client_creator=client, cache={}, profile_name=sys.argv[1],
        credential_sourcer=source, profile_provider_builder=builder)
    found = provider.load() or builder._create_shared_credential_provider(sys.argv[1]).load()
    key = found.get_frozen_credentials().access_key if found else 'ERROR'
except botocore.exceptions.BotoCoreError:
    key = 'ERROR'
print('\n'.join(' '.join(call) for call in calls) + '\n' + key if key != 'ERROR' else 'ERROR')
";

/// Resolves a profile with this crate, and returns the result in the format of the script's output.
fn ours(profile: &str) -> String {
    let profiles = Profiles::parse(CREDENTIALS, CONFIG).expect("profiles");
    let chain = match profiles.chain(profile) {
        Ok(chain) => chain,
        Err(error) => {
            assert_eq!((error.kind(), error.code()), (ErrorKind::Configuration, "ProfileInvalid"), "{error}");
            return "ERROR".to_owned();
        }
    };
    let mut key = chain.credentials.access_key_id().to_owned();
    let mut lines = Vec::new();
    for role in &chain.roles {
        let name = role.role_arn.split('/').nth(1).expect("a name");
        let seconds = role.duration_seconds.map(|seconds| seconds.to_string()).unwrap_or_default();
        lines.push(format!(
            "{key} {name} {} {seconds}",
            role.external_id.as_ref().map(Secret::expose_secret).unwrap_or_default()
        ));
        key = format!("ASIA-{name}");
    }
    format!("{}\n{key}", lines.join("\n"))
}

#[test]
fn every_profile_resolves_as_in_botocore() {
    let Some(python) = std::env::var_os("STS_WEB_PYTHON") else {
        eprintln!("skipped: no Python with botocore; `cargo xtask test` installs one");
        return;
    };
    let folder = std::env::temp_dir().join(format!("sts-web-profiles-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("credentials"), CREDENTIALS).expect("a file");
    fs::write(folder.join("config"), CONFIG).expect("a file");
    for profile in [
        "default",
        "user",
        "role",
        "chained",
        "both",
        "through-both",
        "with spaces",
        "through-spaces",
        "loop-a",
        "self",
        "no-source",
        "two-sources",
        "missing-source",
        "empty-source",
        "nothing",
    ] {
        let output = Command::new(&python)
            .args(["-c", SCRIPT, profile])
            .env("AWS_SHARED_CREDENTIALS_FILE", folder.join("credentials"))
            .env("AWS_CONFIG_FILE", folder.join("config"))
            .output()
            .expect("Python");
        let theirs = String::from_utf8_lossy(&output.stdout);
        let trace = String::from_utf8_lossy(&output.stderr);
        assert_eq!(ours(profile).trim(), theirs.trim(), "{profile}: {trace}");
    }
    fs::remove_dir_all(&folder).expect("the folder");
}

#[test]
fn settings_are_read_and_secrets_are_not_shown() {
    let profiles = Profiles::parse(CREDENTIALS, CONFIG).expect("profiles");
    assert_eq!(profiles.setting("default", "region"), Some("eu-central-1"));
    assert_eq!(profiles.chain("role").expect("a chain").roles[0].role_session_name, "me");
    let shown = format!("{profiles:?} {:?}", profiles.chain("role"));
    assert!(shown.contains("\"through-both\"") && !shown.contains("secret"), "{shown}");
    assert!(!shown.contains("not-a-profile"), "{shown}");
}

#[test]
fn a_malformed_line_is_reported_by_its_number() {
    for (text, line) in [("key = value\n", 1), ("[a]\nx = 1\nno setting\n", 3), ("\n[a\n", 2)] {
        let error = Profiles::parse(text, "").expect_err(text);
        assert_eq!(error.message(), format!("line {line} of the credentials file is neither a section nor a setting"));
    }
}

/// Files that people indent, with the settings of both files in a profile. Each has the profiles `default` or `prod`.
const INDENTED: [(&str, &str); 8] = [
    ("[default]\n  aws_access_key_id = AKIA1\n  aws_secret_access_key = one\n", ""),
    ("[default]\n\n\taws_access_key_id = AKIA1\n\n\taws_secret_access_key = one\n[prod]\n", ""),
    (
        "  [default]\n  aws_access_key_id = AKIA1\n  aws_secret_access_key = one\n  # the other\n  [prod]\n    \
         aws_access_key_id = AKIA2\n    aws_secret_access_key = two\n    aws_session_token = token\n",
        "",
    ),
    ("[default]\naws_access_key_id = AKIA1\n  aws_secret_access_key = one\n", ""),
    (
        "[default]\n  s3 =\n    aws_access_key_id = nested\n  aws_access_key_id = AKIA1\naws_secret_access_key = one\n",
        "[profile prod]\ns3 =\n\n  aws_access_key_id = nested\n# comment\n  aws_secret_access_key = nested\n",
    ),
    (
        "[prod]\naws_access_key_id = AKIA2\naws_secret_access_key = two\n",
        "[profile prod]\naws_access_key_id = ASIA1\naws_secret_access_key = old\naws_session_token = old\n",
    ),
    (
        "[prod]\nregion = us-east-1\n",
        "[profile prod]\naws_access_key_id = ASIA1\naws_secret_access_key = one\naws_security_token = token\n",
    ),
    ("[default]\naws_access_key_id = AKIA1\naws_secret_access_key = one\n [prod]\naws_access_key_id = AKIA2\n", ""),
];

/// Prints the credentials of both profiles, for the files in each folder.
const CREDENTIALS_SCRIPT: &str = r"
import os, sys
import botocore.session, botocore.exceptions
os.environ['AWS_EC2_METADATA_DISABLED'] = 'true'
for folder in sys.argv[1:]:
    os.environ['AWS_SHARED_CREDENTIALS_FILE'] = os.path.join(folder, 'credentials')
    os.environ['AWS_CONFIG_FILE'] = os.path.join(folder, 'config')
    for profile in 'default', 'prod':
        try:
            found = botocore.session.Session(profile=profile).get_credentials()
            print(*found.get_frozen_credentials()[:3] if found else ['ERROR'])
        except botocore.exceptions.BotoCoreError:
            print('ERROR')
";

#[test]
fn indented_files_have_the_credentials_that_botocore_finds() {
    let Some(python) = std::env::var_os("STS_WEB_PYTHON") else {
        eprintln!("skipped: no Python with botocore; `cargo xtask test` installs one");
        return;
    };
    let folder = std::env::temp_dir().join(format!("sts-web-indented-{}", std::process::id()));
    let folders: Vec<_> = (0..INDENTED.len()).map(|index| folder.join(index.to_string())).collect();
    for (folder, (credentials, config)) in folders.iter().zip(INDENTED) {
        fs::create_dir_all(folder).expect("a folder");
        fs::write(folder.join("credentials"), credentials).expect("a file");
        fs::write(folder.join("config"), config).expect("a file");
    }
    let output = Command::new(&python).args(["-c", CREDENTIALS_SCRIPT]).args(&folders).output().expect("Python");
    let trace = String::from_utf8_lossy(&output.stderr);
    let theirs = String::from_utf8_lossy(&output.stdout);
    assert_eq!(theirs.lines().count(), 2 * INDENTED.len(), "{trace}");
    for ((credentials, config), theirs) in INDENTED.iter().zip(theirs.lines().collect::<Vec<_>>().chunks(2)) {
        let profiles = Profiles::parse(credentials, config);
        let ours = ["default", "prod"].map(|profile| {
            let Ok(chain) = profiles.as_ref().map_err(Clone::clone).and_then(|profiles| profiles.chain(profile)) else {
                return "ERROR".to_owned();
            };
            let found = chain.credentials;
            let token = found.session_token().unwrap_or("None");
            [found.access_key_id(), found.secret_access_key(), token].join(" ")
        });
        assert_eq!(ours, *theirs, "{credentials}{config}");
    }
    fs::remove_dir_all(&folder).expect("the folder");
}

// As in the tests of the AWS SDK for Rust (aws-config, test-data/profile-parser-tests.json).
#[test]
fn comments_end_values_a_prefix_takes_precedence_and_both_files_are_merged() {
    let config = "\u{feff}[default]\nregion = us-east-1\noutput = text\n[profile default] # mine\n\
                  region = eu-west-1 # Ireland\nname = a#b;c ; d # e\nempty = ; none\n";
    for config in [config.to_owned(), config.replace('\n', "\r\n")] {
        let profiles = Profiles::parse("", &config).expect("profiles");
        let setting = |name| profiles.setting("default", name);
        assert_eq!(setting("region"), Some("eu-west-1"));
        assert_eq!(setting("name"), Some("a#b;c"));
        assert_eq!(setting("empty"), Some(""));
        assert_eq!(setting("output"), None, "of the section that is replaced");
    }
    let keys = "[default]\naws_secret_access_key = one\naws_session_token = token\n";
    let merged = Profiles::parse("[default]\naws_access_key_id = ASIA1\n", keys).expect("profiles");
    let credentials = merged.chain("default").expect("a chain").credentials;
    assert_eq!((credentials.access_key_id(), credentials.session_token()), ("ASIA1", Some("token")));
    let continued = Profiles::parse("", "[default]\ncredential_process = a\n  --flag # b\n").expect("profiles");
    assert_eq!(continued.setting("default", "credential_process"), Some("a\n--flag # b"));
}

#[test]
fn a_section_that_would_continue_a_setting_is_reported_instead_of_its_credentials_used() {
    let text = "[default]\naws_access_key_id = AKIA1\n  [prod]\naws_access_key_id = AKIA2\n";
    let error = Profiles::parse(text, "").expect_err("ambiguous");
    assert!(
        error.message().starts_with("line 3 of the credentials file is a section that is indented more"),
        "{error}"
    );
}

#[test]
fn a_profile_without_usable_credentials_is_reported_with_the_reason() {
    let config = "[profile process]\ncredential_process = /bin/get secret\n\
                  [profile sso]\nsso_session = company\nsso_account_id = 123456789012\n\
                  [profile through-sso]\nrole_arn = arn:aws:iam::123456789012:role/a\nsource_profile = sso\n\
                  [profile token-file]\nrole_arn = arn:aws:iam::123456789012:role/a\nsource_profile = default\n\
                  web_identity_token_file = /var/token\n[default]\naws_access_key_id = AKIA1\n\
                  aws_secret_access_key = one\n[profile joined]\nrole_arn = arn:aws:iam::123456789012:role/a\n\
                  source_profile = default\n  aws_secret_access_key = secret\n";
    let profiles = Profiles::parse("", config).expect("profiles");
    for (profile, reason) in [
        ("process", "the profile process gets its credentials from credential_process, which is not supported"),
        ("sso", "the profile sso gets its credentials from sso_session, which is not supported"),
        ("through-sso", "the profile sso gets its credentials from sso_session, which is not supported"),
        ("token-file", "the profile token-file has a web_identity_token_file; use provider::web_identity instead"),
        ("joined", "the profile default does not exist"),
    ] {
        let error = profiles.chain(profile).expect_err(profile);
        assert!(error.message().starts_with(reason), "{error}");
        assert!(!error.message().contains("secret"), "{error}");
    }
}
