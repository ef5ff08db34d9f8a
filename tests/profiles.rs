//! Profiles in the files of the AWS CLI resolve to the same roles and credentials as in botocore.
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
