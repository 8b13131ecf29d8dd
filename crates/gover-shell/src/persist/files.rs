//! Which startup files get a block, and what is in it.
//!
//! A block is at the end of a file, so that gover precedes everything that the file puts on PATH.
//!
//! - **bash** reads `.bashrc` in interactive shells. Login shells read only the first of
//!   `.bash_profile`, `.bash_login` and `.profile`. `.bashrc` and that first file get a block.
//! - **`.profile`** is also read by other POSIX shells and by the login of graphical desktops, from
//!   which editors get their PATH. It gets a block in plain `sh` whenever it exists.
//! - **zsh** reads `.zshrc` in interactive shells, and `.zprofile` before it in login shells.
//!   `.zprofile` gets a block too, because editors ask `zsh -l` and Homebrew puts itself first on
//!   PATH there. Every zsh reads `.zshenv`, even for scripts and `ssh HOST go build`. Its block
//!   starts no program and adds the directory to PATH only if it is missing, so that a script keeps
//!   the PATH it was given. (macOS reorders PATH between `.zshenv` and `.zprofile`, so both are
//!   needed.)
//! - **fish** reads every file in `conf.d`, and then `config.fish`, which may put another directory
//!   first on PATH. If it exists it gets a block; otherwise gover has its own file in `conf.d`.
//! - **`PowerShell`** on Unix reads `profile.ps1`, and then the profile of the program that hosts it.
//! - **Nushell** reads the files in `autoload`. It cannot evaluate the output of a program, so gover's
//!   own file there contains the script itself, if Nushell has a directory for its settings.
//! - **Elvish** reads `rc.elv`.
//!
//! On Windows PATH is in the registry, and the files of all shells are left to the user.
//!
//! The login shell must work even without startup files, so these are created: `.bashrc` and
//! `.profile`, `.zshrc`, `conf.d/gover.fish`; for other shells `.profile`, from which their sessions
//! get PATH, and `profile.ps1`, `autoload/gover.nu` or `rc.elv`.

use std::path::{Path, PathBuf};

use gover_core::env::vars;
use gover_core::{Env, Layout};

use super::PersistError;
use crate::entry::InitError;
use crate::init;
use crate::kind::ShellKind;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StartupFile {
    pub(super) path: PathBuf,
    block: BlockKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BlockKind {
    Init(ShellKind),
    /// Adds `bin` to PATH if it is missing, in `sh`.
    PathOnly,
}

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

    /// The user's own file, which fish reads last, and gover's.
    fn fish(&self) -> [PathBuf; 2] {
        ["config.fish", "conf.d/gover.fish"].map(|name| self.config.join("fish").join(name))
    }

    /// Where Nushell may have its settings: on macOS it has a directory of its own.
    fn nushell(&self) -> [PathBuf; 2] {
        [self.config.join("nushell"), self.home.join("Library/Application Support/nushell")]
    }

    /// The directories that it has, or as the login shell the one that it will have.
    fn nushell_to_set_up(&self, login: Option<ShellKind>, env: &Env) -> Vec<PathBuf> {
        let [usual, of_macos] = self.nushell();
        let found: Vec<_> = [&usual, &of_macos].into_iter().filter(|path| path.is_dir()).cloned().collect();
        if !found.is_empty() || login != Some(ShellKind::Nu) {
            return found;
        }
        let is_macos =
            env.var(vars::XDG_CONFIG_HOME).is_none() && of_macos.parent().is_some_and(Path::is_dir);
        vec![if is_macos { of_macos } else { usual }]
    }

    fn elvish(&self) -> PathBuf {
        self.config.join("elvish/rc.elv")
    }

    /// The profile of all programs that host `PowerShell`, and the one of the terminal.
    fn powershell(&self) -> [PathBuf; 2] {
        ["profile.ps1", "Microsoft.PowerShell_profile.ps1"]
            .map(|name| self.config.join("powershell").join(name))
    }
}

/// The files that need a block: existing ones, and those that the login shell needs.
pub(super) fn wanted(env: &Env) -> Result<Vec<StartupFile>, PersistError> {
    let directories = Directories::of(env)?;
    let home = &directories.home;
    let login = ShellKind::login(env);
    let mut files = Vec::new();
    let mut want = |path: PathBuf, block, needed: bool| {
        let file = StartupFile { path, block };
        // A dangling link counts: writing through it creates its target.
        if (needed || file.path.symlink_metadata().is_ok()) && !files.contains(&file) {
            files.push(file);
        }
    };

    let bash_login =
        [".bash_profile", ".bash_login"].map(|name| home.join(name)).into_iter().find(|path| exists(path));
    want(home.join(".bashrc"), BlockKind::Init(ShellKind::Bash), login == Some(ShellKind::Bash));
    let has_bash_login = bash_login.is_some();
    if let Some(path) = bash_login {
        want(path, BlockKind::Init(ShellKind::Bash), true);
    }
    let needs_profile = match login {
        Some(ShellKind::Bash) => !has_bash_login,
        Some(ShellKind::Zsh | ShellKind::Fish) => false,
        _ => true,
    };
    want(home.join(".profile"), BlockKind::Init(ShellKind::Posix), needs_profile);

    want(directories.zsh.join(".zshrc"), BlockKind::Init(ShellKind::Zsh), login == Some(ShellKind::Zsh));
    want(directories.zsh.join(".zprofile"), BlockKind::Init(ShellKind::Zsh), false);
    for directory in [&directories.zsh, home] {
        want(directory.join(".zshenv"), BlockKind::PathOnly, false);
    }

    let has_fish = directories.config.join("fish").is_dir() || login == Some(ShellKind::Fish);
    let [config, own] = directories.fish();
    let needs_own = has_fish && !exists(&config);
    want(config, BlockKind::Init(ShellKind::Fish), false);
    want(own, BlockKind::Init(ShellKind::Fish), needs_own);
    let [profile, of_terminal] = directories.powershell();
    let needs_profile = login == Some(ShellKind::PowerShell) && !exists(&of_terminal);
    want(profile, BlockKind::Init(ShellKind::PowerShell), needs_profile);
    want(of_terminal, BlockKind::Init(ShellKind::PowerShell), false);
    for nushell in directories.nushell_to_set_up(login, env) {
        want(nushell.join(NUSHELL_FILE), BlockKind::Init(ShellKind::Nu), true);
    }
    let elvish = directories.elvish();
    let has_elvish = elvish.parent().is_some_and(Path::is_dir) || login == Some(ShellKind::Elvish);
    want(elvish, BlockKind::Init(ShellKind::Elvish), has_elvish);
    Ok(files)
}

/// Every file that may contain a block of an earlier setup.
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
        paths.extend(directories.fish());
        paths.extend(directories.powershell());
        paths.extend(directories.nushell().map(|nushell| nushell.join(NUSHELL_FILE)));
        paths.push(directories.elvish());
    }
    paths.sort();
    paths.dedup();
    Ok(paths)
}

/// The lines of the block in a file. Once the program is gone, they do and print nothing.
pub(super) fn lines(file: &StartupFile, env: &Env, layout: &Layout) -> Result<String, InitError> {
    let kind = match file.block {
        BlockKind::Init(kind) => kind,
        BlockKind::PathOnly => ShellKind::Zsh,
    };
    let syntax = kind.syntax();
    init::check_bin(kind, layout)?;
    // With the usual home the lines are the same everywhere, which suits files that machines share.
    let (program, bin, export) = if init::is_default_home(env, layout) {
        ("\"$HOME/.gover/bin/gover\"".to_owned(), "\"$HOME/.gover/bin\"".to_owned(), String::new())
    } else {
        let program = syntax.quote(&init::text(kind, &layout.program("gover"))?);
        let bin = syntax.quote(&init::text(kind, &layout.bin())?);
        let export = syntax.set_env(vars::GOVER_HOME, &init::text(kind, layout.home())?);
        (program, bin, format!("  {export}"))
    };
    Ok(match (file.block, kind) {
        (BlockKind::PathOnly, _) => format!(
            "if [ -x {program} ]; then\n{export}  case \":${{PATH-}}:\" in\n    (*:{bin}:*) ;;\n    \
             (*) export PATH={bin}\"${{PATH:+:$PATH}}\" ;;\n  esac\nfi\n"
        ),
        (_, ShellKind::Fish) => {
            format!("if test -x {program}\n{export}  {program} init fish | source\nend\n")
        }
        (_, ShellKind::Nu) => init::script(kind, env, layout)?,
        (_, ShellKind::Elvish) => {
            let program = program.replace("\"$HOME/", "$E:HOME\"/");
            format!(
                "if ?(test -x {program}) {{\n{export}  eval ((external {program}) init elvish | slurp)\n}}\n"
            )
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

/// In the directory of Nushell's settings.
const NUSHELL_FILE: &str = "autoload/gover.nu";

fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}
