//! An absolute URL in its parts. The `url` crate's tables for international names would double the wasm.

use crate::{Error, ErrorKind};

/// The parts of an absolute, percent-encoded http or https URL.
#[derive(Debug)]
pub(super) struct Url<'a> {
    /// Scheme and `://`, as given.
    pub(super) scheme: &'a str,
    /// Host and port, without the scheme's own port.
    pub(super) host: &'a str,
    /// The path, with its slash; empty where the URL has none.
    pub(super) path: &'a str,
    /// What follows the `?`; empty where nothing does.
    pub(super) query: &'a str,
}

impl<'a> Url<'a> {
    pub(super) fn parse(url: &'a str) -> Result<Self, Error> {
        let url = url.split('#').next().unwrap_or_default();
        let (scheme, rest, own_port) = if let Some(rest) = url.strip_prefix("https://") {
            ("https://", rest, ":443")
        } else if let Some(rest) = url.strip_prefix("http://") {
            ("http://", rest, ":80")
        } else {
            return Err(invalid("it must begin with https:// or http://"));
        };
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
        let host = authority.strip_suffix(own_port).unwrap_or(authority);
        if host.is_empty() || host.starts_with(':') {
            return Err(invalid("it has no host"));
        }
        if host.contains('@') {
            return Err(invalid("it holds a user name or password"));
        }
        if !host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte)) {
            return Err(invalid("its host has a character that no host has"));
        }
        Ok(Self { scheme, host, path, query })
    }
}

fn invalid(why: &str) -> Error {
    Error::new(ErrorKind::Configuration, "InvalidUrl", ["the URL cannot be signed: ", why].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_parts_and_its_schemes_own_port_is_left_out() {
        let parts = |url| Url::parse(url).map(|url| (url.host.to_owned(), url.path.to_owned(), url.query.to_owned()));
        let expect = |host: &str, path: &str, query: &str| (host.to_owned(), path.to_owned(), query.to_owned());
        assert_eq!(parts("https://sts.amazonaws.com").ok(), Some(expect("sts.amazonaws.com", "", "")));
        assert_eq!(parts("https://a.b:443/c/d?e=/f?#g").ok(), Some(expect("a.b", "/c/d", "e=/f?")));
        assert_eq!(parts("http://127.0.0.1:4566/").ok(), Some(expect("127.0.0.1:4566", "/", "")));
        assert_eq!(parts("http://[::1]:80?x").ok(), Some(expect("[::1]", "", "x")));
    }

    #[test]
    fn a_url_that_cannot_be_sent_is_refused_with_the_reason() {
        for (url, why) in [
            ("sts.amazonaws.com", "begin with https://"),
            ("ftp://a", "begin with https://"),
            ("https:///path", "no host"),
            ("https://:8080/", "no host"),
            ("https://user:pass@host/", "user name"),
            ("https://höst/", "character"),
            ("https://a b/", "character"),
        ] {
            let error = Url::parse(url).expect_err(url);
            assert!(error.message().contains(why), "{url}: {error}");
        }
    }
}
