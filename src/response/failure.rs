//! The error documents of AWS and of other servers that speak STS.

use super::foreign;
use super::xml::{Node, Xml};
use crate::http::Response;
use crate::{Error, ErrorKind};

/// The service's error out of a response with an error status.
///
/// Read are `<ErrorResponse><Error>`, `<ErrorResponse><Errors><Error>`, `<Response><Errors><Error>` and a bare
/// `<Error>`; anything else is an answer that STS does not give.
pub(super) fn read(text: &str, response: &Response) -> Error {
    document(text).unwrap_or_else(|error| {
        let status = response.status.to_string();
        match response.status {
            300..400 => foreign(&["it is a redirect (HTTP ", &status, "), which is never followed"].concat()),
            _ => foreign(&["HTTP ", &status, ", and ", described(text, &error)].concat()),
        }
    })
}

/// What the body is; never what it says, since a proxy may echo the request.
fn described<'a>(text: &'a str, error: &'a Error) -> &'a str {
    let start = text.trim_ascii_start().get(..14).unwrap_or(text.trim_ascii_start());
    if start.eq_ignore_ascii_case("<!doctype html") || start.to_ascii_lowercase().starts_with("<html") {
        "it is an HTML page, as a proxy would send"
    } else {
        error.message().rsplit_once(':').map_or("", |(_, why)| why.trim_ascii_start())
    }
}

#[derive(Default)]
struct Found {
    code: Option<String>,
    message: Option<String>,
    request_id: Option<String>,
}

fn document(text: &str) -> Result<Error, Error> {
    let mut xml = Xml::new(text);
    let mut found = Found::default();
    let root = xml.any_root()?;
    if !matches!(&*root, "Error" | "ErrorResponse" | "Response") {
        return Err(foreign("its root element is not that of an error"));
    }
    error(&mut xml, &mut found)?;
    xml.end()?;
    let code = found.code.filter(|code| !code.is_empty()).ok_or_else(|| foreign("the error has no code"))?;
    let message = found.message.filter(|message| !message.is_empty());
    let message = message.unwrap_or_else(|| "the service gave no message".to_owned());
    Ok(Error::new(ErrorKind::Service, code, message).with_request_id(found.request_id))
}

/// Reads what is inside the root, or inside an element that holds the error.
fn error(xml: &mut Xml<'_>, found: &mut Found) -> Result<(), Error> {
    while let Node::Open(name) = xml.next()? {
        let place = match &*name {
            "Errors" | "ResponseMetadata" => {
                error(xml, found)?;
                continue;
            }
            "Error" if found.code.is_none() => {
                error(xml, found)?;
                continue;
            }
            "Code" => &mut found.code,
            "Message" | "message" => &mut found.message,
            "RequestId" | "RequestID" => &mut found.request_id,
            _ => {
                xml.skip()?;
                continue;
            }
        };
        *place = Some(xml.text()?.trim_ascii().to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::read as read_response;
    use super::*;
    use crate::model::operation;

    fn failed(status: u16, headers: &[(&str, &str)], body: &str) -> Error {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let response = Response { status, headers, body: body.as_bytes().to_vec() };
        read_response(operation("AssumeRole").expect("an operation"), &response).expect_err("an error")
    }

    fn assert_denied(error: &Error) {
        assert_eq!(error.kind(), ErrorKind::Service);
        assert_eq!((error.code(), error.message(), error.status()), ("AccessDenied", "No & never", Some(403)));
        assert_eq!(error.request_id(), Some("id-1"));
    }

    #[test]
    fn the_error_documents_of_all_servers_are_read() {
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
    fn of_several_errors_the_first_is_told() {
        let body = "<Response><Errors><Error><Code>AccessDenied</Code><Message>No &amp; never</Message></Error>\
            <Error><Code>Other</Code><Message>other</Message></Error></Errors><RequestID>id-1</RequestID></Response>";
        assert_denied(&failed(403, &[], body));
    }

    #[test]
    fn an_error_without_a_message_says_so() {
        let error = failed(400, &[], "<ErrorResponse><Error><Code>Throttling</Code><Message/></Error></ErrorResponse>");
        assert_eq!((error.code(), error.message()), ("Throttling", "the service gave no message"));
    }

    #[test]
    fn what_is_no_error_document_is_named_without_its_content() {
        for (status, body, said) in [
            (502, "<html><body>secret</body></html>", "HTTP 502, and it is an HTML page, as a proxy would send"),
            (502, "<!DOCTYPE html><p>secret", "HTTP 502, and it is an HTML page, as a proxy would send"),
            (503, "", "HTTP 503, and it is empty"),
            (500, "{\"secret\": 1}", "HTTP 500, and it is no XML"),
            (403, "<Other>secret</Other>", "HTTP 403, and its root element is not that of an error"),
            (403, "<Error><Message>secret</Message></Error>", "HTTP 403, and the error has no code"),
            (307, "", "it is a redirect (HTTP 307), which is never followed"),
        ] {
            let error = failed(status, &[], body);
            assert_eq!((error.kind(), error.code()), (ErrorKind::Response, "UnexpectedResponse"), "{body}");
            assert_eq!(error.message(), ["the answer is not one that STS gives: ", said].concat());
            assert_eq!(error.status(), Some(status));
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let body = ["<ErrorResponse>", &"<Errors>".repeat(100_000)].concat();
        assert!(failed(403, &[], &body).message().ends_with("nested too deeply"));
    }

    #[test]
    fn an_error_document_cut_off_at_any_byte_is_no_service_error() {
        let body = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>No</Message></Error></ErrorResponse>";
        for length in 0..body.len() {
            assert_eq!(failed(403, &[], &body[..length]).kind(), ErrorKind::Response);
        }
    }
}
