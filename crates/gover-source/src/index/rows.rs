//! Reads the rows of an index one at a time. Values of an unexpected type are skipped without being
//! stored, so memory use is limited to the release data in the response.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A row for a release. Fields that are missing or have the wrong type are empty.
#[derive(Default)]
pub(super) struct ReleaseRow {
    pub(super) version: Option<String>,
    pub(super) files: List<FileRow>,
}

/// A row for a file. Fields that are missing or have the wrong type are empty.
#[derive(Default)]
pub(super) struct FileRow {
    pub(super) filename: Option<String>,
    pub(super) os: Option<String>,
    pub(super) arch: Option<String>,
    pub(super) sha256: Option<String>,
    pub(super) size: Option<u64>,
    pub(super) kind: Option<String>,
}

/// The elements of a list. A value that is not a list has no elements.
pub(super) struct List<T>(pub(super) Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// A string or a number. Any other value has neither.
#[derive(Default)]
struct Scalar {
    text: Option<String>,
    number: Option<u64>,
}

/// Builds a value from the JSON types that it accepts, and the default from any other type.
trait Reader: Default {
    fn from_text(_text: &str) -> Self {
        Self::default()
    }

    fn from_number(_number: u64) -> Self {
        Self::default()
    }

    fn from_list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }

    fn from_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }
}

/// A row of a list.
trait Row: Reader {
    /// Whether the row has a name. Rows without a name are not stored.
    fn has_name(&self) -> bool;
}

impl Reader for Scalar {
    fn from_text(text: &str) -> Self {
        Self { text: Some(text.to_owned()), number: None }
    }

    fn from_number(number: u64) -> Self {
        Self { text: None, number: Some(number) }
    }
}

impl<T: Row> Reader for List<T> {
    fn from_list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        let mut elements = Vec::new();
        while let Some(Read(element)) = list.next_element::<Read<T>>()? {
            if element.has_name() {
                elements.push(element);
            }
        }
        Ok(Self(elements))
    }
}

impl Reader for ReleaseRow {
    fn from_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut row = Self::default();
        while let Some(Read(key)) = map.next_key::<Read<Scalar>>()? {
            match key.text.as_deref() {
                Some("version") => row.version = map.next_value::<Read<Scalar>>()?.0.text,
                Some("files") => row.files = map.next_value::<Read<List<FileRow>>>()?.0,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(row)
    }
}

impl Row for ReleaseRow {
    fn has_name(&self) -> bool {
        self.version.is_some()
    }
}

impl Row for FileRow {
    fn has_name(&self) -> bool {
        self.filename.is_some()
    }
}

impl Reader for FileRow {
    fn from_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut row = Self::default();
        while let Some(Read(key)) = map.next_key::<Read<Scalar>>()? {
            let Read(Scalar { text, number }) = map.next_value()?;
            match key.text.as_deref() {
                Some("filename") => row.filename = text,
                Some("os") => row.os = text,
                Some("arch") => row.arch = text,
                Some("sha256") => row.sha256 = text,
                Some("size") => row.size = number,
                Some("kind") => row.kind = text,
                _ => {}
            }
        }
        Ok(row)
    }
}

/// A value that is deserialised with its `Reader`.
pub(super) struct Read<T>(pub(super) T);

impl<'de, T: Reader> Deserialize<'de> for Read<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyVisitor(PhantomData)).map(Self)
    }
}

struct AnyVisitor<T>(PhantomData<T>);

impl<'de, T: Reader> Visitor<'de> for AnyVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_str<E>(self, text: &str) -> Result<T, E> {
        Ok(T::from_text(text))
    }

    fn visit_u64<E>(self, number: u64) -> Result<T, E> {
        Ok(T::from_number(number))
    }

    fn visit_i64<E>(self, _: i64) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<T, A::Error> {
        T::from_list(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::from_map(map)
    }
}
