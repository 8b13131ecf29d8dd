//! The process environment as a value: the only code that touches `std::env`.

pub mod vars;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

use crate::diagnose::Diagnose;
use crate::layout::Layout;
use crate::platform::IS_WINDOWS;
use crate::real_path::simplified;
use crate::text::shown;

/// Environment variables, the working directory and the arguments of a process.
///
/// Production code uses [`Env::from_process`], tests [`Env::from_map`]; nothing else reads the process.
/// An empty variable counts as unset.
#[derive(Clone, Debug)]
pub struct Env {
    source: Source,
    directory: Option<PathBuf>,
    arguments: Vec<OsString>,
}

#[derive(Clone, Debug)]
enum Source {
    Process,
    Map(BTreeMap<OsString, OsString>),
}

impl Env {
    /// The environment of this process, read when asked for; arguments without the program's name are
    /// [`arguments`](Self::arguments)`[1..]`.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the process")]
    pub fn from_process() -> Self {
        Self {
            source: Source::Process,
            directory: std::env::current_dir().ok(),
            arguments: std::env::args_os().collect(),
        }
    }

    /// An environment made of the given variables, for tests and for what-if questions.
    pub fn from_map<K: Into<OsString>, V: Into<OsString>>(
        variables: impl IntoIterator<Item = (K, V)>,
        directory: PathBuf,
    ) -> Self {
        let variables = variables.into_iter().map(|(k, v)| (k.into(), v.into())).collect();
        Self { source: Source::Map(variables), directory: Some(directory), arguments: Vec::new() }
    }

    /// The same environment in another directory, which also replaces `PWD`.
    #[must_use]
    pub fn with_directory(mut self, directory: PathBuf) -> Self {
        self.directory = Some(directory);
        self
    }

    /// A variable's value; `None` if unset or empty.
    pub fn var(&self, name: &str) -> Option<OsString> {
        self.var_even_empty(name).filter(|value| !value.is_empty())
    }

    /// A variable's value as text; `None` if unset, empty or not UTF-8.
    pub fn text(&self, name: &str) -> Option<String> {
        self.var(name)?.into_string().ok()
    }

    /// A variable that is on: `1`, `true`, `yes`, `on`. `None` if unset or none of these and their opposites.
    pub fn switch(&self, name: &str) -> Option<bool> {
        parse_switch(&self.text(name)?)
    }

    /// A variable's value, an empty one too.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the process")]
    pub fn var_even_empty(&self, name: &str) -> Option<OsString> {
        match &self.source {
            Source::Process => std::env::var_os(name),
            Source::Map(map) => map.get(OsStr::new(name)).cloned(),
        }
    }

    /// All variables, in no particular order.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the process")]
    pub fn variables(&self) -> Vec<(OsString, OsString)> {
        match &self.source {
            Source::Process => std::env::vars_os().collect(),
            Source::Map(map) => map.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
        }
    }

    /// The working directory as the operating system knows it; `None` if it was removed.
    pub fn directory(&self) -> Option<&Path> {
        self.directory.as_deref()
    }

    /// The working directory by the name the shell knows it by, as `os.Getwd` chooses it: `PWD` if it is
    /// absolute and names the same directory.
    pub fn logical_directory(&self) -> Option<PathBuf> {
        let directory = self.directory()?;
        if !IS_WINDOWS
            && let Some(pwd) = self.var(vars::PWD).map(PathBuf::from)
            && pwd.is_absolute()
            && (pwd == directory || pwd.canonicalize().is_ok_and(|path| path == directory))
        {
            return Some(pwd);
        }
        Some(directory.to_owned())
    }

    /// All arguments, the program's name first.
    pub fn arguments(&self) -> &[OsString] {
        &self.arguments
    }

    /// The directories of `PATH` in order.
    pub fn path(&self) -> Vec<PathBuf> {
        self.directories(vars::PATH)
    }

    /// The directories that a variable lists as `PATH` does.
    pub fn directories(&self, name: &str) -> Vec<PathBuf> {
        self.var(name).map(|path| std::env::split_paths(&path).collect()).unwrap_or_default()
    }

    /// The user's home directory.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the process")]
    pub fn user_home(&self) -> Option<PathBuf> {
        match &self.source {
            Source::Process => std::env::home_dir().filter(|home| !home.as_os_str().is_empty()),
            Source::Map(_) => {
                let name = if IS_WINDOWS { vars::USERPROFILE } else { vars::HOME };
                self.var(name).map(PathBuf::from)
            }
        }
    }

    /// Where gover keeps everything; `None` if `GOVER_HOME` is not absolute or no home is known.
    ///
    /// `GOVER_HOME` if it is set; else the home that the running program was installed into, since an editor that
    /// starts `D:\gover\bin\go.exe` has no variable of a shell; else `~/.gover`.
    pub fn gover_home(&self) -> Option<PathBuf> {
        if let Some(home) = self.var(vars::GOVER_HOME) {
            let home = simplified(Path::new(&home));
            // A relative one would be another store in each directory.
            return home.is_absolute().then_some(home);
        }
        let usual = self.user_home().map(|home| home.join(".gover")).filter(|home| home.is_absolute());
        let own = self.program().and_then(|program| {
            home_of(&program, usual.as_deref()).or_else(|| {
                // Linux names the program with all links resolved, the others as it was called.
                let resolved = (std::env::consts::OS != "linux").then(|| program.canonicalize().ok())??;
                home_of(&resolved, usual.as_deref())
            })
        });
        own.or(usual)
    }

    /// Why [`gover_home`](Self::gover_home) is not known.
    pub fn no_home(&self) -> NoHome {
        NoHome { given: self.var(vars::GOVER_HOME) }
    }

    /// The running program's file.
    pub fn program(&self) -> Option<PathBuf> {
        match self.source {
            Source::Process => std::env::current_exe().ok(),
            Source::Map(_) => self.arguments.first().map(PathBuf::from),
        }
    }

    /// The directory for temporary files, as `os.TempDir` chooses it.
    pub fn temporary_directory(&self) -> PathBuf {
        match (&self.source, IS_WINDOWS) {
            (_, false) => self.var(vars::TMPDIR).map_or_else(|| PathBuf::from("/tmp"), PathBuf::from),
            (Source::Process, true) => std::env::temp_dir(),
            (Source::Map(_), true) => self.var("TEMP").map(PathBuf::from).unwrap_or_default(),
        }
    }
}

/// It is not known where gover keeps everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoHome {
    /// What `GOVER_HOME` says, if it is set.
    given: Option<OsString>,
}

impl fmt::Display for NoHome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.given {
            Some(given) => {
                write!(f, "GOVER_HOME is `{}`, which is no absolute path", shown(&given.to_string_lossy()))
            }
            None => f.write_str("no home directory is known"),
        }
    }
}

impl std::error::Error for NoHome {}

impl Diagnose for NoHome {
    fn hints(&self) -> Vec<String> {
        let home = if IS_WINDOWS { vars::USERPROFILE } else { vars::HOME };
        vec![match &self.given {
            Some(_) => {
                "write it out, without `~`, variables or quotation marks in it, or unset it".to_owned()
            }
            None => format!("set {home}, or GOVER_HOME to an absolute path"),
        }]
    }
}

/// The home that `program` was installed into, as `usual` names it if it is that one.
///
/// Each call of the shim comes through here. At the usual home nothing is asked of the disk, elsewhere whether the
/// stamp is there and whether `usual` is a link.
fn home_of(program: &Path, usual: Option<&Path>) -> Option<PathBuf> {
    let home = home_above(program)?;
    if let Some(usual) = usual
        && is_same_name(usual.as_os_str(), home.as_os_str())
    {
        return Some(usual.to_owned());
    }
    // A user's home may be reached through a link or an automounter. The name that HOME gives it is the one that
    // people know and that stays.
    let name = |usual: &&Path| is_other_name(usual, &home);
    is_stamped(&home).then(|| usual.filter(name).map_or_else(|| home.clone(), Path::to_owned))
}

/// Whether `usual`, the usual home, is `home`. Names are followed only if links in them can make that so.
fn is_other_name(usual: &Path, home: &Path) -> bool {
    let same_end =
        usual.file_name().zip(home.file_name()).is_some_and(|(usual, home)| is_same_name(usual, home));
    let is_possible = same_end || usual.read_link().is_ok();
    is_possible && usual.canonicalize().is_ok_and(|usual| home.canonicalize().is_ok_and(|home| home == usual))
}

/// Whether two names are the same; Windows does not mind their case.
fn is_same_name(a: &OsStr, b: &OsStr) -> bool {
    a == b || (IS_WINDOWS && a.eq_ignore_ascii_case(b))
}

/// `DIR` of a program `DIR/bin/NAME`.
fn home_above(program: &Path) -> Option<PathBuf> {
    let bin = program.parent()?;
    let name = bin.file_name()?;
    let is_bin = is_same_name(name, OsStr::new("bin"));
    let home = bin.parent().filter(|home| is_bin && home.is_absolute())?;
    Some(simplified(home))
}

fn is_stamped(home: &Path) -> bool {
    Layout::new(home.to_owned()).shim_stamp().is_file()
}

/// Reads `1`, `true`, `yes`, `on` and their opposites, in any case.
pub fn parse_switch(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Some(true),
        "0" | "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(variables: &[(&str, &str)]) -> Env {
        Env::from_map(variables.iter().copied(), PathBuf::from("/shop"))
    }

    #[test]
    fn an_empty_variable_counts_as_unset() {
        assert_eq!(env(&[("GOTOOLCHAIN", "")]).var("GOTOOLCHAIN"), None);
    }

    #[test]
    fn a_switch_reads_words_of_both_kinds() {
        assert_eq!(env(&[("X", "OFF")]).switch("X"), Some(false));
        assert_eq!(env(&[("X", "1")]).switch("X"), Some(true));
        assert_eq!(env(&[("X", "maybe")]).switch("X"), None);
    }

    /// A user's home beside a gover elsewhere, both with a shim's stamp.
    fn two_homes() -> (tempfile::TempDir, PathBuf, PathBuf) {
        let root = tempfile::tempdir().unwrap();
        let path = simplified(&root.path().canonicalize().unwrap());
        let (user, other) = (path.join("user"), path.join("drive").join("gover"));
        for home in [&user.join(".gover"), &other] {
            std::fs::create_dir_all(home.join("bin")).unwrap();
            std::fs::write(home.join("bin/.shim"), "").unwrap();
        }
        (root, user, other)
    }

    fn home_seen_by(program: &Path, user: &Path, gover_home: Option<&Path>) -> Option<PathBuf> {
        let home = if IS_WINDOWS { vars::USERPROFILE } else { vars::HOME };
        let variables = [(home, user)].into_iter().chain(gover_home.map(|path| (vars::GOVER_HOME, path)));
        let env = Env::from_map(variables, PathBuf::from("/shop"));
        Env { arguments: vec![program.as_os_str().to_owned()], ..env }.gover_home()
    }

    #[test]
    fn a_program_finds_the_home_it_lies_in_without_any_variable() {
        let (_root, user, other) = two_homes();
        let program = other.join("bin").join("go");
        assert_eq!(home_seen_by(&program, &user, None), Some(other.clone()));
        // The variable goes before it.
        let named = user.join("elsewhere");
        assert_eq!(home_seen_by(&program, &user, Some(&named)), Some(named));
        // Even where nobody's home is known, as in a service.
        assert_eq!(home_seen_by(&program, Path::new(""), None), Some(other));
    }

    #[test]
    fn a_bin_that_is_not_gover_s_is_no_home() {
        let (_root, user, other) = two_homes();
        let usual = Some(user.join(".gover"));
        std::fs::remove_file(other.join("bin/.shim")).unwrap();
        assert_eq!(home_seen_by(&other.join("bin").join("go"), &user, None), usual);
        // A stamp alone is none either: the program must lie in `bin`.
        std::fs::create_dir_all(other.join("tools")).unwrap();
        std::fs::write(other.join("tools").join(".shim"), "").unwrap();
        assert_eq!(home_seen_by(&other.join("tools").join("go"), &user, None), usual);
        assert_eq!(home_seen_by(Path::new("go"), &user, None), usual);
        assert_eq!(home_seen_by(Path::new("bin/go"), &user, None), usual);
    }

    #[test]
    fn the_usual_home_needs_no_stamp_and_keeps_the_name_that_home_gives_it() {
        let (root, user, _other) = two_homes();
        let usual = user.join(".gover");
        assert_eq!(home_seen_by(&usual.join("bin").join("go"), &user, None), Some(usual.clone()));
        // As an automounter or a link has it: HOME says one name, the running program another.
        let detour = root.path().join("drive").join("..").join("user");
        let program = usual.join("bin").join("go");
        assert_eq!(home_seen_by(&program, &detour, None), Some(detour.join(".gover")));
        std::fs::remove_file(usual.join("bin/.shim")).unwrap();
        assert_eq!(home_seen_by(&program, &user, None), Some(usual));
    }

    #[test]
    fn a_home_has_the_platform_s_separators() {
        let nowhere = Path::new("/nowhere");
        if !IS_WINDOWS {
            let seen = home_seen_by(nowhere, nowhere, Some(Path::new("//opt/./gover/")));
            assert_eq!(seen.unwrap().to_str(), Some("/opt/gover"));
            return;
        }
        for (given, expected) in [
            ("C:/x/gover/", r"C:\x\gover"),
            (r"\\?\C:\x\gover", r"C:\x\gover"),
            (r"\\?\UNC\server\share\gover", r"\\server\share\gover"),
            (r"//server/share/gover", r"\\server\share\gover"),
            (r"\\server\share\gover\", r"\\server\share\gover"),
        ] {
            let seen = home_seen_by(nowhere, nowhere, Some(Path::new(given)));
            assert_eq!(seen.unwrap().to_str(), Some(expected), "{given}");
        }
        for relative in [r"\gover", "C:gover", r"\\?\C:", "gover"] {
            assert_eq!(home_seen_by(nowhere, nowhere, Some(Path::new(relative))), None, "{relative}");
        }
    }
}
