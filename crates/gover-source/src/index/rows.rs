//! Reads the rows of an index one at a time. Values of an unexpected type are skipped without being
//! stored, and neither are long texts nor more than [`MAX_ROWS`] rows, so memory use is limited.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::bounds::{MAX_ROWS, MAX_TEXT};

/// A row for a release or a file. Fields that are missing or have the wrong type are empty.
#[derive(Default)]
pub(super) struct Row {
    pub(super) version: Option<Box<str>>,
    pub(super) files: Vec<Self>,
    pub(super) filename: Option<Box<str>>,
    pub(super) os: Option<Box<str>>,
    pub(super) arch: Option<Box<str>>,
    pub(super) sha256: Option<Box<str>>,
    pub(super) size: Option<u64>,
    pub(super) kind: Option<Box<str>>,
    /// The rows in `files`, and those in theirs.
    below: usize,
}

/// A JSON value, as far as an index needs it.
pub(super) enum Value {
    Text(Box<str>),
    Number(u64),
    /// The rows of a list. Rows without a name are not stored.
    List(Vec<Row>),
    Row(Box<Row>),
    Other,
}

impl Value {
    fn text(self) -> Option<Box<str>> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    fn number(self) -> Option<u64> {
        if let Self::Number(number) = self { Some(number) } else { None }
    }

    pub(super) fn rows(self) -> Vec<Row> {
        if let Self::List(rows) = self { rows } else { Vec::new() }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(if text.len() > MAX_TEXT { Value::Other } else { Value::Text(text.into()) })
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Value, E> {
        Ok(Value::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value, E> {
        Ok(Value::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Value, E> {
        Ok(Value::Other)
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let (mut rows, mut count) = (Vec::new(), 0);
        while let Some(value) = list.next_element()? {
            // Values that are not rows cost time too.
            count += 1;
            if let Value::Row(row) = &value {
                count += row.below;
            }
            if count > MAX_ROWS {
                return Err(A::Error::custom("too many rows"));
            }
            if let Value::Row(row) = value
                && (row.version.is_some() || row.filename.is_some())
            {
                rows.push(*row);
            }
        }
        Ok(Value::List(rows))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut row = Box::<Row>::default();
        while let Some(key) = map.next_key::<Value>()? {
            let field = match key.text().as_deref() {
                Some("version") => &mut row.version,
                Some("filename") => &mut row.filename,
                Some("os") => &mut row.os,
                Some("arch") => &mut row.arch,
                Some("sha256") => &mut row.sha256,
                Some("kind") => &mut row.kind,
                key => {
                    match key {
                        Some("files") => {
                            row.files = map.next_value::<Value>()?.rows();
                            row.below = row.files.iter().map(|file| 1 + file.below).sum();
                        }
                        Some("size") => row.size = map.next_value::<Value>()?.number(),
                        _ => drop(map.next_value::<IgnoredAny>()?),
                    }
                    continue;
                }
            };
            *field = map.next_value::<Value>()?.text();
        }
        Ok(Value::Row(row))
    }
}
