//! Lines of startup files that set a variable, in the language of any shell.

use super::{Assignment, statement};
use crate::MachinePath;

pub(super) fn assignments(path: &MachinePath, content: &[u8], home: &str) -> Vec<Assignment> {
    let set = |(line, text): (usize, &str)| {
        let (name, value) = assignment(text.trim())?;
        let value = expand_home(unquoted(value.trim()), home);
        Some(Assignment { file: path.clone(), line, text: text.trim().to_owned(), name, value })
    };
    (1..).zip(String::from_utf8_lossy(content).lines()).filter_map(set).collect()
}

/// `NAME=value`, `export NAME=value`, `set -gx NAME value`, `$env:NAME = value`,
/// `$env.NAME = value` or `set-env NAME value`. Only the first statement of a line is read, since
/// people rarely write more.
fn assignment(line: &str) -> Option<(String, &str)> {
    if let Some(rest) =
        ["$env:", "$Env:", "$env.", "$ENV:"].iter().find_map(|prefix| line.strip_prefix(prefix))
    {
        let (name, value) = rest.split_once('=')?;
        return Some((identifier(name.trim())?, value));
    }
    if let Some(rest) = ["set-env ", "set ", "setenv "].iter().find_map(|word| line.strip_prefix(word)) {
        let mut rest = rest.trim_start();
        while rest.starts_with('-') {
            rest = rest.split_once(' ')?.1.trim_start();
        }
        let (name, value) = rest.split_once(' ')?;
        return Some((identifier(name)?, value));
    }
    let mut rest = line;
    for word in ["export ", "typeset -x ", "declare -x "] {
        rest = rest.strip_prefix(word).map_or(rest, str::trim_start);
    }
    let (name, value) = rest.split_once('=')?;
    let (value, behind) = statement::first_word(value);
    // `NAME=value command` sets it only for that command.
    let ends = |behind: &str| behind.is_empty() || behind.starts_with(['#', ';', '&', '|']);
    let is_for_command = rest.len() == line.len() && !ends(behind.trim_start());
    Some((identifier(name)?, value)).filter(|_| !is_for_command)
}

fn identifier(name: &str) -> Option<String> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    (starts && name.chars().all(is_word)).then(|| name.to_owned())
}

/// Removes one pair of quotation marks, or a comment at the end.
fn unquoted(value: &str) -> &str {
    let inner = |quote| value.strip_prefix(quote)?.split_once(quote).map(|(inner, _)| inner);
    let bare = || value.split(" #").next().unwrap_or(value).trim_end_matches([';', ' ']);
    inner('"').or_else(|| inner('\'')).unwrap_or_else(bare)
}

fn expand_home(value: &str, home: &str) -> String {
    let value = value.replace("${HOME}", home).replace("$HOME", home);
    value.strip_prefix("~/").map_or_else(|| value.clone(), |rest| format!("{home}/{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::path::PathRules;

    #[test]
    fn lines_of_all_shells_are_read() {
        for (line, name, value) in [
            ("export GOROOT=/usr/local/go", "GOROOT", "/usr/local/go"),
            ("GOPATH=\"$HOME/go\"  # mine", "GOPATH", "/home/ann/go"),
            ("export GOFLAGS='-mod=mod -v'", "GOFLAGS", "-mod=mod -v"),
            ("set -gx GOROOT /opt/go", "GOROOT", "/opt/go"),
            ("set -x GOBIN ~/bin", "GOBIN", "/home/ann/bin"),
            (r"$env:GOROOT = 'C:\Go'", "GOROOT", r"C:\Go"),
            ("$env.GOROOT = \"/opt/go\"", "GOROOT", "/opt/go"),
            ("set-env GOROOT /opt/go", "GOROOT", "/opt/go"),
            ("declare -x GOROOT=/opt/go;", "GOROOT", "/opt/go"),
            ("export GOROOT=/opt/go; export PATH=$GOROOT/bin:$PATH", "GOROOT", "/opt/go"),
            ("GOBIN=\"$HOME/my bin\" && export GOBIN", "GOBIN", "/home/ann/my bin"),
            ("GOPATH=$(go env GOPATH)", "GOPATH", "$(go env GOPATH)"),
            ("export GOPATH=~/go GOBIN=~/bin", "GOPATH", "/home/ann/go"),
        ] {
            let found = assignments(&PathRules::Unix.path("f"), line.as_bytes(), "/home/ann");
            assert_eq!(found.len(), 1, "{line}");
            assert_eq!((found[0].name.as_str(), found[0].value.as_str()), (name, value), "{line}");
        }
        for line in [
            "# export GOROOT=/x",
            "if [ \"$a\" = b ]; then",
            "alias go=x y",
            "echo GOROOT=/x",
            "set -e",
            "GOOS=js go build",
        ] {
            assert!(assignments(&PathRules::Unix.path("f"), line.as_bytes(), "").is_empty(), "{line}");
        }
    }
}
