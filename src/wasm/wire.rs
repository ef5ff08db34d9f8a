//! Values as one string: what crosses between JavaScript and the crate, both ways, in one piece.
//!
//! Each item is a letter, mostly a number, and a colon. `s5:hello` is a text of five UTF-16 units, as JavaScript counts;
//! `n900:` a number; `t0:` a time in milliseconds since 1970; `o5:a bag` something that no member can be; `l:` begins a
//! list and `m:` an object of names and values, which `e:` ends; `z:` is nothing. `pkg/src/wire.ts` is the other side.

use std::borrow::Cow;

use super::system_time;
use crate::model::Value;
use crate::retry::unix_milliseconds;

/// Reads what JavaScript wrote. A text that is cut off ends early, and harmlessly.
pub(super) fn read(text: &str) -> Value {
    Reader(text).value().unwrap_or_else(Value::empty)
}

struct Reader<'a>(&'a str);

impl<'a> Reader<'a> {
    /// The next value; `None` is the end of a list or object.
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
        // Of ASCII, as nearly all is, each character is one unit.
        let ascii = self.0.get(..length).filter(|text| text.is_ascii());
        let (text, rest) = self.0.split_at(ascii.map_or_else(|| self.length_of(units), str::len));
        self.0 = rest;
        text
    }

    /// The bytes that so many UTF-16 units stand for.
    fn length_of(&self, mut units: i64) -> usize {
        let mut characters = self.0.chars();
        while units > 0
            && let Some(character) = characters.next()
        {
            units -= if character > '\u{ffff}' { 2 } else { 1 };
        }
        self.0.len() - characters.as_str().len()
    }
}

/// Writes what JavaScript reads.
pub(super) struct Writer(pub(super) String);

impl Writer {
    /// With room for most of what is written: growing is copying, and wiping what was there.
    pub(super) fn new() -> Self {
        Self(String::with_capacity(2048))
    }

    /// Begins with the letter of a list or object, or writes an end.
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

    /// A member of an object, where it is there.
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

    /// Without the text that `to_string` would make for each of the many lengths.
    fn digits(&mut self, number: u64) {
        if number > 9 {
            self.digits(number / 10);
        }
        self.0.push(char::from(b"0123456789"[(number % 10) as usize]));
    }
}
