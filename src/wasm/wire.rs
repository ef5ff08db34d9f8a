//! The format in which values cross between JavaScript and the crate: one string in each direction.
//!
//! An item is a letter, a number (for some letters) and a colon. `pkg/src/wire.ts` is the other side.
//!
//! | item | value |
//! |---|---|
//! | `s5:hello` | string of five UTF-16 code units, which is how JavaScript counts |
//! | `n900:` | integer |
//! | `t0:` | time, in milliseconds since 1970 |
//! | `o8:a symbol` | value of an unsupported type, described like a string |
//! | `l:` … `e:` | list |
//! | `m:` … `e:` | object, as alternating names and values |
//! | `x:` … `e:` | error, as an object (only to JavaScript) |
//! | `z:` | nothing (only to JavaScript) |

use std::borrow::Cow;

use super::system_time;
use crate::model::Value;
use crate::raw::retry::unix_milliseconds;

/// Reads a value from JavaScript. A truncated string yields the values up to there.
pub(super) fn read(text: &str) -> Value {
    Reader(text).value().unwrap_or_else(Value::empty)
}

struct Reader<'a>(&'a str);

impl<'a> Reader<'a> {
    /// Returns the next value, or `None` at the end of a list or object.
    fn value(&mut self) -> Option<Value> {
        let colon = self.0.bytes().position(|byte| byte == b':')?;
        let number = self.0.get(1..colon).and_then(|number| number.parse().ok()).unwrap_or_default();
        let letter = self.0.as_bytes()[0];
        self.0 = self.0.get(colon + 1..).unwrap_or_default();
        Some(match letter {
            b's' => Value::text(self.text(number)),
            b'n' => Value::Integer(number),
            b't' => Value::Timestamp(system_time(number)),
            b'o' => Value::Other(Cow::Owned(self.text(number).to_owned())),
            b'l' => {
                let mut items = Vec::new();
                while let Some(item) = self.value() {
                    items.push(item);
                }
                Value::List(items)
            }
            b'm' => {
                let mut members = Vec::new();
                while let Some(Value::Text(mut name)) = self.value() {
                    members.push((Cow::Owned(std::mem::take(&mut *name)), self.value()?));
                }
                Value::Structure(members)
            }
            _ => return None,
        })
    }

    fn text(&mut self, units: i64) -> &'a str {
        let length = usize::try_from(units).unwrap_or_default();
        // Nearly all strings are ASCII, where a code unit is a byte.
        let ascii = self.0.get(..length).filter(|text| text.is_ascii());
        let (text, rest) = self.0.split_at(ascii.map_or_else(|| self.byte_length(units), str::len));
        self.0 = rest;
        text
    }

    /// Returns the length in bytes of the next `units` UTF-16 code units.
    fn byte_length(&self, mut units: i64) -> usize {
        let mut characters = self.0.chars();
        while units > 0
            && let Some(character) = characters.next()
        {
            units -= if character > '\u{ffff}' { 2 } else { 1 };
        }
        self.0.len() - characters.as_str().len()
    }
}

/// Writes values for JavaScript.
pub(super) struct Writer(pub(super) String);

impl Writer {
    /// Creates a writer with capacity for most results, because growing copies the string and wipes the old one.
    pub(super) fn new() -> Self {
        Self(String::with_capacity(2048))
    }

    /// Writes the start or the end of a list or object.
    pub(super) fn mark(&mut self, mark: &str) {
        self.0.push_str(mark);
    }

    pub(super) fn text(&mut self, text: &str) {
        let units = if text.is_ascii() { text.len() } else { text.encode_utf16().count() };
        self.numbered("s", i64::try_from(units).unwrap_or_default());
        self.0.push_str(text);
    }

    pub(super) fn number(&mut self, number: i64) {
        self.numbered("n", number);
    }

    /// Writes a member of an object, unless it is `None`.
    pub(super) fn member(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name);
            self.text(text);
        }
    }

    pub(super) fn number_member(&mut self, name: &str, number: i64) {
        self.text(name);
        self.number(number);
    }

    pub(super) fn value(&mut self, value: &Value) {
        match value {
            Value::Text(text) => self.text(text),
            Value::Integer(number) => self.number(*number),
            Value::Timestamp(time) => self.numbered("t", unix_milliseconds(*time)),
            Value::Other(_) => self.mark("z:"),
            Value::List(items) => {
                self.mark("l:");
                for item in items {
                    self.value(item);
                }
                self.mark("e:");
            }
            Value::Structure(members) => {
                self.mark("m:");
                for (name, value) in members {
                    self.text(name);
                    self.value(value);
                }
                self.mark("e:");
            }
            Value::Map(entries) => {
                self.mark("m:");
                for (key, value) in entries {
                    self.member(key, Some(value));
                }
                self.mark("e:");
            }
        }
    }

    fn numbered(&mut self, letter: &str, number: i64) {
        self.0.push_str(letter);
        if number < 0 {
            self.0.push('-');
        }
        self.digits(number.unsigned_abs());
        self.0.push(':');
    }

    /// Appends the digits of `number`. Unlike `to_string`, it does not allocate for each of the many lengths.
    fn digits(&mut self, number: u64) {
        if number > 9 {
            self.digits(number / 10);
        }
        self.0.push(char::from(b"0123456789"[(number % 10) as usize]));
    }
}
