//! The statements that gover needs, in the language of each shell.

use crate::entry::PathEntry;
use crate::kind::ShellKind;
use crate::quote;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change<'a> {
    Set(&'a str, &'a str),
    /// A missing variable is not an error.
    Unset(&'a str),
}

/// The statements of one shell. Names are plain identifiers, values any text without zero
/// characters. Each statement ends with its line end.
pub struct Syntax {
    quote: fn(&str) -> String,
    set: fn(&str, &str) -> String,
    unset: fn(&str) -> String,
    /// What a person types to remove the variable, for hints.
    unset_by_hand: fn(&str) -> String,
    prepend: fn(&Self, &PathEntry) -> String,
    /// The output of `cygpath -u` for a quoted path; `None` for shells that have no `cygpath`.
    cygpath: Option<fn(&str) -> String>,
    file: fn(String) -> String,
    evaluated: fn(&Self, &[Change<'_>]) -> String,
    load_line: Option<&'static str>,
    /// The script of `gover init`, with `'@GOVER@'` for the program and `'@BIN@'` for its
    /// directory, including the quotation marks. `None` for a shell that cannot evaluate the output
    /// of a program.
    pub(crate) init_template: Option<&'static str>,
    /// What `gover completions` prints, and `gover init` after its own script.
    completions: Option<&'static str>,
}

impl Syntax {
    pub fn quote(&self, text: &str) -> String {
        (self.quote)(text)
    }

    pub fn set_env(&self, name: &str, value: &str) -> String {
        (self.set)(name, value)
    }

    /// Removes the variable, which may be missing.
    pub fn unset_env(&self, name: &str) -> String {
        (self.unset)(name)
    }

    pub fn unset_by_hand(&self, name: &str) -> String {
        (self.unset_by_hand)(name)
    }

    pub fn prepend_path(&self, directory: &PathEntry) -> String {
        (self.prepend)(self, directory)
    }

    pub fn path_entry(&self, entry: &PathEntry) -> String {
        match (entry, self.cygpath) {
            (PathEntry::Cygpath(path), Some(cygpath)) => cygpath(&self.quote(path)),
            (PathEntry::Literal(text) | PathEntry::Cygpath(text), _) => self.quote(text),
        }
    }

    pub fn file(&self, code: String) -> String {
        (self.file)(code)
    }

    /// What `gover use` prints for the function of `gover init`: statements to evaluate, or in
    /// Nushell, which cannot evaluate text, a JSON object.
    pub fn evaluated(&self, changes: &[Change<'_>]) -> String {
        (self.evaluated)(self, changes)
    }

    /// What a person types to load the function of `gover init`; `None` for shells without one.
    pub fn load_line(&self) -> Option<&'static str> {
        self.load_line
    }

    /// The script that makes Tab ask `gover complete`; `None` for shells without such completions.
    pub fn completions(&self) -> Option<&'static str> {
        self.completions
    }
}

pub(crate) fn of(kind: ShellKind) -> &'static Syntax {
    match kind {
        ShellKind::Bash => {
            const {
                &posix(
                    "eval \"$(gover init bash)\"",
                    include_str!("scripts/bash.sh"),
                    Some(include_str!("scripts/completions/bash.sh")),
                )
            }
        }
        ShellKind::Zsh => {
            const {
                &posix(
                    "eval \"$(gover init zsh)\"",
                    include_str!("scripts/zsh.zsh"),
                    Some(include_str!("scripts/completions/zsh.zsh")),
                )
            }
        }
        ShellKind::Posix => {
            const { &posix("eval \"$(gover init sh)\"", include_str!("scripts/posix.sh"), None) }
        }
        ShellKind::Fish => &FISH,
        ShellKind::PowerShell => &POWERSHELL,
        ShellKind::Cmd => &CMD,
        ShellKind::Nu => &NU,
        ShellKind::Elvish => &ELVISH,
    }
}

/// bash, zsh and POSIX `sh`, which differ in the output of `gover init` only.
const fn posix(load_line: &'static str, template: &'static str, completions: Option<&'static str>) -> Syntax {
    Syntax {
        quote: quote::posix,
        set: |name, value| format!("export {name}={}\n", quote::posix(value)),
        // Without `-v` this may remove a function of that name.
        unset: |name| format!("unset -v {name}\n"),
        unset_by_hand: |name| format!("unset {name}"),
        // An empty PATH gets no empty entry: it would mean the working directory.
        prepend: |syntax, directory| {
            format!("export PATH={}\"${{PATH:+:$PATH}}\"\n", syntax.path_entry(directory))
        },
        // The backslash prevents aliases.
        cygpath: Some(|path| format!("\"$(\\command cygpath -u {path})\"")),
        file: unchanged,
        evaluated: statements,
        load_line: Some(load_line),
        init_template: Some(template),
        completions,
    }
}

static FISH: Syntax = Syntax {
    quote: quote::fish,
    set: |name, value| format!("set -gx {name} {}\n", quote::fish(value)),
    unset: |name| format!("set -e {name}\n"),
    unset_by_hand: |name| format!("set -e {name}"),
    prepend: |syntax, directory| format!("set -gx PATH {} $PATH\n", syntax.path_entry(directory)),
    cygpath: Some(|path| format!("(command cygpath -u {path})")),
    file: unchanged,
    evaluated: statements,
    load_line: Some("gover init fish | source"),
    init_template: Some(include_str!("scripts/fish.fish")),
    completions: Some(include_str!("scripts/completions/fish.fish")),
};

/// `PowerShell`, 5.1 and 7, on all systems.
static POWERSHELL: Syntax = Syntax {
    quote: quote::powershell,
    set: |name, value| format!("$env:{name} = {}\n", quote::powershell(value)),
    unset: |name| format!("$env:{name} = $null\n"),
    unset_by_hand: |name| format!("Remove-Item Env:{name}"),
    prepend: |syntax, directory| {
        format!("$env:PATH = {} + [IO.Path]::PathSeparator + $env:PATH\n", syntax.path_entry(directory))
    },
    cygpath: None,
    file: unchanged,
    evaluated: statements,
    load_line: Some("gover init powershell | Out-String | Invoke-Expression"),
    init_template: Some(include_str!("scripts/powershell.ps1")),
    completions: Some(include_str!("scripts/completions/powershell.ps1")),
};

/// The command prompt: a batch file's lines (`gover env --shell cmd > x.bat`, then `call x.bat`).
/// It has no functions and cannot evaluate the output of a program. `gover use` stores a choice for
/// its process instead.
static CMD: Syntax = Syntax {
    quote: quote::cmd,
    set: |name, value| format!("set {}\n", quote::cmd(&format!("{name}={value}"))),
    // If the variable is not set, a batch file gets an error code but no message.
    unset: |name| format!("set {name}=\n"),
    unset_by_hand: |name| format!("set {name}="),
    // In quotation marks, since the value of `%PATH%` may contain anything.
    prepend: |_, (PathEntry::Literal(text) | PathEntry::Cygpath(text))| {
        format!("set \"PATH={};%PATH%\"\n", text.replace('%', "%%"))
    },
    cygpath: None,
    file: batch_file,
    evaluated: statements,
    load_line: None,
    init_template: None,
    completions: None,
};

/// Nushell cannot evaluate text, so its function reads the changes as JSON.
static NU: Syntax = Syntax {
    quote: quote::nu,
    set: |name, value| format!("$env.{name} = {}\n", quote::nu(value)),
    unset: |name| format!("hide-env --ignore-errors {name}\n"),
    unset_by_hand: |name| format!("hide-env {name}"),
    prepend: |syntax, directory| {
        let entry = syntax.path_entry(directory);
        format!("$env.PATH = ($env.PATH | split row (char esep) | prepend {entry})\n")
    },
    cygpath: None,
    file: unchanged,
    evaluated: |_, changes| json_object(changes),
    load_line: Some(
        "mkdir ($nu.default-config-dir | path join autoload); gover init nu | save --force ($nu.default-config-dir | path join autoload gover.nu)",
    ),
    init_template: Some(include_str!("scripts/nu.nu")),
    completions: Some(include_str!("scripts/completions/nu.nu")),
};

static ELVISH: Syntax = Syntax {
    quote: quote::elvish,
    set: |name, value| format!("set-env {name} {}\n", quote::elvish(value)),
    unset: |name| format!("unset-env {name}\n"),
    unset_by_hand: |name| format!("unset-env {name}"),
    prepend: |syntax, directory| format!("set paths = [{} $@paths]\n", syntax.path_entry(directory)),
    cygpath: None,
    file: unchanged,
    evaluated: statements,
    load_line: Some("eval (gover init elvish | slurp)"),
    init_template: Some(include_str!("scripts/elvish.elv")),
    completions: Some(include_str!("scripts/completions/elvish.elv")),
};

fn unchanged(code: String) -> String {
    code
}

fn statements(syntax: &Syntax, changes: &[Change<'_>]) -> String {
    let statement = |change: &Change<'_>| match *change {
        Change::Set(name, value) => (syntax.set)(name, value),
        Change::Unset(name) => (syntax.unset)(name),
    };
    changes.iter().map(statement).collect()
}

/// A text sets a variable, `null` removes it.
fn json_object(changes: &[Change<'_>]) -> String {
    let member = |change: &Change<'_>| match *change {
        Change::Set(name, value) => format!("{}:{}", quote::json(name), quote::json(value)),
        Change::Unset(name) => format!("{}:null", quote::json(name)),
    };
    format!("{{{}}}\n", changes.iter().map(member).collect::<Vec<_>>().join(","))
}

/// Windows reads a batch file line by line in the code page of the console, which gover does not
/// know and which lacks many letters. So the code page is UTF-8 (65001) for these lines and the old
/// one afterwards. `chcp` prints the old one after a colon, in some languages followed by a dot.
fn batch_file(code: String) -> String {
    if code.is_ascii() {
        return code;
    }
    format!(
        "for /f \"tokens=2 delims=:.\" %%p in ('chcp') do set GOVER_CODE_PAGE=%%p\nchcp 65001 >nul\n{code}\
         chcp %GOVER_CODE_PAGE% >nul\nset GOVER_CODE_PAGE=\n"
    )
}

#[cfg(test)]
mod tests;
