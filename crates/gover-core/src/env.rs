//! The environment of the process as a value. No other code uses `std::env`.

mod path_list;
pub mod vars;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::diagnose::Diagnose;
use crate::layout::Layout;
use crate::platform::IS_WINDOWS;
use crate::real_path::simplified;
use crate::text::shown;

pub use self::path_list::{NotAnEntry, join_paths, split_paths};

/// Environment variables, the working directory and the arguments of a process.
///
/// Programs use [`Env::from_process`], tests [`Env::from_map`]. An empty variable counts as unset.
#[derive(Clone, Debug)]
pub struct Env {
    source: Source,
    directory: Option<PathBuf>,
    arguments: Vec<OsString>,
    program: OnceLock<Option<PathBuf>>,
    machine_config: Option<PathBuf>,
    /// What a program is to see in place of the variables of `source`.
    changes: Vec<(OsString, OsString)>,
}

#[derive(Clone, Debug)]
enum Source {
    Process,
    Map(BTreeMap<OsString, OsString>),
}

impl Env {
    /// The environment of this process; each variable is read when it is asked for.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the process")]
    pub fn from_process() -> Self {
        Self::with_process_arguments(std::env::args_os().collect())
    }

    /// The same for a program that knows its arguments from elsewhere.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the process")]
    pub fn with_process_arguments(arguments: Vec<OsString>) -> Self {
        Self {
            source: Source::Process,
            directory: std::env::current_dir().ok(),
            arguments,
            program: OnceLock::new(),
            machine_config: None,
            changes: Vec::new(),
        }
    }

    pub fn from_map<K: Into<OsString>, V: Into<OsString>>(
        variables: impl IntoIterator<Item = (K, V)>,
        directory: PathBuf,
    ) -> Self {
        let variables = variables.into_iter().map(|(k, v)| (k.into(), v.into())).collect();
        Self {
            source: Source::Map(variables),
            directory: Some(directory),
            arguments: Vec::new(),
            program: OnceLock::new(),
            machine_config: None,
            changes: Vec::new(),
        }
    }

    /// The same environment in another directory. `PWD` no longer applies.
    #[must_use]
    pub fn with_directory(mut self, directory: PathBuf) -> Self {
        self.directory = Some(directory);
        self
    }

    /// The same environment after the working directory was removed.
    #[cfg(test)]
    pub(crate) fn without_directory(mut self) -> Self {
        self.directory = None;
        self
    }

    /// The same environment on a machine with a policy in this file.
    #[must_use]
    pub fn with_machine_config(mut self, path: PathBuf) -> Self {
        self.machine_config = Some(path);
        self
    }

    /// The same environment for a program with other arguments.
    #[must_use]
    pub fn with_arguments(mut self, arguments: Vec<OsString>) -> Self {
        self.arguments = arguments;
        self.program = OnceLock::new();
        self
    }

    /// The same environment with other values of some variables.
    #[must_use]
    pub fn with_changes(mut self, changes: Vec<(OsString, OsString)>) -> Self {
        self.changes = changes;
        self
    }

    /// What differs from the environment of this process, for a program that it starts.
    pub fn changes(&self) -> &[(OsString, OsString)] {
        &self.changes
    }

    /// The settings that an administrator wrote for all users. No variable changes where they are.
    pub fn machine_config(&self) -> Option<&Path> {
        self.machine_config.as_deref()
    }

    /// `None` if unset or empty.
    pub fn var(&self, name: &str) -> Option<OsString> {
        self.var_even_empty(name).filter(|value| !value.is_empty())
    }

    /// `None` if unset, empty or not UTF-8.
    pub fn text(&self, name: &str) -> Option<String> {
        self.var(name)?.into_string().ok()
    }

    pub fn switch(&self, name: &str) -> Option<bool> {
        parse_switch(&self.text(name)?)
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that reads the process")]
    pub fn var_even_empty(&self, name: &str) -> Option<OsString> {
        if let Some((_, value)) = self.changes.iter().find(|(changed, _)| changed == name) {
            return Some(value.clone());
        }
        match &self.source {
            Source::Process => std::env::var_os(name),
            Source::Map(map) => map.get(OsStr::new(name)).cloned(),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that reads the process")]
    pub fn variables(&self) -> Vec<(OsString, OsString)> {
        match &self.source {
            Source::Process => std::env::vars_os().collect(),
            Source::Map(map) => map.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
        }
    }

    /// `None` if the working directory was removed.
    pub fn directory(&self) -> Option<&Path> {
        self.directory.as_deref()
    }

    /// The working directory by the name that the shell uses, chosen like `os.Getwd` does: `PWD` if
    /// it is absolute and names the same directory.
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

    /// All arguments, starting with the program's name.
    pub fn arguments(&self) -> &[OsString] {
        &self.arguments
    }

    pub fn path(&self) -> Vec<PathBuf> {
        self.directories(vars::PATH)
    }

    /// The directories in a variable that is a list like `PATH`.
    pub fn directories(&self, name: &str) -> Vec<PathBuf> {
        self.var(name).map(split_paths).unwrap_or_default()
    }

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

    /// Where gover keeps everything; `None` if `GOVER_HOME` is not absolute or there is no home
    /// directory.
    ///
    /// This is `GOVER_HOME` if it is set, else the home that the running program was installed
    /// into, else `~/.gover`. The second case is for programs without the variables of a shell: an
    /// editor that starts `D:\gover\bin\go.exe`.
    pub fn gover_home(&self) -> Option<PathBuf> {
        if let Some(home) = self.var(vars::GOVER_HOME) {
            let home = simplified(Path::new(&home));
            // With a relative path each directory would have its own store.
            return home.is_absolute().then_some(home);
        }
        let usual = self.user_home().map(|home| home.join(".gover")).filter(|home| home.is_absolute());
        let own = self.program().and_then(|program| {
            home_of(program, usual.as_deref()).or_else(|| {
                // Linux resolves all links in the name; others give the one it was called by.
                let resolved = (std::env::consts::OS != "linux").then(|| program.canonicalize().ok())??;
                home_of(&resolved, usual.as_deref())
            })
        });
        own.or(usual)
    }

    /// Why [`gover_home`](Self::gover_home) is `None`.
    pub fn no_home(&self) -> NoHome {
        NoHome { given: self.var(vars::GOVER_HOME) }
    }

    /// The path of the running program, which is looked up once.
    pub fn program(&self) -> Option<&Path> {
        let look = || match self.source {
            Source::Process => std::env::current_exe().ok(),
            Source::Map(_) => self.arguments.first().map(PathBuf::from),
        };
        self.program.get_or_init(look).as_deref()
    }

    /// A path that leads to the running program. On Linux it is always the same one.
    pub fn program_link(&self) -> Option<&Path> {
        if std::env::consts::OS == "linux" { Some(Path::new("/proc/self/exe")) } else { self.program() }
    }

    /// The directory for temporary files, chosen like `os.TempDir` does.
    pub fn temporary_directory(&self) -> PathBuf {
        match (&self.source, IS_WINDOWS) {
            (_, false) => self.var(vars::TMPDIR).map_or_else(|| PathBuf::from("/tmp"), PathBuf::from),
            (Source::Process, true) => std::env::temp_dir(),
            (Source::Map(_), true) => self.var("TEMP").map(PathBuf::from).unwrap_or_default(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoHome {
    /// The value of `GOVER_HOME`, if it is set.
    given: Option<OsString>,
}

impl fmt::Display for NoHome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.given {
            Some(given) => {
                let given = given.to_string_lossy();
                write!(f, "GOVER_HOME is `{}`, which is not an absolute path", shown(&given))
            }
            None => f.write_str("there is no home directory"),
        }
    }
}

impl std::error::Error for NoHome {}

impl Diagnose for NoHome {
    fn hints(&self) -> Vec<String> {
        let home = if IS_WINDOWS { vars::USERPROFILE } else { vars::HOME };
        vec![match &self.given {
            Some(_) => "write the full path, without `~`, variables or quotation marks, or unset GOVER_HOME"
                .to_owned(),
            None => format!("set {home}, or GOVER_HOME to an absolute path"),
        }]
    }
}

/// The home that `program` was installed into, by the name `usual` if it is that one.
///
/// Each call of the shim comes through here. For the usual home this reads nothing from disk; for
/// others it checks whether the stamp exists and whether `usual` is a link.
fn home_of(program: &Path, usual: Option<&Path>) -> Option<PathBuf> {
    let home = home_above(program)?;
    if let Some(usual) = usual
        && is_same_name(usual.as_os_str(), home.as_os_str())
    {
        return Some(usual.to_owned());
    }
    // A user's home may be reached through a link or an automounter. People know it by the name in
    // HOME, and that name stays the same.
    let name = |usual: &&Path| is_other_name(usual, &home);
    let is_stamped = Layout::new(home.clone()).shim_stamp().is_file();
    is_stamped.then(|| usual.filter(name).map_or_else(|| home.clone(), Path::to_owned))
}

/// Whether `usual`, the usual home, is `home`. Links are followed only if that could make it true.
fn is_other_name(usual: &Path, home: &Path) -> bool {
    let same_end =
        usual.file_name().zip(home.file_name()).is_some_and(|(usual, home)| is_same_name(usual, home));
    let is_possible = same_end || usual.read_link().is_ok();
    is_possible && usual.canonicalize().is_ok_and(|usual| home.canonicalize().is_ok_and(|home| home == usual))
}

/// Names on Windows differ by more than case.
fn is_same_name(a: &OsStr, b: &OsStr) -> bool {
    a == b || (IS_WINDOWS && a.eq_ignore_ascii_case(b))
}

/// `DIR` for a program `DIR/bin/NAME`.
fn home_above(program: &Path) -> Option<PathBuf> {
    let bin = program
        .parent()
        .filter(|bin| bin.file_name().is_some_and(|name| is_same_name(name, "bin".as_ref())))?;
    bin.parent().filter(|home| home.is_absolute()).map(simplified)
}

/// Reads `1`, `true`, `yes`, `on` and their opposites, in any case; `None` for anything else.
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
    fn a_switch_is_on_or_off() {
        assert_eq!(env(&[("X", "OFF")]).switch("X"), Some(false));
        assert_eq!(env(&[("X", "1")]).switch("X"), Some(true));
        assert_eq!(env(&[("X", "maybe")]).switch("X"), None);
    }

    /// A user's home, and a gover installed elsewhere, both with the stamp of a shim.
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
    fn a_program_finds_its_own_home_without_any_variable() {
        let (_root, user, other) = two_homes();
        let program = other.join("bin").join("go");
        assert_eq!(home_seen_by(&program, &user, None), Some(other.clone()));
        // The variable has precedence.
        let named = user.join("elsewhere");
        assert_eq!(home_seen_by(&program, &user, Some(&named)), Some(named));
        // Even without a home directory, as in a service.
        assert_eq!(home_seen_by(&program, Path::new(""), None), Some(other));
    }

    #[test]
    fn the_directory_above_another_program_is_not_a_home() {
        let (_root, user, other) = two_homes();
        let usual = Some(user.join(".gover"));
        std::fs::remove_file(other.join("bin/.shim")).unwrap();
        assert_eq!(home_seen_by(&other.join("bin").join("go"), &user, None), usual);
        // A stamp alone is not enough: the program must be in `bin`.
        std::fs::create_dir_all(other.join("tools")).unwrap();
        std::fs::write(other.join("tools").join(".shim"), "").unwrap();
        assert_eq!(home_seen_by(&other.join("tools").join("go"), &user, None), usual);
        assert_eq!(home_seen_by(Path::new("go"), &user, None), usual);
        assert_eq!(home_seen_by(Path::new("bin/go"), &user, None), usual);
    }

    #[test]
    fn the_usual_home_needs_no_stamp_and_keeps_its_name() {
        let (root, user, _other) = two_homes();
        let usual = user.join(".gover");
        assert_eq!(home_seen_by(&usual.join("bin").join("go"), &user, None), Some(usual.clone()));
        // As with an automounter or a link: HOME has one name, the running program another.
        let detour = root.path().join("drive").join("..").join("user");
        let program = usual.join("bin").join("go");
        assert_eq!(home_seen_by(&program, &detour, None), Some(detour.join(".gover")));
        std::fs::remove_file(usual.join("bin/.shim")).unwrap();
        assert_eq!(home_seen_by(&program, &user, None), Some(usual));
    }

    #[test]
    fn a_home_has_the_separators_of_the_system() {
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
