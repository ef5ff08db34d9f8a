//! Checks that every file and every test in `THREAT_MODEL.md` exists.

use std::fs;
use std::path::Path;

#[test]
fn every_file_and_test_in_the_threat_model_exists() {
    let text = fs::read_to_string(root().join("THREAT_MODEL.md")).expect("the threat model");
    assert!(blocks(&text).iter().flat_map(|block| references(block).tests).count() > 20, "no tests found");
    assert_eq!(missing(&text), Vec::<String>::new());
}

#[test]
fn a_file_or_test_that_does_not_exist_is_reported() {
    let text = "| A guarantee | `tests/no_such_file.rs` |\n\
                | A guarantee | `tests/story.rs`: `no_such_test`, \"no such title\" |\n\
                \n- A non-goal (`tests/story.rs`: \"a title\n  over two lines\").\n";
    assert_eq!(
        missing(text),
        ["tests/no_such_file.rs", "fn no_such_test(", "\"no such title\"", "\"a title over two lines\""]
    );
}

/// The files and tests that a table row or a paragraph refers to. Tests are as in their source.
struct References<'a> {
    files: Vec<&'a str>,
    tests: Vec<String>,
}

/// Returns the files that do not exist, and the tests that are in none of the files in the same block.
fn missing(text: &str) -> Vec<String> {
    let mut missing = Vec::new();
    for block in blocks(text) {
        let References { files, tests } = references(&block);
        let sources: String = files.iter().filter_map(|file| fs::read_to_string(root().join(file)).ok()).collect();
        missing.extend(files.into_iter().filter(|file| !root().join(file).exists()).map(str::to_owned));
        missing.extend(tests.into_iter().filter(|test| !sources.contains(test)));
    }
    missing
}

/// The rows of tables, and the paragraphs and list items as one line each.
fn blocks(text: &str) -> Vec<String> {
    let mut blocks = vec![String::new()];
    for line in text.lines() {
        if line.is_empty() || line.starts_with(['|', '-', '#']) {
            blocks.push(String::new());
        }
        let block = blocks.last_mut().expect("a block");
        block.push_str(line.trim());
        block.push(' ');
    }
    blocks
}

/// A file is in backticks and contains a slash, a Rust test is in backticks and contains an underscore, and the title of a
/// JavaScript test is in quotes.
fn references(block: &str) -> References<'_> {
    let (code, prose): (Vec<_>, Vec<_>) = block.split('`').enumerate().partition(|(index, _)| index % 2 == 1);
    let code: Vec<&str> = code.into_iter().map(|(_, text)| text).filter(|text| !text.contains(' ')).collect();
    let is_test = |text: &str| text.contains('_') && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let functions = code.iter().filter(|text| is_test(text)).map(|name| format!("fn {name}("));
    let quoted = prose.iter().flat_map(|(_, text)| text.split('"').skip(1).step_by(2));
    let titles = quoted.filter(|title| *title != "Verified by").map(|title| format!("\"{title}\""));
    References {
        files: code.iter().copied().filter(|text| text.contains('/')).collect(),
        tests: functions.chain(titles).collect(),
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
