//! Error documents of AWS and of other servers that implement STS.

use super::xml::{Node, Xml};
use super::{UNEXPECTED, unexpected_response};
use crate::http::Response;
use crate::{Error, ErrorKind};

/// Parses a response with an error status.
///
/// The supported documents are `<ErrorResponse><Error>`, `<ErrorResponse><Errors><Error>`, `<Response><Errors><Error>`
/// and a bare `<Error>`. Anything else is an unexpected response.
pub(super) fn parse(body: &str, response: &Response) -> Error {
    document(body).unwrap_or_else(|error| {
        let status = response.status;
        match status {
            300..400 => {
                unexpected_response(&format!("it is a redirect (HTTP {status}), and redirects are not followed"))
            }
            _ => unexpected_response(&format!("HTTP {status}; {}", description(body, &error))),
        }
    })
}

/// Describes the body without quoting it, since a proxy may echo the request.
fn description<'a>(body: &'a str, error: &'a Error) -> &'a str {
    let start = body.trim_ascii_start().get(..14).unwrap_or(body.trim_ascii_start());
    if start.eq_ignore_ascii_case("<!doctype html") || start.to_ascii_lowercase().starts_with("<html") {
        "it is an HTML page, probably from a proxy"
    } else {
        error.message().strip_prefix(UNEXPECTED).unwrap_or_default()
    }
}

#[derive(Default)]
struct Fields {
    code: Option<String>,
    message: Option<String>,
    request_id: Option<String>,
}

fn document(body: &str) -> Result<Error, Error> {
    let mut xml = Xml::new(body);
    let mut fields = Fields::default();
    let root = xml.any_root()?;
    if !matches!(root, "Error" | "ErrorResponse" | "Response") {
        return Err(unexpected_response("its root element is not that of an error"));
    }
    error(&mut xml, &mut fields)?;
    xml.end()?;
    let code =
        fields.code.filter(|code| !code.is_empty()).ok_or_else(|| unexpected_response("the error has no code"))?;
    let message = fields.message.filter(|message| !message.is_empty());
    let message = message.unwrap_or_else(|| "the service returned no message".to_owned());
    Ok(Error::new(ErrorKind::Service, code, message).with_request_id(fields.request_id))
}

/// Reads the children of the root element, or of an element that contains the error.
fn error(xml: &mut Xml<'_>, fields: &mut Fields) -> Result<(), Error> {
    while let Node::Open(name) = xml.next()? {
        let field = match name {
            "Errors" | "ResponseMetadata" => {
                error(xml, fields)?;
                continue;
            }
            "Error" if fields.code.is_none() => {
                error(xml, fields)?;
                continue;
            }
            "Code" => &mut fields.code,
            "Message" | "message" => &mut fields.message,
            "RequestId" | "RequestID" => &mut fields.request_id,
            _ => {
                xml.skip()?;
                continue;
            }
        };
        *field = Some(xml.text()?.trim_ascii().to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::parse as parse_response;
    use super::*;
    use crate::model::operation;

    fn failed(status: u16, headers: &[(&str, &str)], body: &str) -> Error {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let response = Response { status, headers, body: body.as_bytes().to_vec() };
        parse_response(operation("AssumeRole").expect("an operation"), &response).expect_err("an error")
    }

    fn assert_denied(error: &Error) {
        assert_eq!(error.kind(), ErrorKind::Service);
        assert_eq!((error.code(), error.message(), error.status()), ("AccessDenied", "No & never", Some(403)));
        assert_eq!(error.request_id(), Some("id-1"));
    }

    #[test]
    fn the_error_documents_of_all_servers_are_parsed() {
        for body in [
            r#"<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
               <Code>AccessDenied</Code><Message>No &amp; never</Message></Error><RequestId>id-1</RequestId></ErrorResponse>"#,
            "<ErrorResponse><Errors><Error><Code>AccessDenied</Code><Message>No &amp; never</Message></Error></Errors>\
             <RequestID>id-1</RequestID></ErrorResponse>",
            "<Response><Errors><Error><Code>AccessDenied</Code><Message>No &amp; never</Message></Error></Errors>\
             <RequestID>id-1</RequestID></Response>",
            "<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message><![CDATA[No & never]]></Message>\
             <RequestId>id-1</RequestId><HostId>h</HostId></Error>",
            "<ErrorResponse><Error><Code>AccessDenied</Code><Message>No &amp; never</Message></Error>\
             <ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></ErrorResponse>",
        ] {
            assert_denied(&failed(403, &[], body));
        }
    }

    #[test]
    fn the_request_id_may_come_in_a_header() {
        let body = "<Error><Code>AccessDenied</Code><Message>No &amp; never</Message></Error>";
        assert_denied(&failed(403, &[("X-Amzn-RequestId", "id-1")], body));
        assert_denied(&failed(403, &[("x-amzn-requestid", ""), ("x-amz-request-id", "id-1")], body));
        assert_eq!(failed(403, &[("x-amzn-requestid", "")], body).request_id(), None);
    }

    #[test]
    fn the_first_of_several_errors_is_returned() {
        let body = "<Response><Errors><Error><Code>AccessDenied</Code><Message>No &amp; never</Message></Error>\
            <Error><Code>Other</Code><Message>other</Message></Error></Errors><RequestID>id-1</RequestID></Response>";
        assert_denied(&failed(403, &[], body));
    }

    #[test]
    fn an_error_without_a_message_says_so() {
        let error = failed(400, &[], "<ErrorResponse><Error><Code>Throttling</Code><Message/></Error></ErrorResponse>");
        assert_eq!((error.code(), error.message()), ("Throttling", "the service returned no message"));
    }

    #[test]
    fn a_body_that_is_not_an_error_document_is_described_without_its_content() {
        for (status, body, description) in [
            (502, "<html><body>secret</body></html>", "HTTP 502; it is an HTML page, probably from a proxy"),
            (502, "<!DOCTYPE html><p>secret", "HTTP 502; it is an HTML page, probably from a proxy"),
            (503, "", "HTTP 503; it is empty"),
            (500, "{\"secret\": 1}", "HTTP 500; it is not XML"),
            (403, "<Other>secret</Other>", "HTTP 403; its root element is not that of an error"),
            (403, "<Error><Message>secret</Message></Error>", "HTTP 403; the error has no code"),
            (307, "", "it is a redirect (HTTP 307), and redirects are not followed"),
        ] {
            let error = failed(status, &[], body);
            assert_eq!((error.kind(), error.code()), (ErrorKind::Response, "UnexpectedResponse"), "{body}");
            assert_eq!(error.message(), [UNEXPECTED, description].concat());
            assert_eq!(error.status(), Some(status));
        }
    }

    #[test]
    fn nesting_depth_is_limited() {
        let body = ["<ErrorResponse>", &"<Errors>".repeat(100_000)].concat();
        assert!(failed(403, &[], &body).message().ends_with("nested too deeply"));
    }

    #[test]
    fn an_error_document_truncated_at_any_byte_is_not_a_service_error() {
        let body = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>No</Message></Error></ErrorResponse>";
        for length in 0..body.len() {
            assert_eq!(failed(403, &[], &body[..length]).kind(), ErrorKind::Response);
        }
    }
}
