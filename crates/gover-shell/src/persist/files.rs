//! Which startup files get a block, and what is in it.
//!
//! A block goes to the end of a file, so that gover comes before whatever the file itself puts on PATH.
//!
//! - **bash** reads `.bashrc` in interactive shells and, in login shells, the first of `.bash_profile`,
//!   `.bash_login` and `.profile` alone. So `.bashrc` and that first one get a block.
//! - **`.profile`** is read by other POSIX shells too, and by the login of graphical desktops, from where editors
//!   get their PATH; so it gets one whenever it exists, in plain `sh`.
//! - **zsh** reads `.zshrc` in interactive shells. `.zprofile`, read by login shells before it, gets a block too,
//!   because editors ask `zsh -l` and because Homebrew puts itself first on PATH there. `.zshenv` is read by
//!   every zsh, scripts and `ssh HOST go build` among them: its block starts no program and only puts the
//!   directory on PATH where it is missing, so that a script keeps the PATH it was given. (macOS reorders PATH
//!   between `.zshenv` and `.zprofile`, hence both.)
//! - **fish** reads every file of `conf.d`; gover's is its own.
//! - **`PowerShell`** on Unix inherits PATH and needs its profile for `gover use` only. On Windows PATH is in the
//!   registry, and the profile is left to the user, as are the files of Nushell and Elvish.
//!
//! The login shell must work even if it has no file yet, so what it needs is created: `.bashrc` and `.profile`,
//! `.zshrc`, `conf.d/gover.fish`; for others `.profile`.

use std::path::{Path, PathBuf};

use gover_core::env::vars;
use gover_core::{Env, Layout};

use super::PersistError;
use crate::init::{self, InitError};
use crate::kind::ShellKind;

/// A startup file and the language of its block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StartupFile {
    pub(super) path: PathBuf,
    content: Content,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    Init(ShellKind),
    /// Puts `bin` on PATH if it is missing, in `sh`.
    PathOnly,
}

/// The directories in which startup files are.
struct Directories {
    home: PathBuf,
    zsh: PathBuf,
    config: PathBuf,
}

impl Directories {
    fn of(env: &Env) -> Result<Self, PersistError> {
        let home = env.user_home().ok_or(PersistError::NoHome)?;
        let absolute = |name| env.var(name).map(PathBuf::from).filter(|path| path.is_absolute());
        Ok(Self {
            zsh: absolute(vars::ZDOTDIR).unwrap_or_else(|| home.clone()),
            config: absolute(vars::XDG_CONFIG_HOME).unwrap_or_else(|| home.join(".config")),
            home,
        })
    }

    fn fish(&self) -> PathBuf {
        self.config.join("fish/conf.d/gover.fish")
    }

    /// The profile of all programs that host `PowerShell`, and that of the terminal.
    fn powershell(&self) -> [PathBuf; 2] {
        ["profile.ps1", "Microsoft.PowerShell_profile.ps1"]
            .map(|name| self.config.join("powershell").join(name))
    }
}

/// The files that need a block: those that exist and what the login shell cannot do without.
pub(super) fn wanted(env: &Env) -> Result<Vec<StartupFile>, PersistError> {
    let directories = Directories::of(env)?;
    let home = &directories.home;
    let login = ShellKind::login(env);
    let mut files = Vec::new();
    let mut want = |path: PathBuf, content, needed: bool| {
        let file = StartupFile { path, content };
        // A dangling link counts: writing through it creates what it points to.
        if (needed || file.path.symlink_metadata().is_ok()) && !files.contains(&file) {
            files.push(file);
        }
    };

    let bash_login =
        [".bash_profile", ".bash_login"].map(|name| home.join(name)).into_iter().find(|path| exists(path));
    want(home.join(".bashrc"), Content::Init(ShellKind::Bash), login == Some(ShellKind::Bash));
    let has_bash_login = bash_login.is_some();
    if let Some(path) = bash_login {
        want(path, Content::Init(ShellKind::Bash), true);
    }
    let needs_profile = match login {
        Some(ShellKind::Bash) => !has_bash_login,
        Some(ShellKind::Zsh | ShellKind::Fish) => false,
        _ => true,
    };
    want(home.join(".profile"), Content::Init(ShellKind::Posix), needs_profile);

    want(directories.zsh.join(".zshrc"), Content::Init(ShellKind::Zsh), login == Some(ShellKind::Zsh));
    want(directories.zsh.join(".zprofile"), Content::Init(ShellKind::Zsh), false);
    for directory in [&directories.zsh, home] {
        want(directory.join(".zshenv"), Content::PathOnly, false);
    }

    let has_fish = directories.config.join("fish").is_dir();
    want(directories.fish(), Content::Init(ShellKind::Fish), has_fish || login == Some(ShellKind::Fish));
    for profile in directories.powershell() {
        want(profile, Content::Init(ShellKind::PowerShell), false);
    }
    Ok(files)
}

/// Every file that may hold a block from any earlier setup.
pub(super) fn all(env: &Env) -> Result<Vec<PathBuf>, PersistError> {
    let directories = Directories::of(env)?;
    let home = &directories.home;
    let mut paths: Vec<_> =
        [".bashrc", ".bash_profile", ".bash_login", ".profile"].map(|name| home.join(name)).into();
    for directory in [&directories.zsh, home] {
        paths.extend([".zshrc", ".zprofile", ".zshenv"].map(|name| directory.join(name)));
    }
    let usual = Directories { config: home.join(".config"), home: home.clone(), zsh: home.clone() };
    for directories in [&directories, &usual] {
        paths.push(directories.fish());
        paths.extend(directories.powershell());
    }
    paths.sort();
    paths.dedup();
    Ok(paths)
}

/// The lines of a file's block. Nothing happens, and nothing is said, once the program is gone.
pub(super) fn lines(file: &StartupFile, env: &Env, layout: &Layout) -> Result<String, InitError> {
    let kind = match file.content {
        Content::Init(kind) => kind,
        Content::PathOnly => ShellKind::Zsh,
    };
    let syntax = kind.syntax();
    init::check_bin(kind, layout)?;
    // With the usual home the lines are the same for everyone, as people like who share their files between
    // machines.
    let (program, bin, export) = if init::is_default_home(env, layout) {
        ("\"$HOME/.gover/bin/gover\"".to_owned(), "\"$HOME/.gover/bin\"".to_owned(), String::new())
    } else {
        let program = syntax.quote(&init::text(kind, &layout.program("gover"))?);
        let bin = syntax.quote(&init::text(kind, &layout.bin())?);
        let export = syntax.set_env(vars::GOVER_HOME, &init::text(kind, layout.home())?);
        (program, bin, format!("  {export}"))
    };
    Ok(match (file.content, kind) {
        (Content::PathOnly, _) => format!(
            "if [ -x {program} ]; then\n{export}  case \":${{PATH-}}:\" in\n    (*:{bin}:*) ;;\n    \
             (*) export PATH={bin}\"${{PATH:+:$PATH}}\" ;;\n  esac\nfi\n"
        ),
        (_, ShellKind::Fish) => {
            format!("if test -x {program}\n{export}  {program} init fish | source\nend\n")
        }
        (_, ShellKind::PowerShell) => format!(
            "if (Test-Path -LiteralPath {program}) {{\n{export}  & {program} init powershell | Out-String | \
             Invoke-Expression\n}}\n"
        ),
        (_, kind) => {
            format!("if [ -x {program} ]; then\n{export}  eval \"$({program} init {kind})\"\nfi\n")
        }
    })
}

fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}
