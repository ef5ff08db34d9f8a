//! The value of a member, of any type.

use std::borrow::Cow;
use std::fmt;
use std::time::SystemTime;

use serde::{Serialize, Serializer};
use zeroize::Zeroizing;

use crate::timestamp::format_timestamp;

/// The value of a member. `Debug` shows only its type, since it may be a secret. Strings are zeroized on drop.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// A string.
    Text(Zeroizing<String>),
    /// An integer.
    Integer(i64),
    /// A timestamp.
    Timestamp(SystemTime),
    /// A list.
    List(Vec<Value>),
    /// A structure: members by name, in order.
    Structure(Vec<(Cow<'static, str>, Value)>),
    /// A map from string to string, in order.
    Map(Vec<(String, String)>),
    /// A value that no member accepts, named for the error message: `NaN`, `a function`.
    Other(Cow<'static, str>),
}

impl Value {
    /// Returns a string value.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(Zeroizing::new(text.into()))
    }

    /// Returns a structure without members.
    #[must_use]
    pub fn empty() -> Self {
        Self::Structure(Vec::new())
    }

    /// Returns the member called `name`, if this is a structure that has one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Structure(members) => members.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// Returns the string, if this is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Describes the type for error messages, e.g. `a string`.
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

/// Serializes as the AWS CLI does: timestamps as strings, members in order. The output contains secrets.
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
