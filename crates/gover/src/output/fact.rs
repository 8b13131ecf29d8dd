//! Types that are both printed as JSON and described in docs/reference/json.md, so that the page
//! cannot differ from the output.

/// A key of a JSON object.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) key: String,
    pub(crate) kind: String,
    pub(crate) meaning: String,
}

/// A type of which a document consists.
pub(crate) trait Fact {
    /// Its JSON type, in words.
    fn kind() -> String;

    /// The keys of the object behind the path `parent`; none for other types.
    fn rows(_parent: &str) -> Vec<Row> {
        Vec::new()
    }
}

/// Defines a JSON object. The doc comment of a field is its meaning in the reference.
macro_rules! facts {
    ($(#[doc = $about:literal])* $visibility:vis struct $name:ident {
        $($(#[doc = $meaning:literal])+ $field:ident: $type:ty),+ $(,)?
    }) => {
        $(#[doc = $about])*
        #[derive(Debug, serde::Serialize)]
        $visibility struct $name { $($(#[doc = $meaning])+ $visibility $field: $type),+ }

        impl $crate::output::Fact for $name {
            fn kind() -> String {
                "object".to_owned()
            }

            fn rows(parent: &str) -> Vec<$crate::output::Row> {
                let mut rows = Vec::new();
                $(
                    let key = format!("{parent}{}", stringify!($field));
                    let nested = <$type as $crate::output::Fact>::rows(&format!("{key}."));
                    let kind = <$type as $crate::output::Fact>::kind();
                    let meaning = concat!($($meaning),+).trim().to_owned();
                    rows.push($crate::output::Row { key, kind, meaning });
                    rows.extend(nested);
                )+
                rows
            }
        }
    };
}
pub(crate) use facts;

impl Fact for String {
    fn kind() -> String {
        "text".to_owned()
    }
}

impl Fact for &str {
    fn kind() -> String {
        String::kind()
    }
}

impl Fact for u64 {
    fn kind() -> String {
        "number".to_owned()
    }
}

impl Fact for usize {
    fn kind() -> String {
        u64::kind()
    }
}

impl Fact for bool {
    fn kind() -> String {
        "true or false".to_owned()
    }
}

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
