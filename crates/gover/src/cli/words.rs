//! Commands of other version managers: those that mean exactly the same here run, and for the
//! others gover names its own command.

use std::ffi::{OsStr, OsString};

/// A command of another manager, and the command line that means the same.
pub const SAME: [(&str, &[&str]); 8] = [
    ("ls-remote", &["list", "--remote"]),
    ("list-remote", &["list", "--remote"]),
    ("list-all", &["list", "--remote", "--all"]),
    ("ls-all", &["list", "--remote", "--all"]),
    ("outdated", &["update", "--check"]),
    ("self-update", &["self", "update"]),
    ("unpin", &["pin", "--remove"]),
    ("version", &["--version"]),
];

/// A command of another manager, and what does it here.
pub(super) struct Similar {
    pub(super) word: &'static str,
    pub(super) own: &'static str,
    /// Arguments that stand in for those that were typed, if none were or gover would not
    /// understand them.
    pub(super) example: &'static [&'static str],
}

const fn similar(word: &'static str, own: &'static str, example: &'static [&'static str]) -> Similar {
    Similar { word, own, example }
}

pub(super) const SIMILAR: [Similar; 33] = [
    similar("activate", "init", &["bash"]),
    similar("active", "current", &[]),
    similar("add", "install", &["latest"]),
    similar("adopt", "import", &["--dry-run"]),
    similar("alias", "default", &["latest"]),
    similar("available", "list --remote", &[]),
    similar("clean", "prune", &["--dry-run"]),
    similar("cleanup", "prune", &["--dry-run"]),
    similar("deactivate", "use --clear", &[]),
    similar("delete", "uninstall", &["1.21.5"]),
    similar("download", "install", &["latest"]),
    similar("fetch", "install", &["latest"]),
    similar("implode", "self uninstall", &[]),
    similar("migrate", "import", &["--dry-run"]),
    similar("override", "pin", &["1.22"]),
    similar("path", "which", &[]),
    similar("reinstall", "install --force", &[]),
    similar("rehash", "setup", &[]),
    similar("reshim", "setup", &[]),
    similar("root", "which", &[]),
    similar("run", "exec", &["1.22", "--", "go", "version"]),
    similar("search", "list --remote", &[]),
    similar("select", "use", &["1.22"]),
    similar("set", "default", &["1.22"]),
    similar("settings", "config", &[]),
    similar("shell", "use", &["1.22"]),
    similar("show", "current", &[]),
    similar("status", "current", &[]),
    similar("switch", "use", &["1.22"]),
    similar("toolchain", "list", &[]),
    similar("unuse", "use --clear", &[]),
    similar("where", "which", &[]),
    similar("x", "exec", &["1.22", "--", "go", "version"]),
];

/// The command line in gover's own words.
pub(crate) fn translated(arguments: &[OsString]) -> Vec<OsString> {
    let own = |at: usize, words: &[&str]| -> Vec<OsString> {
        let (before, rest) = arguments.split_at(at);
        let words = words.iter().map(OsString::from);
        before.iter().cloned().chain(words).chain(rest.iter().skip(1).cloned()).collect()
    };
    // `-v` explains the steps of a command. Without one, most people mean the version.
    if let [_, option] = arguments
        && option == "-v"
    {
        return own(1, &["--version"]);
    }
    let first = position_of_command(arguments);
    let same = first.and_then(|at| {
        let word = arguments.get(at)?;
        SAME.iter().find(|(name, _)| word == name).map(|(_, words)| own(at, words))
    });
    same.unwrap_or_else(|| arguments.to_vec())
}

/// Where the name of the command stands: the first word that is neither an option nor the value of
/// one.
pub(super) fn position_of_command(arguments: &[OsString]) -> Option<usize> {
    let mut is_value = false;
    arguments.iter().enumerate().skip(1).find_map(|(at, argument)| {
        let is_free = !std::mem::replace(&mut is_value, argument == "--color");
        (is_free && !is_option(argument)).then_some(at)
    })
}

pub(super) fn is_option(argument: &OsStr) -> bool {
    argument.as_encoded_bytes().starts_with(b"-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(line: &str) -> String {
        let line: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        translated(&line).iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn only_the_command_itself_is_translated() {
        for (line, meant) in [
            ("gover ls-remote 1.22 --json", "gover list --remote 1.22 --json"),
            ("gover -q --color never ls-remote", "gover -q --color never list --remote"),
            ("gover version", "gover --version"),
            ("gover -v", "gover --version"),
            ("gover -v list", "gover -v list"),
            ("gover exec 1.22 version", "gover exec 1.22 version"),
            ("gover help ls-remote", "gover help ls-remote"),
            ("gover --color version", "gover --color version"),
            ("gover", "gover"),
        ] {
            assert_eq!(own(line), meant);
        }
    }
}
