//! What came back, as an output or the service's error. Nothing in it is trusted: size, depth and shape are bounded.

mod failure;
mod xml;

use std::borrow::Cow;

use crate::http::Response;
use crate::model::{Kind, Operation, Presence, Shape, Value};
use crate::timestamp::parse_timestamp;
use crate::{Error, ErrorKind};
use xml::{Node, Xml};

/// The largest body that is read, in bytes. STS's own answers are a hundredth of it.
pub const MAX_BODY: usize = 1024 * 1024;

/// The answer of an operation that succeeded.
#[derive(Debug, Clone)]
pub struct ParsedResponse {
    /// The members of the output.
    pub output: Value,
    /// The id under which AWS knows the request.
    pub request_id: Option<String>,
}

/// Reads the response to a call.
///
/// # Errors
/// [`ErrorKind::Service`] with the code and message that STS gave, or [`ErrorKind::Response`] where the answer is
/// not one that STS gives: another document, a missing member, malformed XML, a document type, over 1 MiB.
pub fn read(operation: &Operation, response: &Response) -> Result<ParsedResponse, Error> {
    if response.body.len() > MAX_BODY {
        return Err(too_large().with_status(response.status));
    }
    let succeeded = (200..300).contains(&response.status);
    let read = match std::str::from_utf8(&response.body) {
        Ok(text) if succeeded => read_answer(operation, text).map(|answer| ParsedResponse {
            request_id: answer
                .request_id
                .filter(|id| !id.is_empty())
                .or_else(|| crate::error::request_id_header(response)),
            ..answer
        }),
        Ok(text) => Err(failure::read(text, response)),
        Err(_) => Err(foreign("it is not UTF-8 text")),
    };
    read.map_err(|error| error.with_response(response))
}

/// The error for a body that goes on beyond [`MAX_BODY`].
#[must_use]
pub fn too_large() -> Error {
    Error::new(ErrorKind::Response, "ResponseTooLarge", "the answer is larger than 1 MiB; STS's answers are a few KB")
}

fn read_answer(operation: &Operation, text: &str) -> Result<ParsedResponse, Error> {
    let mut xml = Xml::new(text);
    xml.root(operation.name, "Response")?;
    let mut answer = ParsedResponse { output: Value::empty(), request_id: None };
    let mut found = false;
    while let Node::Open(name) = xml.next()? {
        if name.strip_suffix("Result") == Some(operation.name) {
            answer.output = structure(operation.output, &mut xml)?;
            found = true;
        } else if &*name == "ResponseMetadata" {
            answer.request_id = request_id(&mut xml)?;
        } else {
            xml.skip()?;
        }
    }
    xml.end()?;
    if !found {
        return Err(foreign("the result of the operation is missing"));
    }
    Ok(answer)
}

fn request_id(xml: &mut Xml<'_>) -> Result<Option<String>, Error> {
    let mut id = None;
    while let Node::Open(name) = xml.next()? {
        if &*name == "RequestId" {
            id = Some(xml.text()?.as_str().to_owned());
        } else {
            xml.skip()?;
        }
    }
    Ok(id)
}

fn structure(shape: &'static Shape, xml: &mut Xml<'_>) -> Result<Value, Error> {
    // In the order of the model, whatever the order of the document: that is how the AWS CLI prints them.
    let mut found: Vec<Option<Value>> = shape.members.iter().map(|_| None).collect();
    while let Node::Open(name) = xml.next()? {
        let member = shape.members.iter().zip(&mut found).find(|(member, _)| member.name == &*name);
        match member {
            Some((member, place @ None)) => *place = Some(value(member.name, member.kind, xml)?),
            _ => xml.skip()?,
        }
    }
    let mut members = Vec::with_capacity(found.len());
    for (member, value) in shape.members.iter().zip(found) {
        let required = member.presence == Presence::Required;
        match value.filter(|value| !required || value.as_text() != Some("")) {
            Some(value) => members.push((Cow::Borrowed(member.name), value)),
            None if required => return Err(foreign(&[shape.name, ".", member.name, " is missing"].concat())),
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
            number.map(Value::Integer).map_err(|_| foreign(&[name, " is not a whole number"].concat()))
        }
        Kind::Timestamp => {
            let time = parse_timestamp(xml.text()?.trim_ascii());
            time.map(Value::Timestamp).ok_or_else(|| foreign(&[name, " is not a timestamp"].concat()))
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
        match &*name {
            "key" => xml.text()?.as_str().clone_into(&mut key),
            "value" => xml.text()?.as_str().clone_into(&mut value),
            _ => xml.skip()?,
        }
    }
    Ok((key, value))
}

/// An answer that STS would not give.
fn foreign(why: &str) -> Error {
    Error::new(ErrorKind::Response, "UnexpectedResponse", ["the answer is not one that STS gives: ", why].concat())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::model::{AssumeRoleOutput, Typed, operation};

    // AWS's documented example of an AssumeRole answer, shortened.
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

    fn answer(name: &str, status: u16, body: &str) -> Result<ParsedResponse, Error> {
        let response = Response { status, headers: Vec::new(), body: body.as_bytes().to_vec() };
        read(operation(name).expect("an operation"), &response)
    }

    fn refused(body: &str) -> String {
        let error = answer("AssumeRole", 200, body).expect_err("refused");
        assert_eq!(error.kind(), ErrorKind::Response, "{error}");
        assert_eq!(error.status(), Some(200));
        error.message().to_owned()
    }

    #[test]
    fn an_answer_becomes_typed_output() {
        let answer = answer("AssumeRole", 200, ASSUME_ROLE).expect("an answer");
        assert_eq!(answer.request_id.as_deref(), Some("c6104cbe-af31-11e0-8154-cbc7ccf896c7"));
        let output = AssumeRoleOutput::from_value(answer.output).expect("the output");
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
        let read_with_header = |body: &str| {
            let headers = vec![("X-Amzn-RequestId".to_owned(), "id-1".to_owned())];
            let response = Response { status: 200, headers, body: body.as_bytes().to_vec() };
            read(operation("AssumeRole").expect("an operation"), &response).expect("an answer").request_id
        };
        assert_eq!(read_with_header(ASSUME_ROLE).as_deref(), Some("c6104cbe-af31-11e0-8154-cbc7ccf896c7"));
        assert_eq!(read_with_header(&ASSUME_ROLE.replace("RequestId>", "Other>")).as_deref(), Some("id-1"));
    }

    #[test]
    fn an_account_keeps_its_leading_zeros() {
        let body = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::000000000012:root</Arn>\
            <UserId>000000000012</UserId><Account>000000000012</Account></GetCallerIdentityResult>\
            </GetCallerIdentityResponse>";
        let answer = answer("GetCallerIdentity", 200, body).expect("an answer");
        assert_eq!(answer.output.get("Account").and_then(Value::as_text), Some("000000000012"));
        assert_eq!(answer.request_id, None);
        let empty = "<ResponseMetadata><RequestId/></ResponseMetadata></GetCallerIdentityResponse>";
        let body = body.replace("</GetCallerIdentityResponse>", empty);
        assert_eq!(self::answer("GetCallerIdentity", 200, &body).expect("an answer").request_id, None);
    }

    #[test]
    fn an_answer_cut_off_at_any_byte_is_an_error() {
        for length in 0..ASSUME_ROLE.len() {
            let cut = refused(&ASSUME_ROLE[..length]);
            assert!(!cut.is_empty());
        }
    }

    #[test]
    fn a_success_without_what_must_be_there_is_an_error() {
        assert!(refused("").contains("empty"), "{}", refused(""));
        assert!(refused("<!doctype html><html></html>").contains("document type"));
        assert!(refused("<html></html>").contains("html"));
        assert!(refused("{}").contains("no XML"));
        assert!(refused("<AssumeRoleResponse/>").contains("result of the operation is missing"));
        assert!(refused("<AssumeRoleResponse><AssumeRoleResult/></AssumeRoleResponse>").contains("Credentials"));
        for member in ["AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration", "Credentials"] {
            let start = ASSUME_ROLE.find(&format!("<{member}>")).expect("the member");
            let end = ASSUME_ROLE.find(&format!("</{member}>")).expect("its end") + member.len() + 3;
            let without = [&ASSUME_ROLE[..start], &ASSUME_ROLE[end..]].concat();
            assert!(refused(&without).contains(&format!("{member} is missing")), "{member}");
        }
        let empty = ASSUME_ROLE.replace(">wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY<", "><");
        assert!(refused(&empty).contains("SecretAccessKey is missing"));
    }

    #[test]
    fn document_types_and_entities_are_refused() {
        let with_doctype = [r#"<!DOCTYPE a [<!ENTITY x "y">]>"#, ASSUME_ROLE].concat();
        assert!(refused(&with_doctype).contains("document type"));
        assert!(refused(&ASSUME_ROLE.replace("Alice", "&x;")).contains("entity"));
        assert!(refused(&ASSUME_ROLE.replace("Alice", "&#0;")).contains("XML"));
    }

    #[test]
    fn numbers_and_times_must_be_such() {
        assert!(refused(&ASSUME_ROLE.replace(">6<", ">six<")).contains("PackedPolicySize is not a whole number"));
        assert!(refused(&ASSUME_ROLE.replace("2019-11-09T", "soon")).contains("Expiration is not a timestamp"));
    }

    #[test]
    fn an_answer_over_one_mebibyte_is_refused() {
        let padding = " ".repeat(MAX_BODY - ASSUME_ROLE.len());
        assert!(answer("AssumeRole", 200, &[ASSUME_ROLE, &padding].concat()).is_ok());
        assert!(refused(&[ASSUME_ROLE, &padding, " "].concat()).contains("1 MiB"));
    }

    #[test]
    fn what_follows_the_document_is_refused() {
        for more in ["<more/>", "more", "&amp;"] {
            assert!(refused(&[ASSUME_ROLE, more].concat()).contains("XML"), "{more}");
        }
        assert!(answer("AssumeRole", 200, &[ASSUME_ROLE, "\n<!-- the end -->\n"].concat()).is_ok());
    }

    #[test]
    fn maps_are_read() {
        let context = "<TrustedIdentityPropagationContext><TransactionContext><IdentityProvider>\
            <entry><key>app</key><value>x</value></entry></IdentityProvider></TransactionContext>\
            </TrustedIdentityPropagationContext></AssumeRoleResult>";
        let body =
            ASSUME_ROLE.replace("</AssumeRoleResult>", context).replace("AssumeRoleRes", "AssumeRoleWithSAMLRes");
        let answer = answer("AssumeRoleWithSAML", 200, &body).expect("an answer");
        let map = answer.output.get("TrustedIdentityPropagationContext").and_then(|context| {
            context.get("TransactionContext").and_then(|transaction| transaction.get("IdentityProvider")).cloned()
        });
        assert_eq!(map, Some(Value::Map(vec![("app".into(), "x".into())])));
    }
}
