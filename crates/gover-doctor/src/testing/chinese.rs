//! Whether a Chinese text is one: every text that a test of this crate meets is examined.

use crate::language::Words;

/// Panics unless the Chinese text has no English, spaces between Chinese and other letters, Chinese
/// punctuation, and everything that the English one quotes.
pub(crate) fn examine(words: &Words, about: &str) {
    let faults = faults(&words.en, &words.zh);
    assert!(faults.is_empty(), "{about}: {faults:?} in `{}` for `{}`", words.zh, words.en);
}

fn faults(english: &str, chinese: &str) -> Vec<String> {
    let (quoted, plain) = parted(chinese);
    let (expected, rest) = parted(english);
    let missing = expected.into_iter().filter(|code| !quoted.contains(code));
    let mut faults: Vec<String> = missing.map(|code| format!("`{code}` is missing")).collect();
    faults.extend(english_words(&plain).map(|word| format!("`{word}` is English")));
    let letters: Vec<char> = plain.chars().collect();
    for pair in letters.windows(2) {
        let [before, after] = *pair else { continue };
        let is_letter = |c: char| c.is_ascii_alphanumeric();
        if (is_ideograph(before) && is_letter(after)) || (is_letter(before) && is_ideograph(after)) {
            faults.push(format!("no space in `{before}{after}`"));
        }
        if is_ideograph(before) && ",;:!?()\"".contains(after) {
            faults.push(format!("`{after}` is not Chinese punctuation"));
        }
    }
    if letters.windows(3).any(|three| matches!(three, [a, ' ', b] if is_ideograph(*a) && is_ideograph(*b))) {
        faults.push("a space between Chinese letters".to_owned());
    }
    if chinese.contains(['{', '}']) && !english.contains(['{', '}']) {
        faults.push("a value was not filled in".to_owned());
    }
    if !chinese.chars().any(is_ideograph) && english_words(&rest).next().is_some() {
        faults.push("it is not Chinese".to_owned());
    }
    faults
}

/// What is between backticks, and the rest without other quotations, with a mark in their place.
fn parted(text: &str) -> (Vec<&str>, String) {
    let parts: Vec<&str> = text.split('`').collect();
    let quoted = parts.iter().skip(1).step_by(2).copied().collect();
    let rest = parts.into_iter().step_by(2).collect::<Vec<_>>().join("·");
    let rest = rest.split('“').map(|part| part.split_once('”').map_or(part, |(_, after)| after));
    (quoted, rest.collect::<Vec<_>>().join("·"))
}

/// Words of small letters that are not names. Paths, flags, versions and settings have other characters.
fn english_words(plain: &str) -> impl Iterator<Item = &str> {
    let words = plain.split(|c: char| !c.is_ascii_graphic());
    let words = words.map(|word| word.trim_matches(['(', ')', '[', ']', ',', ';', ':', '!', '?', '"', '\'']));
    words.map(|word| word.trim_end_matches('.')).filter(|word| {
        let is_word = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphabetic());
        // GOROOT and dlvToolPath are names.
        let is_small = word.bytes().skip(1).all(|byte| byte.is_ascii_lowercase());
        let has_small = word.bytes().any(|byte| byte.is_ascii_lowercase());
        is_word
            && is_small
            && has_small
            && !NAMES.iter().flat_map(|names| names.split(' ')).any(|name| name == *word)
    })
}

fn is_ideograph(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// Names, and words that are the same in Chinese texts about Go.
const NAMES: [&str; 5] = [
    // Programs, packages and products.
    "go gover gofmt gopls dlv git gcc curl sudo bash zsh fish elvish sh nu powershell code emacs hugo net node vendor",
    "Go Windows Linux PowerShell Defender Alpine Homebrew Xcode Chocolatey Scoop Docker Intel Apple Mac Rosetta",
    "winget mingw goenv mise gvm asdf g gobrew goup Cygwin Microsoft Visual Studio Code Dev Drive Makefile Dockerfile makefile Settings",
    // Terms that are the same in Chinese texts about Go.
    "shell cgo musl glibc alpine scratch golang toolchain noexec root Path linux windows http https file localhost umask setgid profile",
    // Users of made-up machines.
    "ann eve",
];

#[cfg(test)]
mod tests {
    use super::faults;

    #[test]
    fn english_and_bad_typesetting_are_found() {
        assert_eq!(faults("`a b` is set", "设了 `a b`，用的是 /opt/go 和 Go 1.22"), [""; 0]);
        for (english, chinese) in [
            ("x is set", "x is set"),
            ("the file is set", "这个 file is 文件"),
            ("run `go env` now", "现在运行 `go`"),
            ("Go is set", "设了Go"),
            ("it is set", "设了, 没有"),
            ("it is set", "已经 设了"),
            ("it is set", "设了 {name}"),
        ] {
            assert_ne!(faults(english, chinese), [""; 0], "{chinese}");
        }
    }
}
