//! Conversions between [`Value`]s and the Rust types of members and structures.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::SystemTime;

use super::{Kind, Presence, Shape, Value};
use crate::{Error, ErrorKind, Secret};

/// A structure with a Rust type.
pub trait Typed: Sized {
    /// The structure's shape.
    const SHAPE: &'static Shape;

    /// Returns the members that are set.
    fn to_value(&self) -> Value;

    /// Returns the typed structure from members as returned by [`Typed::to_value`].
    ///
    /// # Errors
    /// [`ErrorKind::Response`] if a required member is missing or a member has the wrong type.
    fn from_value(value: Value) -> Result<Self, Error>;
}

/// A Rust type that a member may have.
pub(crate) trait Field: Sized {
    /// The type in the model.
    const KIND: Kind;
    /// Whether it may be absent.
    const PRESENCE: Presence = Presence::Required;
    /// Whether its value must not be shown.
    const SENSITIVE: bool = false;

    /// Returns the value, or `None` if there is nothing to send.
    fn to_value(&self) -> Option<Value>;

    /// Returns the field from its value, or `None` if the value has the wrong type or is required and missing.
    fn from_value(value: Option<Value>) -> Option<Self>;
}

impl Field for String {
    const KIND: Kind = Kind::Text;

    fn to_value(&self) -> Option<Value> {
        Some(Value::text(self))
    }

    fn from_value(value: Option<Value>) -> Option<Self> {
        match value {
            Some(Value::Text(mut text)) => Some(std::mem::take(&mut *text)),
            _ => None,
        }
    }
}

impl Field for Secret {
    const KIND: Kind = Kind::Text;
    const SENSITIVE: bool = true;

    fn to_value(&self) -> Option<Value> {
        Some(Value::text(self.expose_secret()))
    }

    fn from_value(value: Option<Value>) -> Option<Self> {
        match value {
            Some(Value::Text(text)) => Some(text.as_str().into()),
            _ => None,
        }
    }
}

impl Field for i32 {
    const KIND: Kind = Kind::Integer;

    fn to_value(&self) -> Option<Value> {
        Some(Value::Integer(i64::from(*self)))
    }

    fn from_value(value: Option<Value>) -> Option<Self> {
        match value {
            Some(Value::Integer(integer)) => integer.try_into().ok(),
            _ => None,
        }
    }
}

impl Field for SystemTime {
    const KIND: Kind = Kind::Timestamp;

    fn to_value(&self) -> Option<Value> {
        Some(Value::Timestamp(*self))
    }

    fn from_value(value: Option<Value>) -> Option<Self> {
        match value {
            Some(Value::Timestamp(time)) => Some(time),
            _ => None,
        }
    }
}

impl Field for BTreeMap<String, String> {
    const KIND: Kind = Kind::Map;
    const PRESENCE: Presence = Presence::Optional;

    fn to_value(&self) -> Option<Value> {
        (!self.is_empty()).then(|| Value::Map(self.iter().map(|(key, value)| (key.clone(), value.clone())).collect()))
    }

    fn from_value(value: Option<Value>) -> Option<Self> {
        match value {
            None => Some(Self::new()),
            Some(Value::Map(entries)) => Some(entries.into_iter().collect()),
            Some(_) => None,
        }
    }
}

impl<T: Field> Field for Option<T> {
    const KIND: Kind = T::KIND;
    const PRESENCE: Presence = Presence::Optional;
    const SENSITIVE: bool = T::SENSITIVE;

    fn to_value(&self) -> Option<Value> {
        self.as_ref().and_then(T::to_value)
    }

    fn from_value(value: Option<Value>) -> Option<Self> {
        match value {
            None => Some(None),
            some => T::from_value(some).map(Some),
        }
    }
}

impl<T: Field> Field for Vec<T> {
    const KIND: Kind = Kind::List(&T::KIND);
    const PRESENCE: Presence = Presence::Optional;
    const SENSITIVE: bool = T::SENSITIVE;

    fn to_value(&self) -> Option<Value> {
        (!self.is_empty()).then(|| Value::List(self.iter().filter_map(T::to_value).collect()))
    }

    fn from_value(value: Option<Value>) -> Option<Self> {
        match value {
            None => Some(Self::new()),
            Some(Value::List(items)) => items.into_iter().map(|item| T::from_value(Some(item))).collect(),
            Some(_) => None,
        }
    }
}

/// The members of a structure that is being converted to a Rust type, removed one by one.
pub(super) struct Members(Vec<(Cow<'static, str>, Value)>);

impl Members {
    pub(super) fn of(value: Value) -> Result<Self, Error> {
        match value {
            Value::Structure(members) => Ok(Self(members)),
            _ => Err(Error::new(ErrorKind::Response, "UnexpectedValue", "expected a structure")),
        }
    }

    pub(super) fn take<T: Field>(&mut self, name: &str) -> Result<T, Error> {
        let found = self.0.iter().position(|(key, _)| key == name).map(|index| self.0.swap_remove(index).1);
        T::from_value(found).ok_or_else(|| {
            Error::new(ErrorKind::Response, "UnexpectedValue", format!("{name} is missing or has the wrong type"))
        })
    }
}

/// Appends a field of a Rust type to a structure's members, if it is set.
pub(super) fn push(members: &mut Vec<(Cow<'static, str>, Value)>, name: &'static str, field: &impl Field) {
    if let Some(value) = field.to_value() {
        members.push((Cow::Borrowed(name), value));
    }
}
