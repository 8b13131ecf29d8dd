//! Patterns with `*` and `?`: of files, and of module paths.

/// Whether a list such as GOPRIVATE matches a module. Each pattern matches as many leading elements of
/// the path as it has itself (`module.MatchPrefixPatterns`).
pub(super) fn matches_module(list: &str, path: &str) -> bool {
    let patterns = list.split(',').map(|pattern| pattern.strip_suffix('/').unwrap_or(pattern));
    patterns.filter(|pattern| !pattern.is_empty()).any(|pattern| {
        let count = pattern.split('/').count();
        let elements: Vec<&str> = path.split('/').collect();
        elements.get(..count).is_some_and(|first| glob(pattern, &first.join("/")))
    })
}

/// `*` and `?` do not match a slash; `**/` matches any directories.
pub(super) fn glob(pattern: &str, text: &str) -> bool {
    if let Some(rest) = pattern.strip_prefix("**/") {
        let starts = text.match_indices('/').map(|(at, _)| at + 1);
        return [0].into_iter().chain(starts).any(|at| glob(rest, text.get(at..).unwrap_or_default()));
    }
    let mut wanted = pattern.chars();
    let Some(first) = wanted.next() else { return text.is_empty() };
    let mut rest = text.chars();
    match first {
        '*' => {
            let end = text.find('/').unwrap_or(text.len());
            let starts = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            starts.filter(|at| *at <= end).any(|at| glob(wanted.as_str(), text.get(at..).unwrap_or_default()))
        }
        '?' => rest.next().is_some_and(|c| c != '/') && glob(wanted.as_str(), rest.as_str()),
        first => rest.next() == Some(first) && glob(wanted.as_str(), rest.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_match_the_beginning_of_module_paths() {
        for (list, path) in [
            ("git.corp.example", "git.corp.example/team/lib"),
            ("*.corp.example", "git.corp.example/team"),
            ("x.example,github.com/acme/*", "github.com/acme/lib/v2"),
            ("github.com/acme/", "github.com/acme/lib"),
            ("*", "golang.org/x/text"),
        ] {
            assert!(matches_module(list, path), "{list} {path}");
        }
        for (list, path) in [
            ("corp.example", "git.corp.example/team"),
            ("github.com/acme", "github.com/acme-tools/lib"),
            ("github.com/acme/lib", "github.com/acme"),
            ("", "git.corp.example"),
            ("none", "git.corp.example"),
        ] {
            assert!(!matches_module(list, path), "{list} {path}");
        }
    }
}
