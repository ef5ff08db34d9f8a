//! A member's value, whatever the operation.

use std::borrow::Cow;
use std::fmt;
use std::time::SystemTime;

use serde::{Serialize, Serializer};
use zeroize::Zeroizing;

use crate::timestamp::format_timestamp;

/// A member's value. `Debug` shows its type only, since it may be a secret; text is overwritten on drop.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// Unicode text.
    Text(Zeroizing<String>),
    /// A whole number.
    Integer(i64),
    /// A moment in time.
    Timestamp(SystemTime),
    /// A list.
    List(Vec<Value>),
    /// Members by name, in order.
    Structure(Vec<(Cow<'static, str>, Value)>),
    /// Text by text key, in order.
    Map(Vec<(String, String)>),
    /// Something that no member can be, named for the message: `NaN`, `a function`.
    Other(Cow<'static, str>),
}

impl Value {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(Zeroizing::new(text.into()))
    }

    /// A structure without members.
    #[must_use]
    pub fn empty() -> Self {
        Self::Structure(Vec::new())
    }

    /// The member called `name`, if this is a structure that has it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Structure(members) => members.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The text, if this is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What it is, in words: `a text`.
    #[must_use]
    pub fn describe(&self) -> &str {
        match self {
            Self::Text(_) => "a string",
            Self::Integer(_) => "a number",
            Self::Timestamp(_) => "a date",
            Self::List(_) => "a list",
            Self::Structure(_) | Self::Map(_) => "an object",
            Self::Other(name) => name,
        }
    }
}

/// As the AWS CLI prints it: timestamps as text, members in order. This shows secrets.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Integer(number) => serializer.serialize_i64(*number),
            Self::Timestamp(time) => serializer.serialize_str(&format_timestamp(*time)),
            Self::List(items) => serializer.collect_seq(items),
            Self::Structure(members) => serializer.collect_map(members.iter().map(|(name, value)| (&**name, value))),
            Self::Map(entries) => serializer.collect_map(entries.iter().map(|(key, value)| (key, value))),
            Self::Other(_) => serializer.serialize_unit(),
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.describe())
    }
}
