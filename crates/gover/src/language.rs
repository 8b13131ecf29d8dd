//! The language of `gover doctor`. Everything else is in English, as Go is.

use gover_core::Env;
use gover_core::env::vars;
use gover_core::text::shown;
use gover_doctor::Language;
use gover_sys::user;

use crate::cli::Lang;
use crate::failure::Failure;

/// By the option, `GOVER_LANG`, the locale, and on Windows by the display language.
pub(crate) fn chosen(option: Option<Lang>, env: &Env) -> Result<Language, Failure> {
    if let Some(option) = option {
        return Ok(option.into());
    }
    if let Some(value) = env.var(vars::GOVER_LANG) {
        return match value.to_str() {
            Some("en") => Ok(Language::English),
            Some("zh") => Ok(Language::Chinese),
            _ => Err(Failure::usage(
                format!(
                    "GOVER_LANG is `{}`, which is not a language of gover",
                    shown(&value.to_string_lossy())
                ),
                "set it to en or zh, or unset GOVER_LANG",
            )),
        };
    }
    let locale = [vars::LC_ALL, vars::LC_MESSAGES, vars::LANG].into_iter().find_map(|name| env.text(name));
    let locale = locale.or_else(user::language);
    Ok(locale.map_or(Language::English, |locale| Language::of_locale(&locale)))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn the_first_that_says_a_language_counts() {
        let of = |option, variables: &[(&str, &str)]| {
            let variables = variables.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
            chosen(option, &Env::from_map(variables, PathBuf::new()))
        };
        let is_chinese = |variables: &[(&str, &str)]| matches!(of(None, variables), Ok(Language::Chinese));
        assert!(is_chinese(&[("GOVER_LANG", "zh"), ("LC_ALL", "C")]));
        assert!(!is_chinese(&[("GOVER_LANG", "en"), ("LC_ALL", "zh_CN.UTF-8")]));
        assert!(is_chinese(&[("GOVER_LANG", ""), ("LC_ALL", "zh_CN.UTF-8"), ("LC_MESSAGES", "C")]));
        assert!(is_chinese(&[("LC_ALL", ""), ("LC_MESSAGES", "zh_CN.UTF-8"), ("LANG", "C")]));
        assert!(!is_chinese(&[("LC_MESSAGES", "en_US.UTF-8"), ("LANG", "zh_CN.UTF-8")]));
        assert!(is_chinese(&[("LANG", "zh_CN.UTF-8")]));
        assert!(of(None, &[("GOVER_LANG", "zh_CN")]).is_err());
        assert!(matches!(of(Some(Lang::En), &[("GOVER_LANG", "zh_CN")]), Ok(Language::English)));
    }
}
