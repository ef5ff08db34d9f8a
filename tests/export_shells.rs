//! Reads exports back with the programs that they are for: shells, botocore, and Python's JSON module, which the AWS CLI
//! uses. Programs that are not installed are skipped, and the output lists those that ran.

#![cfg(unix)]

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, UNIX_EPOCH};

use proptest::prelude::*;
use sts_web::Credentials;
use sts_web::export::{ExportOptions, Format, export, to_cli_json};

/// A shell, its arguments, commands to run before the export, and the export's format.
const SHELLS: [(&str, &[&str], &str, Format); 5] = [
    ("sh", &[], "", Format::Sh),
    ("dash", &[], "", Format::Sh),
    // History expansion, as in an interactive shell, replaces ! and ^ outside of quotes.
    ("bash", &["--norc"], "set -o history -o histexpand\n", Format::Sh),
    ("zsh", &["-f"], "setopt rc_quotes\n", Format::Sh),
    ("fish", &["--no-config"], "", Format::Fish),
];

#[test]
fn installed_shells_read_back_special_characters() {
    let ran: Vec<_> = SHELLS.into_iter().filter(|(shell, ..)| is_installed(shell)).collect();
    let names: Vec<_> = ran.iter().map(|(shell, ..)| *shell).collect();
    println!("shells that ran: {}", names.join(", "));
    assert!(names.contains(&"sh"), "every Unix system has sh");
    for value in [
        "plain",
        "it's",
        "''",
        "'",
        "\\",
        "\\'",
        "a\nb",
        ".\n.",
        "a\r\nb\t",
        "$HOME ${x} $(touch x) `id`",
        "\"quoted\"",
        "!! !x 50% %PATH%",
        "first\n!! ^ \"!x\" '!'\n^a^b",
        "# no comment; & | < > ( ) { } [ ] * ? ~",
        "é → 日本 😀",
        "‘typographic’",
        "-n",
        " leading and trailing ",
    ] {
        for shell in &ran {
            assert_read_back(shell, value, value);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn installed_shells_read_back_any_value(
        secret in any::<String>().prop_map(|text| text.replace('\0', "") + "."),
        token in "[ -~\\n\\t'\"\\\\$`!%]{0,40}",
    ) {
        for shell in SHELLS.into_iter().filter(|(shell, ..)| is_installed(shell)) {
            assert_read_back(&shell, &secret, &token);
        }
    }

    #[test]
    fn json_equals_the_output_of_python_as_used_by_the_aws_cli(value in json()) {
        let compact = serde_json::to_string(&value).expect("JSON");
        let script = "import json, sys\nsys.stdin.reconfigure(encoding='utf-8', newline='')\n\
                      sys.stdout.reconfigure(encoding='utf-8', newline='')\n\
                      json.dump(json.loads(sys.stdin.read()), sys.stdout, indent=4, ensure_ascii=False)\nprint()";
        if is_installed("python3") {
            let printed = output(Command::new("python3").args(["-c", script]), &compact);
            let ours = to_cli_json(&value).expect("JSON");
            prop_assert_eq!(ours.as_bytes(), &printed[..]);
        }
    }
}

#[test]
fn variables_that_the_credentials_do_not_have_are_unset_and_the_region_and_endpoint_are_set() {
    let long_term = Credentials::new("AKIA", "secret");
    let endpoint = "http://localhost:4566";
    let options = ExportOptions { region: Some("eu-central-1"), endpoint: Some(endpoint), ..ExportOptions::default() };
    for (shell, arguments, before, format) in SHELLS.into_iter().filter(|(shell, ..)| is_installed(shell)) {
        let script = [before, &export(&long_term, format, &options).expect("commands"), "env -0\n"].concat();
        let mut command = Command::new(shell);
        command.args(arguments).env("AWS_REGION", "old").env("AWS_ENDPOINT_URL", "old");
        command.env("AWS_SESSION_TOKEN", "old").env("AWS_CREDENTIAL_EXPIRATION", "old").env("AWS_PROFILE", "old");
        let environment = output(&mut command, &script);
        assert_eq!(variable(&environment, "AWS_SECRET_ACCESS_KEY").as_deref(), Some("secret"), "{shell}");
        assert_eq!(variable(&environment, "AWS_SESSION_TOKEN"), None, "{shell}");
        assert_eq!(variable(&environment, "AWS_CREDENTIAL_EXPIRATION"), None, "{shell}");
        assert_eq!(variable(&environment, "AWS_PROFILE"), None, "{shell}");
        assert_eq!(variable(&environment, "AWS_REGION").as_deref(), Some("eu-central-1"), "{shell}");
        assert_eq!(variable(&environment, "AWS_DEFAULT_REGION").as_deref(), Some("eu-central-1"), "{shell}");
        assert_eq!(variable(&environment, "AWS_ENDPOINT_URL").as_deref(), Some(endpoint), "{shell}");
    }
}

/// Values that are special in some syntax, on one line.
const SPECIAL: [&str; 8] = [
    "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY==",
    "$HOME ${x} $(touch x) `id`",
    "%{if true}${a}$${b}%%{c}",
    "# no comment; & | < > ( ) { } [ ] * ? ~",
    "\"quoted\" !! ^",
    "it's \\ \\n",
    "100%25%0A",
    "é → 日本 😀",
];

#[test]
fn sh_reads_the_env_file_and_unsupported_values_are_rejected() {
    for value in SPECIAL {
        let file = export(&temporary(value, "t/+=="), Format::Env, &ExportOptions::default());
        if value.contains(['\'', '\\']) {
            let error = file.expect_err(value);
            assert!(error.message().starts_with("AWS_SECRET_ACCESS_KEY has a single quote"), "{error}");
            continue;
        }
        let script = ["set -a\n", &file.expect("a file"), "env -0\n"].concat();
        let environment = output(&mut Command::new("sh"), &script);
        assert_eq!(variable(&environment, "AWS_SECRET_ACCESS_KEY").as_deref(), Some(value));
        assert_eq!(variable(&environment, "AWS_SESSION_TOKEN").as_deref(), Some("t/+=="));
    }
}

#[test]
fn the_docker_file_has_the_values_without_quotes_on_one_line_each() {
    for value in SPECIAL {
        let file = export(&temporary(value, "t"), Format::Docker, &ExportOptions::default()).expect("a file");
        let line = file.lines().find_map(|line| line.strip_prefix("AWS_SECRET_ACCESS_KEY="));
        assert_eq!(line, Some(value));
        assert!(!file.contains("AWS_PROFILE"), "{}", *file);
    }
    let error = export(&temporary("a\nb", "t"), Format::Docker, &ExportOptions::default()).expect_err("two lines");
    assert!(error.message().starts_with("AWS_SECRET_ACCESS_KEY has a line break"), "{error}");
}

#[test]
fn a_step_of_github_actions_masks_the_values_before_it_sets_them() {
    let file = std::env::temp_dir().join(format!("sts-web-github-{}", std::process::id()));
    for value in SPECIAL {
        std::fs::write(&file, "").expect("a file");
        let commands = export(&temporary(value, "t/+=="), Format::GitHub, &ExportOptions::default()).expect("commands");
        let log = output(Command::new("sh").env("GITHUB_ENV", &file), &commands);
        let masked = value.replace('%', "%25");
        let expected = format!("::add-mask::ASIAEXAMPLE\n::add-mask::{masked}\n::add-mask::t/+==\n");
        assert_eq!(String::from_utf8(log).expect("UTF-8"), expected);
        let variables = std::fs::read_to_string(&file).expect("the file");
        assert!(
            variables.lines().any(|line| line.strip_prefix("AWS_SECRET_ACCESS_KEY=") == Some(value)),
            "{variables}"
        );
    }
    std::fs::remove_file(&file).expect("the file");
}

#[test]
fn node_evaluates_the_configuration_of_a_javascript_client() {
    if !succeeds(Command::new("node").arg("--version")) {
        println!("skipped: Node is not installed");
        return;
    }
    let options = ExportOptions { region: Some("eu-central-1"), ..ExportOptions::default() };
    for value in SPECIAL.into_iter().chain(["a\nb\u{8}\u{b}\u{c}\u{1b}\u{2028}"]) {
        let literal = export(&temporary(value, "t"), Format::JavaScript, &options).expect("an object");
        let script = format!("process.stdout.write(JSON.stringify({}))", literal.trim_end());
        let printed = output(Command::new("node").arg("-"), &script);
        let expected = serde_json::json!({
            "region": "eu-central-1",
            "credentials": {
                "accessKeyId": "ASIAEXAMPLE",
                "secretAccessKey": value,
                "sessionToken": "t",
                "expiration": "2026-11-23T19:00:00.000Z",
            },
        });
        assert_eq!(serde_json::from_slice::<serde_json::Value>(&printed).expect("JSON"), expected);
    }
}

#[test]
fn terraform_reads_the_variables() {
    if !succeeds(Command::new("terraform").arg("version").env("TF_CLI_CONFIG_FILE", "/dev/null")) {
        println!("skipped: Terraform is not installed");
        return;
    }
    let directory = std::env::temp_dir().join(format!("sts-web-terraform-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory");
    let declared = ["access_key", "secret_key", "token", "region"].map(|name| format!("variable \"{name}\" {{}}\n"));
    std::fs::write(directory.join("main.tf"), declared.concat()).expect("a file");
    let options = ExportOptions { region: Some("eu-central-1"), ..ExportOptions::default() };
    for value in SPECIAL.into_iter().chain(["a\nb\u{8}\u{c}\u{1b}"]) {
        let file = export(&temporary(value, "t"), Format::Terraform, &options).expect("a file");
        std::fs::write(directory.join("keys.tfvars"), file.as_bytes()).expect("a file");
        let mut command = Command::new("terraform");
        command.args(["console", "-var-file=keys.tfvars"]).current_dir(&directory);
        command.env("TF_CLI_CONFIG_FILE", "/dev/null").env("CHECKPOINT_DISABLE", "1");
        // Encoded, because the console prints strings in its own syntax.
        let printed = output(&mut command, "base64encode(jsonencode([var.secret_key, var.token, var.region]))\n");
        let printed = String::from_utf8(printed).expect("UTF-8");
        let decoded = output(Command::new("base64").arg("-d"), printed.trim().trim_matches('"'));
        let read: serde_json::Value = serde_json::from_slice(&decoded).expect("JSON");
        assert_eq!(read, serde_json::json!([value, "t", "eu-central-1"]));
    }
    std::fs::remove_dir_all(&directory).expect("the directory");
}

#[test]
fn nul_is_rejected_for_every_shell_and_the_message_has_no_secret() {
    for format in [Format::Sh, Format::Fish, Format::PowerShell, Format::Cmd] {
        let error = export(&Credentials::new("AKIA", "hidden\0"), format, &ExportOptions::default()).expect_err("NUL");
        assert!(error.message().starts_with("AWS_SECRET_ACCESS_KEY has a "), "{error}");
        assert!(!error.to_string().contains("hidden"), "{error}");
    }
}

#[test]
fn powershell_escapes_every_kind_of_single_quote() {
    let credentials = Credentials::new("AKIA", "it's ‘a’ ‚b‛ $x `n \"q\" \\ %PATH%\nnext");
    assert_eq!(
        *export(&credentials, Format::PowerShell, &ExportOptions::default()).expect("commands"),
        "$env:AWS_ACCESS_KEY_ID = 'AKIA'\n\
         $env:AWS_SECRET_ACCESS_KEY = 'it''s ‘‘a’’ ‚‚b‛‛ $x `n \"q\" \\ %PATH%\nnext'\n\
         Remove-Item -ErrorAction Ignore Env:AWS_SESSION_TOKEN\n\
         Remove-Item -ErrorAction Ignore Env:AWS_CREDENTIAL_EXPIRATION\n\
         Remove-Item -ErrorAction Ignore Env:AWS_PROFILE\n"
    );
}

#[test]
fn cmd_quotes_values_and_rejects_characters_that_it_cannot_quote() {
    assert_eq!(
        *export(&temporary("a&b|c^d<e>(f)'g", "t/+="), Format::Cmd, &ExportOptions::default()).expect("commands"),
        "set \"AWS_ACCESS_KEY_ID=ASIAEXAMPLE\"\r\n\
         set \"AWS_SECRET_ACCESS_KEY=a&b|c^d<e>(f)'g\"\r\n\
         set \"AWS_SESSION_TOKEN=t/+=\"\r\n\
         set \"AWS_CREDENTIAL_EXPIRATION=2026-11-23T19:00:00+00:00\"\r\n\
         set \"AWS_PROFILE=\"\r\n"
    );
    for value in ["a\"b", "%PATH%", "a!b", "a\nb", "a\rb", "é"] {
        let error = export(&temporary("s", value), Format::Cmd, &ExportOptions::default()).expect_err(value);
        assert!(error.message().starts_with("AWS_SESSION_TOKEN has a quote, %, !"), "{error}");
    }
    let error =
        export(&temporary("s", &"a".repeat(8192)), Format::Cmd, &ExportOptions::default()).expect_err("too long");
    assert_eq!(error.message(), "AWS_SESSION_TOKEN exceeds the maximum line length of cmd");
}

#[test]
fn botocore_reads_the_credentials_file_and_the_credential_process() {
    let script = "import sys, botocore.session\nkeys = botocore.session.Session(profile=sys.argv[1]).get_credentials()\n\
                  time = getattr(keys, '_expiry_time', None)\nkeys = keys.get_frozen_credentials()\n\
                  print(keys.access_key, keys.secret_key, keys.token, time and time.isoformat(), sep='\\n')";
    if !succeeds(Command::new("python3").args(["-c", "import botocore.session"])) {
        println!("skipped: botocore is not installed");
        return;
    }
    let directory = std::env::temp_dir().join(format!("sts-web-export-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory");
    let write = |name: &str, text: &str| {
        std::fs::write(directory.join(name), text).expect("a file");
        directory.join(name)
    };
    // The process's output must not have expired when botocore reads it.
    let keys = Credentials::new("ASIAEXAMPLE", "a=b:c%d#e;f\"g'/+")
        .with_session_token("[FwoG]/+==é")
        .with_expiration(UNIX_EPOCH + Duration::from_secs(7_258_118_400));
    let team = ExportOptions { profile: "team.a/b@c:d+e", region: Some("eu-central-1"), endpoint: None };
    let credentials = write("credentials", &export(&keys, Format::Ini, &team).expect("a profile"));
    let process = write("process", &export(&keys, Format::Process, &ExportOptions::default()).expect("an output"));
    let config = write("config", &format!("[profile process]\ncredential_process = cat \"{}\"\n", process.display()));
    let read = |profile: &str| {
        let mut command = Command::new("python3");
        command.args(["-c", script, profile]).env("PYTHONUTF8", "1");
        command.env("AWS_SHARED_CREDENTIALS_FILE", &credentials).env("AWS_CONFIG_FILE", &config);
        String::from_utf8(output(&mut command, "")).expect("UTF-8")
    };
    let expected = "ASIAEXAMPLE\na=b:c%d#e;f\"g'/+\n[FwoG]/+==é\n";
    assert_eq!(read("team.a/b@c:d+e"), [expected, "None\n"].concat());
    assert_eq!(read("process"), [expected, "2200-01-01T00:00:00+00:00\n"].concat());
    std::fs::remove_dir_all(&directory).expect("the directory");
}

fn temporary(secret: &str, token: &str) -> Credentials {
    Credentials::new("ASIAEXAMPLE", secret)
        .with_session_token(token)
        .with_expiration(UNIX_EPOCH + Duration::from_secs(1_795_460_400))
}

fn assert_read_back(shell: &(&str, &[&str], &str, Format), secret: &str, token: &str) {
    let (shell, arguments, before, format) = *shell;
    // `Credentials` trims its values and treats an empty token as none.
    let credentials = temporary(secret, token);
    let commands = export(&credentials, format, &ExportOptions::default()).expect("commands");
    let environment = output(Command::new(shell).args(arguments), &[before, &commands, "env -0\n"].concat());
    let read = |name| variable(&environment, name);
    assert_eq!(read("AWS_ACCESS_KEY_ID").as_deref(), Some("ASIAEXAMPLE"), "{shell}");
    assert_eq!(read("AWS_SECRET_ACCESS_KEY").as_deref(), Some(credentials.secret_access_key()), "{shell}");
    assert_eq!(read("AWS_SESSION_TOKEN").as_deref(), credentials.session_token(), "{shell}");
    assert_eq!(read("AWS_CREDENTIAL_EXPIRATION").as_deref(), Some("2026-11-23T19:00:00+00:00"), "{shell}");
}

fn variable(environment: &[u8], name: &str) -> Option<String> {
    let prefix = [name, "="].concat();
    let entry = environment.split(|byte| *byte == 0).find_map(|entry| entry.strip_prefix(prefix.as_bytes()))?;
    Some(String::from_utf8(entry.to_vec()).expect("UTF-8"))
}

fn is_installed(program: &str) -> bool {
    succeeds(Command::new(program).args(["-c", ""]))
}

fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn output(command: &mut Command, input: &str) -> Vec<u8> {
    command.env("LC_ALL", "C.UTF-8").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("an installed program");
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("a program that reads its input");
    let output = child.wait_with_output().expect("the output");
    assert!(output.status.success(), "{command:?} {}", output.status);
    output.stdout
}

/// Values of the types in STS responses: strings, integers, lists and structures.
fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        any::<String>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        "[\\x00-\\x7f]{0,8}".prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            prop::collection::vec((any::<String>(), inner), 0..4)
                .prop_map(|entries| entries.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}
