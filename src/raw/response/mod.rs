//! Parses responses into outputs and errors. Nothing in a response is trusted: size, depth and structure are limited.
//!
//! ```
//! use sts_web::http::Response;
//! use sts_web::model::{GetCallerIdentityInput, GetCallerIdentityOutput, OperationInput, Typed};
//! use sts_web::raw::response::parse;
//!
//! let body = "<GetCallerIdentityResponse><GetCallerIdentityResult>
//!     <Arn>arn:aws:iam::123456789012:user/alice</Arn><UserId>AIDA</UserId><Account>123456789012</Account>
//!     </GetCallerIdentityResult></GetCallerIdentityResponse>";
//! let response = Response { status: 200, headers: Vec::new(), body: body.into() };
//! let parsed = parse(GetCallerIdentityInput::OPERATION, &response)?;
//! let identity = GetCallerIdentityOutput::from_value(parsed.output)?;
//! assert_eq!(identity.account, "123456789012");
//! # Ok::<(), sts_web::Error>(())
//! ```

mod failure;
mod xml;

use std::borrow::Cow;

use crate::http::Response;
use crate::model::{Kind, Operation, Presence, Shape, Value};
use crate::timestamp::parse_timestamp;
use crate::{Error, ErrorKind};
use xml::{Node, Xml};

/// Maximum size of a response body, in bytes. Responses of STS have about a hundredth of this size.
pub const MAX_BODY: usize = 1024 * 1024;

/// The response of an operation that succeeded, as a value.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ParsedResponse {
    /// The output, with the members of the operation's output structure.
    pub output: Value,
    /// The request ID that AWS assigned.
    pub request_id: Option<String>,
}

/// Parses the response to a call.
///
/// # Errors
/// [`ErrorKind::Service`] with the code and message that STS returned, or [`ErrorKind::Response`] if the response is not
/// a valid STS response: another document, a missing member, malformed XML, a document type declaration, over 1 MiB.
pub fn parse(operation: &Operation, response: &Response) -> Result<ParsedResponse, Error> {
    if response.body.len() > MAX_BODY {
        return Err(too_large().with_status(response.status));
    }
    let succeeded = (200..300).contains(&response.status);
    let parsed = match std::str::from_utf8(&response.body) {
        Ok(body) if succeeded => parse_output(operation, body).map(|(output, request_id)| ParsedResponse {
            output,
            request_id: request_id.filter(|id| !id.is_empty()).or_else(|| crate::error::request_id_header(response)),
        }),
        Ok(body) => Err(failure::parse(body, response)),
        Err(_) => Err(unexpected_response("it is not UTF-8")),
    };
    parsed.map_err(|error| error.with_response(response))
}

/// The error for a body larger than [`MAX_BODY`].
#[must_use]
pub fn too_large() -> Error {
    Error::new(ErrorKind::Response, "ResponseTooLarge", "the response is larger than 1 MiB; STS responses are a few KB")
}

fn parse_output(operation: &Operation, body: &str) -> Result<(Value, Option<String>), Error> {
    let mut xml = Xml::new(body);
    xml.root(operation.name, "Response")?;
    let (mut output, mut request_id) = (None, None);
    while let Node::Open(name) = xml.next()? {
        if name.strip_suffix("Result") == Some(operation.name) {
            output = Some(structure(operation.output, &mut xml)?);
        } else if name == "ResponseMetadata" {
            request_id = metadata(&mut xml)?;
        } else {
            xml.skip()?;
        }
    }
    xml.end()?;
    let output = output.ok_or_else(|| unexpected_response("the operation's result is missing"))?;
    Ok((output, request_id))
}

/// Reads the request ID from `ResponseMetadata`.
fn metadata(xml: &mut Xml<'_>) -> Result<Option<String>, Error> {
    let mut request_id = None;
    while let Node::Open(name) = xml.next()? {
        if name == "RequestId" {
            request_id = Some(xml.text()?.as_str().to_owned());
        } else {
            xml.skip()?;
        }
    }
    Ok(request_id)
}

fn structure(shape: &'static Shape, xml: &mut Xml<'_>) -> Result<Value, Error> {
    // Members are in the order of the model, not of the document, because the AWS CLI prints them in that order.
    let mut values: Vec<Option<Value>> = shape.members.iter().map(|_| None).collect();
    while let Node::Open(name) = xml.next()? {
        let member = shape.members.iter().zip(&mut values).find(|(member, _)| member.name == name);
        match member {
            Some((member, slot @ None)) => *slot = Some(value(member.name, member.kind, xml)?),
            _ => xml.skip()?,
        }
    }
    let mut members = Vec::with_capacity(values.len());
    for (member, value) in shape.members.iter().zip(values) {
        let required = member.presence == Presence::Required;
        match value.filter(|value| !required || value.as_text() != Some("")) {
            Some(value) => members.push((Cow::Borrowed(member.name), value)),
            None if required => {
                return Err(unexpected_response(&format!("{}.{} is missing", shape.name, member.name)));
            }
            None => {}
        }
    }
    Ok(Value::Structure(members))
}

fn value(name: &str, kind: Kind, xml: &mut Xml<'_>) -> Result<Value, Error> {
    match kind {
        Kind::Text => Ok(Value::Text(xml.text()?)),
        Kind::Integer => {
            let number = xml.text()?.trim_ascii().parse();
            number.map(Value::Integer).map_err(|_| unexpected_response(&format!("{name} is not an integer")))
        }
        Kind::Timestamp => {
            let time = parse_timestamp(xml.text()?.trim_ascii());
            time.map(Value::Timestamp).ok_or_else(|| unexpected_response(&format!("{name} is not a timestamp")))
        }
        Kind::Structure(shape) => structure(shape, xml),
        Kind::List(of) => {
            let mut items = Vec::new();
            while let Node::Open(_) = xml.next()? {
                items.push(value(name, *of, xml)?);
            }
            Ok(Value::List(items))
        }
        Kind::Map => {
            let mut entries = Vec::new();
            while let Node::Open(_) = xml.next()? {
                entries.push(entry(xml)?);
            }
            Ok(Value::Map(entries))
        }
    }
}

fn entry(xml: &mut Xml<'_>) -> Result<(String, String), Error> {
    let (mut key, mut value) = (String::new(), String::new());
    while let Node::Open(name) = xml.next()? {
        match name {
            "key" => xml.text()?.as_str().clone_into(&mut key),
            "value" => xml.text()?.as_str().clone_into(&mut value),
            _ => xml.skip()?,
        }
    }
    Ok((key, value))
}

fn unexpected_response(reason: &str) -> Error {
    Error::new(ErrorKind::Response, "UnexpectedResponse", format!("{UNEXPECTED}{reason}"))
}

/// How the message of an unexpected response begins.
const UNEXPECTED: &str = "not a valid STS response: ";

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::model::{AssumeRoleOutput, Typed, operation};

    // AWS's documented example of an AssumeRole response, shortened.
    const ASSUME_ROLE: &str = r#"<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleResult>
    <SourceIdentity>Alice</SourceIdentity>
    <AssumedRoleUser>
      <Arn>arn:aws:sts::123456789012:assumed-role/demo/TestAR</Arn>
      <AssumedRoleId>ARO123EXAMPLE123:TestAR</AssumedRoleId>
    </AssumedRoleUser>
    <Credentials>
      <AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId>
      <SecretAccessKey>wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY</SecretAccessKey>
      <SessionToken>AQoDYXdzEPT//////////wEXAMPLE=&amp;&#x2f;</SessionToken>
      <Expiration>2019-11-09T13:34:41Z</Expiration>
    </Credentials>
    <PackedPolicySize>6</PackedPolicySize>
    <SomethingNew><Nested>1</Nested></SomethingNew>
  </AssumeRoleResult>
  <ResponseMetadata>
    <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>
  </ResponseMetadata>
</AssumeRoleResponse>"#;

    fn parse_body(name: &str, body: &str) -> Result<ParsedResponse, Error> {
        let response = Response { status: 200, headers: Vec::new(), body: body.as_bytes().to_vec() };
        parse(operation(name).expect("an operation"), &response)
    }

    fn rejected(body: &str) -> String {
        let error = parse_body("AssumeRole", body).expect_err("rejected");
        assert_eq!(error.kind(), ErrorKind::Response, "{error}");
        assert_eq!(error.status(), Some(200));
        error.message().to_owned()
    }

    #[test]
    fn a_response_becomes_typed_output() {
        let parsed = parse_body("AssumeRole", ASSUME_ROLE).expect("a response");
        assert_eq!(parsed.request_id.as_deref(), Some("c6104cbe-af31-11e0-8154-cbc7ccf896c7"));
        let output = AssumeRoleOutput::from_value(parsed.output).expect("the output");
        assert_eq!(output.credentials.access_key_id, "ASIAIOSFODNN7EXAMPLE");
        let credentials = crate::Credentials::from(&output.credentials);
        assert_eq!(credentials.session_token(), Some("AQoDYXdzEPT//////////wEXAMPLE=&/"));
        assert_eq!(output.credentials.expiration, SystemTime::UNIX_EPOCH + Duration::from_secs(1_573_306_481));
        assert_eq!(output.packed_policy_size, Some(6));
        let user = output.assumed_role_user.expect("the session");
        assert_eq!(user.arn.as_deref(), Some("arn:aws:sts::123456789012:assumed-role/demo/TestAR"));
    }

    #[test]
    fn the_request_id_of_a_success_may_come_in_a_header() {
        let id_with_header = |body: &str| {
            let headers = vec![("X-Amzn-RequestId".to_owned(), "id-1".to_owned())];
            let response = Response { status: 200, headers, body: body.as_bytes().to_vec() };
            parse(operation("AssumeRole").expect("an operation"), &response).expect("a response").request_id
        };
        assert_eq!(id_with_header(ASSUME_ROLE).as_deref(), Some("c6104cbe-af31-11e0-8154-cbc7ccf896c7"));
        assert_eq!(id_with_header(&ASSUME_ROLE.replace("RequestId>", "Other>")).as_deref(), Some("id-1"));
    }

    #[test]
    fn an_account_keeps_its_leading_zeros() {
        let body = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::000000000012:root</Arn>\
            <UserId>000000000012</UserId><Account>000000000012</Account></GetCallerIdentityResult>\
            </GetCallerIdentityResponse>";
        let parsed = parse_body("GetCallerIdentity", body).expect("a response");
        assert_eq!(parsed.output.get("Account").and_then(Value::as_text), Some("000000000012"));
        assert_eq!(parsed.request_id, None);
        let empty = "<ResponseMetadata><RequestId/></ResponseMetadata></GetCallerIdentityResponse>";
        let body = body.replace("</GetCallerIdentityResponse>", empty);
        assert_eq!(parse_body("GetCallerIdentity", &body).expect("a response").request_id, None);
    }

    #[test]
    fn a_response_truncated_at_any_byte_is_an_error() {
        for length in 0..ASSUME_ROLE.len() {
            assert!(!rejected(&ASSUME_ROLE[..length]).is_empty());
        }
    }

    #[test]
    fn a_success_without_a_required_element_is_an_error() {
        assert!(rejected("").contains("empty"), "{}", rejected(""));
        assert!(rejected("<!doctype html><html></html>").contains("document type"));
        assert!(rejected("<html></html>").contains("html"));
        assert!(rejected("{}").contains("not XML"));
        assert!(rejected("<AssumeRoleResponse/>").contains("operation's result is missing"));
        assert!(rejected("<AssumeRoleResponse><AssumeRoleResult/></AssumeRoleResponse>").contains("Credentials"));
        for member in ["AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration", "Credentials"] {
            let start = ASSUME_ROLE.find(&format!("<{member}>")).expect("the member");
            let end = ASSUME_ROLE.find(&format!("</{member}>")).expect("its end") + member.len() + 3;
            let without = [&ASSUME_ROLE[..start], &ASSUME_ROLE[end..]].concat();
            assert!(rejected(&without).contains(&format!("{member} is missing")), "{member}");
        }
        let empty = ASSUME_ROLE.replace(">wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY<", "><");
        assert!(rejected(&empty).contains("SecretAccessKey is missing"));
    }

    #[test]
    fn document_types_and_entities_are_rejected() {
        let with_doctype = [r#"<!DOCTYPE a [<!ENTITY x "y">]>"#, ASSUME_ROLE].concat();
        assert!(rejected(&with_doctype).contains("document type"));
        assert!(rejected(&ASSUME_ROLE.replace("Alice", "&x;")).contains("entity"));
        assert!(rejected(&ASSUME_ROLE.replace("Alice", "&#0;")).contains("XML"));
    }

    #[test]
    fn numbers_and_timestamps_must_be_valid() {
        assert!(rejected(&ASSUME_ROLE.replace(">6<", ">six<")).contains("PackedPolicySize is not an integer"));
        assert!(rejected(&ASSUME_ROLE.replace("2019-11-09T", "soon")).contains("Expiration is not a timestamp"));
    }

    #[test]
    fn a_response_over_one_mebibyte_is_rejected() {
        let padding = " ".repeat(MAX_BODY - ASSUME_ROLE.len());
        assert!(parse_body("AssumeRole", &[ASSUME_ROLE, &padding].concat()).is_ok());
        assert!(rejected(&[ASSUME_ROLE, &padding, " "].concat()).contains("1 MiB"));
    }

    #[test]
    fn what_follows_the_document_is_rejected() {
        for trailing in ["<more/>", "more", "&amp;"] {
            assert!(rejected(&[ASSUME_ROLE, trailing].concat()).contains("XML"), "{trailing}");
        }
        assert!(parse_body("AssumeRole", &[ASSUME_ROLE, "\n<!-- the end -->\n"].concat()).is_ok());
    }

    #[test]
    fn maps_are_parsed() {
        let context = "<TrustedIdentityPropagationContext><TransactionContext><IdentityProvider>\
            <entry><key>app</key><value>x</value></entry></IdentityProvider></TransactionContext>\
            </TrustedIdentityPropagationContext></AssumeRoleResult>";
        let body =
            ASSUME_ROLE.replace("</AssumeRoleResult>", context).replace("AssumeRoleRes", "AssumeRoleWithSAMLRes");
        let parsed = parse_body("AssumeRoleWithSAML", &body).expect("a response");
        let map = parsed.output.get("TrustedIdentityPropagationContext").and_then(|context| {
            context.get("TransactionContext").and_then(|transaction| transaction.get("IdentityProvider")).cloned()
        });
        assert_eq!(map, Some(Value::Map(vec![("app".into(), "x".into())])));
    }
}
