//! JavaScript values and the model's, both ways.

use std::borrow::Cow;
use std::time::{SystemTime, UNIX_EPOCH};

use js_sys::{Array, Date, JSON, Object, Reflect};
use serde::{Serialize, Serializer};
use wasm_bindgen::{JsCast, JsValue};

use crate::Error;
use crate::error::Party;
use crate::export::to_cli_json;
use crate::model::Value;
use crate::retry::{milliseconds, whole_milliseconds};

/// An object that refers to itself would go on for ever. The model is four levels deep.
const MAX_DEPTH: usize = 8;

/// A JavaScript value as the model's. What no member can be becomes [`Value::Other`], and is told of by name.
pub(super) fn from_js(value: &JsValue) -> Value {
    if value.is_undefined() { Value::empty() } else { at_depth(value, 0) }
}

fn at_depth(value: &JsValue, depth: usize) -> Value {
    if let Some(text) = value.as_string() {
        return Value::text(text);
    }
    if let Some(number) = value.as_f64() {
        return number_value(number);
    }
    if depth == MAX_DEPTH {
        return Value::Other("nested too deeply".into());
    }
    if Array::is_array(value) {
        return Value::List(Array::from(value).iter().map(|item| at_depth(&item, depth + 1)).collect());
    }
    if let Some(date) = value.dyn_ref::<Date>() {
        return Value::Timestamp(UNIX_EPOCH + crate::transport::milliseconds(date.get_time()));
    }
    match value.dyn_ref::<Object>() {
        Some(object) if !value.is_function() => Value::Structure(members(object, depth)),
        _ => other(value),
    }
}

fn members(object: &Object, depth: usize) -> Vec<(Cow<'static, str>, Value)> {
    let mut members = Vec::new();
    for entry in Object::entries(object).iter() {
        let entry: Array = entry.unchecked_into();
        let value = entry.get(1);
        // As in the SDK: a member that is undefined or null is not there.
        if !value.is_undefined() && !value.is_null() {
            let name = entry.get(0).as_string().unwrap_or_default();
            members.push((Cow::Owned(name), at_depth(&value, depth + 1)));
        }
    }
    members
}

fn number_value(number: f64) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() < EXACT {
        #[expect(clippy::cast_possible_truncation, reason = "checked to be exact")]
        return Value::Integer(number as i64);
    }
    let shown = js_sys::Number::from(number).to_string_with_radix(10).map(String::from);
    Value::Other(shown.unwrap_or_default().into())
}

fn other(value: &JsValue) -> Value {
    let name = value.js_typeof().as_string().unwrap_or_default();
    Value::Other(["a ", &name].concat().into())
}

/// A value of the model in JavaScript, timestamps as `Date`.
pub(super) fn to_js(value: &Value) -> JsValue {
    let object = json_to_js(value);
    revive(&object, value);
    object
}

/// Puts dates in the place of their text.
fn revive(object: &JsValue, value: &Value) {
    let Value::Structure(members) = value else {
        return;
    };
    for (name, member) in members {
        match member {
            Value::Timestamp(time) => set(object, name, &date(*time)),
            Value::Structure(_) => {
                if let Ok(inner) = Reflect::get(object, &(&**name).into()) {
                    revive(&inner, member);
                }
            }
            _ => {}
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds are far below 2^53")]
fn date(time: SystemTime) -> JsValue {
    Date::new(&JsValue::from_f64(milliseconds(time) as f64)).into()
}

/// An error's fields as a JavaScript object; the package's TypeScript makes the error class of it.
pub(super) fn error_to_js(error: &Error) -> JsValue {
    json_to_js(&ErrorFields(error))
}

struct ErrorFields<'a>(&'a Error);

impl Serialize for ErrorFields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;

        let error = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("kind", kind(error))?;
        map.serialize_entry("name", &error.class())?;
        map.serialize_entry("code", error.code())?;
        map.serialize_entry("message", error.message())?;
        map.serialize_entry("hint", &error.hint())?;
        map.serialize_entry("fault", if error.party() == Party::Server { "server" } else { "client" })?;
        map.serialize_entry("status", &error.status())?;
        map.serialize_entry("requestId", &error.request_id())?;
        map.serialize_entry("attempts", &error.attempts())?;
        map.serialize_entry("totalRetryDelay", &whole_milliseconds(error.total_retry_delay()))?;
        map.serialize_entry("retryable", &error.is_retryable())?;
        map.serialize_entry("throttling", &error.is_throttling())?;
        map.serialize_entry("faults", &Faults(error))?;
        map.end()
    }
}

struct Faults<'a>(&'a Error);

impl Serialize for Faults<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.faults().iter().map(|fault| [&fault.member, &fault.message]))
    }
}

fn kind(error: &Error) -> &'static str {
    use crate::ErrorKind;

    match error.kind() {
        ErrorKind::Configuration => "configuration",
        ErrorKind::Validation => "validation",
        ErrorKind::Credentials => "credentials",
        ErrorKind::Network => "network",
        ErrorKind::Timeout => "timeout",
        ErrorKind::Aborted => "aborted",
        ErrorKind::Response => "response",
        ErrorKind::Service => "service",
    }
}

fn json_to_js(value: &impl Serialize) -> JsValue {
    // The one way of writing JSON that exports take too: a second would be another KB.
    to_cli_json(value).ok().and_then(|json| JSON::parse(&json).ok()).unwrap_or(JsValue::UNDEFINED)
}

pub(super) fn set(object: &JsValue, name: &str, value: &JsValue) {
    // Setting a property of an object made here cannot fail.
    let _ = Reflect::set(object, &name.into(), value);
}
