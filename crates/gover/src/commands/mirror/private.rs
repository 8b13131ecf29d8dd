//! Modules that the settings keep from proxies or from the checksum database.

use glob::{MatchOptions, Pattern};
use gover_core::env::vars;

use crate::Context;
use crate::supply::go_setting;

/// The patterns of one variable.
pub(super) struct Private {
    /// The variable that has them: GOPRIVATE stands in for the others.
    pub(super) variable: &'static str,
    patterns: Vec<String>,
}

impl Private {
    /// Modules that Go gets from their repository.
    pub(super) fn without_proxy(context: &Context<'_>) -> Self {
        Self::new(vars::GONOPROXY, context)
    }

    /// Modules that the checksum database must not know.
    pub(super) fn without_database(context: &Context<'_>) -> Self {
        Self::new(vars::GONOSUMDB, context)
    }

    fn new(name: &'static str, context: &Context<'_>) -> Self {
        let setting = |name: &'static str| {
            let value = go_setting(name, context).filter(|value| !value.is_empty())?;
            Some((name, value))
        };
        let (variable, value) =
            setting(name).or_else(|| setting(vars::GOPRIVATE)).unwrap_or((name, String::new()));
        Self { variable, patterns: value.split(',').map(str::to_owned).collect() }
    }

    /// The pattern that matches a module.
    pub(super) fn pattern(&self, module: &str) -> Option<&str> {
        self.patterns.iter().map(String::as_str).find(|pattern| matches(pattern, module))
    }
}

/// Whether a pattern matches as many leading elements of a module's path as it has
/// (`module.MatchPrefixPatterns`).
fn matches(pattern: &str, module: &str) -> bool {
    let pattern = pattern.trim_end_matches('/');
    if pattern.is_empty() {
        return false;
    }
    let mut elements = module.split('/');
    pattern.split('/').all(|pattern| {
        // Go writes `[^a]` for what `glob` calls `[!a]`, and gives `**` no meaning of its own.
        let pattern = pattern.replace("[^", "[!").replace("**", "*");
        let pattern = Pattern::new(&pattern).ok();
        let element = elements.next();
        pattern.zip(element).is_some_and(|(pattern, element)| pattern.matches_with(element, OPTIONS))
    })
}

const OPTIONS: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: false,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_leading_elements_as_in_go() {
        for (pattern, module) in [
            ("corp.example", "corp.example/a/b"),
            ("*.corp.example", "git.corp.example/a"),
            ("github.com/acme/*", "github.com/acme/x/v2"),
            ("github.com/[^b]*", "github.com/acme"),
            ("github.com/acme/", "github.com/acme"),
            ("*", "rsc.io/quote"),
        ] {
            assert!(matches(pattern, module), "{pattern} {module}");
        }
        for (pattern, module) in [
            ("", "rsc.io/quote"),
            ("none", "rsc.io/quote"),
            ("corp.example", "git.corp.example/a"),
            ("github.com/acme/*", "github.com/acme"),
            ("github.com/[^a]*", "github.com/acme"),
            ("github.com/acme", "github.com/acme2"),
        ] {
            assert!(!matches(pattern, module), "{pattern} {module}");
        }
    }
}
