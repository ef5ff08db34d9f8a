//! Encodes an arbitrary input of an arbitrary operation as a form body. Another decoder must return the same members, and
//! the messages of validation must not contain the value of a sensitive member.
#![no_main]

use std::borrow::Cow;
use std::time::{Duration, UNIX_EPOCH};

use arbitrary::{Result, Unstructured};
use libfuzzer_sys::{Corpus, fuzz_target};
use sts_web::model::{Kind, Member, OPERATIONS, Shape, Value};
use sts_web::raw::query::form;
use sts_web::raw::validate::validate;

fuzz_target!(|data: &[u8]| -> Corpus {
    let mut data = Unstructured::new(data);
    let Ok((operation, input)) =
        data.choose(OPERATIONS).and_then(|operation| Ok((operation, structure(operation.input, &mut data)?)))
    else {
        return Corpus::Reject;
    };
    let body = form(operation, &input);
    assert!(body.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%&=".contains(&byte)), "{body}");

    let mut pairs: Vec<_> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let head: Vec<_> = pairs.drain(..2).collect();
    assert_eq!(head, [("Action", operation.name), ("Version", "2011-06-15")].map(|(a, b)| (a.into(), b.into())));
    let decoded = Pairs(pairs).structure(operation.input, "");
    assert!(decoded == representable(&input), "{body}");

    if let Err(error) = validate(operation, &input) {
        let hint = error.hint().unwrap_or_default();
        assert!(!error.message().contains(SECRET) && !hint.contains(SECRET), "{error}");
        assert!(!error.violations().is_empty());
    }
    Corpus::Keep
});

/// Occurs in every value of a sensitive member and nowhere else.
const SECRET: char = '\u{1f511}';

/// Returns an arbitrary structure with this shape.
fn structure(shape: &'static Shape, data: &mut Unstructured<'_>) -> Result<Value> {
    let mut members = Vec::new();
    for member in shape.members {
        if data.arbitrary()? {
            members.push((Cow::Borrowed(member.name), value(member, member.kind, data)?));
        }
    }
    Ok(Value::Structure(members))
}

fn value(member: &'static Member, kind: Kind, data: &mut Unstructured<'_>) -> Result<Value> {
    Ok(match kind {
        Kind::Text if member.sensitive => Value::text(text(data)? + &String::from(SECRET)),
        Kind::Text => Value::text(text(data)?),
        Kind::Integer => Value::Integer(data.arbitrary()?),
        Kind::Timestamp => Value::Timestamp(UNIX_EPOCH + Duration::from_secs(data.arbitrary::<u32>()?.into())),
        Kind::Structure(shape) => structure(shape, data)?,
        Kind::List(of) => {
            let length = data.int_in_range(0..=12)?;
            Value::List((0..length).map(|_| value(member, *of, data)).collect::<Result<_>>()?)
        }
        Kind::Map => {
            let length = data.int_in_range(0..=12)?;
            Value::Map((0..length).map(|_| Ok((text(data)?, text(data)?))).collect::<Result<_>>()?)
        }
        _ => unreachable!("a new kind: {kind:?}"),
    })
}

fn text(data: &mut Unstructured<'_>) -> Result<String> {
    Ok(data.arbitrary::<&str>()?.replace(SECRET, ""))
}

/// The decoded pairs of a form.
struct Pairs(Vec<(String, String)>);

impl Pairs {
    fn structure(&self, shape: &'static Shape, inside: &str) -> Value {
        let member = |member: &'static Member| {
            let name = joined(inside, member.name);
            Some((Cow::Borrowed(member.name), self.value(member.kind, &name)?))
        };
        Value::Structure(shape.members.iter().filter_map(member).collect())
    }

    /// Returns the value with this name, or `None` if no pair belongs to it.
    fn value(&self, kind: Kind, name: &str) -> Option<Value> {
        Some(match kind {
            Kind::Text => Value::text(self.text(name)?),
            Kind::Integer => Value::Integer(self.text(name)?.parse().ok()?),
            Kind::Timestamp => Value::Timestamp(UNIX_EPOCH + Duration::from_secs(self.text(name)?.parse().ok()?)),
            Kind::Structure(shape) => {
                Some(self.structure(shape, name)).filter(|structure| *structure != Value::empty())?
            }
            Kind::List(of) => {
                let items = numbered(&joined(name, "member"), |name| self.value(*of, name));
                Some(items).filter(|items| !items.is_empty()).map(Value::List)?
            }
            Kind::Map => {
                let entry = |name: &str| Some((self.text(&joined(name, "key"))?, self.text(&joined(name, "value"))?));
                let entries = numbered(&joined(name, "entry"), entry);
                Some(entries).filter(|entries| !entries.is_empty()).map(Value::Map)?
            }
            _ => unreachable!("a new kind: {kind:?}"),
        })
    }

    fn text(&self, name: &str) -> Option<String> {
        let mut matches = self.0.iter().filter(|(key, _)| key == name);
        let text = matches.next().map(|(_, value)| value.clone());
        assert!(matches.next().is_none(), "{name} occurs twice");
        text
    }
}

fn numbered<T>(name: &str, read: impl Fn(&str) -> Option<T>) -> Vec<T> {
    (1..=12).filter_map(|number| read(&format!("{name}.{number}"))).collect()
}

fn joined(inside: &str, name: &str) -> String {
    if inside.is_empty() { name.to_owned() } else { format!("{inside}.{name}") }
}

/// Returns the part of a value that the decoder returns, without empty structures, and without empty lists, which are
/// encoded as `Tags=`.
fn representable(value: &Value) -> Value {
    let is_representable = |value: &Value| match value {
        Value::List(items) => !items.is_empty(),
        Value::Structure(members) => !members.is_empty(),
        Value::Map(entries) => !entries.is_empty(),
        _ => true,
    };
    match value {
        Value::List(items) => Value::List(items.iter().map(representable).filter(is_representable).collect()),
        Value::Structure(members) => Value::Structure(
            members
                .iter()
                .map(|(name, value)| (name.clone(), representable(value)))
                .filter(|(_, value)| is_representable(value))
                .collect(),
        ),
        other => other.clone(),
    }
}
