//! Types that are both printed as JSON and described in docs/reference/json.md, so that the page
//! cannot differ from the output.

use std::path::Path;

use gover_doctor::Words;
use gover_doctor::redaction::Redacted;

/// A path as text. JSON is Unicode, so any other bytes become U+FFFD.
pub(crate) fn json_path(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// A key of a JSON object.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) key: String,
    pub(crate) kind: String,
    pub(crate) meaning: String,
}

pub(crate) trait Fact {
    /// Its JSON type, in words.
    fn kind() -> String;

    /// The keys of the object behind the path `parent`; none for other types.
    fn rows(_parent: &str) -> Vec<Row> {
        Vec::new()
    }
}

/// Defines JSON objects: each key with its type, the value it is made from and its meaning.
macro_rules! facts {
    ($($name:ident($($from:ident: $source:ty),*) {
        $($key:ident: $type:ty = $value:expr => $meaning:literal),+ $(,)?
    })+) => { $(
        #[derive(Debug, serde::Serialize)]
        pub(in crate::commands) struct $name { $($key: $type),+ }

        impl $name {
            pub(super) fn of($($from: $source),*) -> Self {
                Self { $($key: $value),+ }
            }
        }

        impl $crate::output::Fact for $name {
            fn kind() -> String {
                "object".to_owned()
            }

            fn rows(parent: &str) -> Vec<$crate::output::Row> {
                let mut rows = Vec::new();
                $(
                    let key = format!("{parent}{}", stringify!($key));
                    let nested = <$type as $crate::output::Fact>::rows(&format!("{key}."));
                    let kind = <$type as $crate::output::Fact>::kind();
                    rows.push($crate::output::Row { key, kind, meaning: $meaning.to_owned() });
                    rows.extend(nested);
                )+
                rows
            }
        }
    )+ };
}
pub(crate) use facts;

macro_rules! kinds {
    ($($type:ty: $kind:literal),+) => { $(
        impl Fact for $type {
            fn kind() -> String {
                $kind.to_owned()
            }
        }
    )+ };
}
kinds!(String: "text", Words<&'static str>: "text", &str: "text", Redacted: "text", u64: "number", usize: "number", bool: "true or false");

impl<T: Fact> Fact for Option<T> {
    fn kind() -> String {
        format!("{} or null", T::kind())
    }

    fn rows(parent: &str) -> Vec<Row> {
        T::rows(parent)
    }
}

impl<T: Fact> Fact for Vec<T> {
    fn kind() -> String {
        "list".to_owned()
    }

    /// The keys of each element.
    fn rows(_parent: &str) -> Vec<Row> {
        T::rows("….")
    }
}
