//! Texts in both languages of doctor, which stand side by side where a text is written.

use std::fmt::Display;

use serde::{Serialize, Serializer};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    English,
    Chinese,
}

impl Language {
    /// The language for a locale such as `zh_CN.UTF-8` or `zh-Hans-CN`. The Chinese texts are simplified
    /// and UTF-8, so other scripts and character sets get English.
    pub fn of_locale(locale: &str) -> Self {
        let locale = locale.to_ascii_lowercase();
        let (name, charset) = locale.split_once('.').unwrap_or((&locale, "utf-8"));
        let is_utf8 = charset.starts_with("utf-8") || charset.starts_with("utf8");
        let mut parts = name.split(['-', '_', '@']);
        let is_chinese = parts.next() == Some("zh");
        let is_traditional = parts.any(|part| matches!(part, "hant" | "tw" | "hk" | "mo"));
        if is_chinese && is_utf8 && !is_traditional { Self::Chinese } else { Self::English }
    }

    /// As HTML names it.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }
}

/// One text in both languages, made by [`text!`](crate::text). JSON has the English one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Words<S = String> {
    pub en: S,
    pub zh: S,
}

impl<S> Words<S> {
    /// The text in a language.
    pub fn of(&self, language: Language) -> &S {
        match language {
            Language::English => &self.en,
            Language::Chinese => &self.zh,
        }
    }

    /// Changes both texts in the same way.
    pub fn map<T>(&self, change: impl Fn(&S) -> T) -> Words<T> {
        Words { en: change(&self.en), zh: change(&self.zh) }
    }
}

impl From<Words<&str>> for Words {
    fn from(words: Words<&str>) -> Self {
        words.map(|text| (*text).to_owned())
    }
}

impl<S: Serialize> Serialize for Words<S> {
    fn serialize<T: Serializer>(&self, serializer: T) -> Result<T::Ok, T::Error> {
        self.en.serialize(serializer)
    }
}

/// A value in a text: the same in both languages, or [`Words`].
pub trait Value {
    fn en(&self) -> &dyn Display;
    fn zh(&self) -> &dyn Display;
}

impl<T: Display> Value for T {
    fn en(&self) -> &dyn Display {
        self
    }

    fn zh(&self) -> &dyn Display {
        self
    }
}

impl<S: Display> Value for Words<S> {
    fn en(&self) -> &dyn Display {
        &self.en
    }

    fn zh(&self) -> &dyn Display {
        &self.zh
    }
}

/// `3 files` in English, and `3` in Chinese, where the text has the measure word.
pub fn counted(count: impl TryInto<u64> + Copy, noun: &str) -> Words {
    let number: u64 = count.try_into().unwrap_or(u64::MAX);
    Words { en: gover_core::text::counted(number, noun), zh: number.to_string() }
}

/// A text in both languages. Each must use every value, and no others: `concat!` keeps `format!` from
/// taking variables that are not listed.
#[macro_export]
macro_rules! text {
    (en $en:literal, zh $zh:literal $(,)?) => {
        $crate::language::Words { en: $en, zh: $zh }
    };
    (en $en:literal, zh $zh:literal, $($name:ident = $value:expr),+ $(,)?) => {
        match ($(&$value,)+) {
            ($($name,)+) => $crate::language::Words {
                en: format!(concat!($en), $($name = $crate::language::Value::en($name)),+),
                zh: format!(concat!($zh), $($name = $crate::language::Value::zh($name)),+),
            },
        }
    };
}

#[cfg(test)]
mod tests {
    use super::{Language, Words, counted};

    #[test]
    fn simplified_chinese_in_utf_8_is_spoken_and_nothing_else() {
        for locale in
            ["zh_CN.UTF-8", "zh_CN.utf8", "zh", "zh_CN", "zh-Hans-CN", "zh_SG.UTF-8", "zh_CN.UTF-8@x"]
        {
            assert_eq!(Language::of_locale(locale), Language::Chinese, "{locale}");
        }
        for locale in
            ["C", "POSIX", "en_US.UTF-8", "zh_TW.UTF-8", "zh-Hant-HK", "zh_CN.GB18030", "zha", "de", ""]
        {
            assert_eq!(Language::of_locale(locale), Language::English, "{locale}");
        }
    }

    #[test]
    fn a_text_has_its_values_in_both_languages() {
        let what = text!(en "unknown", zh "未知");
        let words = text!(
            en "{path} has {files}, {what}",
            zh "{path} 里有 {files} 个文件，{what}",
            path = "/a", files = counted(2, "file"), what = what,
        );
        assert_eq!(words.of(Language::English), "/a has 2 files, unknown");
        assert_eq!(words.of(Language::Chinese), "/a 里有 2 个文件，未知");
        assert_eq!(serde_json::to_string(&Words::<String>::from(what)).unwrap(), "\"unknown\"");
    }
}
