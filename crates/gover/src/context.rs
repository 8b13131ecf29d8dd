//! What every command works with. It is read once.

use std::cell::RefCell;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use gover_core::gorules::Demand;
use gover_core::resolve::{
    CalledAs, FirstGo, Host, OriginKind, Outcome, Question, Resolution, ResolveError, Toolchain, Trace,
    first_on_path, forbidden_by, locate, resolve, resolve_if,
};
use gover_core::shim_state::ShimState;
use gover_core::{Env, GoVersion, Layout, Platform, Request, ToolchainName};
use gover_source::Releases;
use gover_sys::{file, process};
use gover_update::ReleaseBuild;

use crate::cli::Global;
use crate::failure::Failure;
use crate::output::Printer;
use crate::settings::{SettingOrigin, Settings};
use crate::target::{self, Target};

/// Environment, settings, paths and the printer; passed by reference and never changed.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) env: &'a Env,
    /// What is compiled into this program about releases of gover.
    pub(crate) build: &'a ReleaseBuild,
    pub(crate) settings: Settings,
    pub(crate) layout: Layout,
    pub(crate) printer: &'a Printer,
    pub(crate) machine: Platform,
    home: Option<PathBuf>,
    /// What [`releases::known`](crate::store::releases::known) found, until a command learns more.
    pub(crate) known_releases: RefCell<Option<Rc<Releases>>>,
}

impl<'a> Context<'a> {
    /// Without `needs_settings`, broken settings of the user are ignored: shells still get their PATH.
    pub(crate) fn new(
        (env, build): (&'a Env, &'a ReleaseBuild),
        global: &Global,
        printer: &'a Printer,
        needs_settings: bool,
    ) -> Result<Self, Failure> {
        let home = env.gover_home().ok_or_else(|| env.no_home())?;
        let layout = Layout::new(home);
        let settings = if needs_settings {
            Settings::resolve(global.offline, env, &layout)?
        } else {
            Settings::resolve_leniently(global.offline, env, &layout)
        };
        Ok(Self {
            env,
            build,
            settings,
            layout,
            printer,
            machine: target::of_machine(),
            home: env.user_home(),
            known_releases: RefCell::default(),
        })
    }

    /// The same in another environment, which does not change the settings.
    pub(crate) fn in_environment<'b>(&'b self, env: &'b Env) -> Context<'b> {
        Context {
            env,
            settings: self.settings.clone(),
            layout: self.layout.clone(),
            machine: self.machine.clone(),
            home: self.home.clone(),
            known_releases: RefCell::default(),
            ..*self
        }
    }

    pub(crate) fn is_offline_by_option(&self) -> bool {
        matches!(self.settings.offline.origin, SettingOrigin::Option(_))
    }

    pub(crate) fn home(&self) -> Option<&Path> {
        self.home.as_deref()
    }

    /// What toolchains are installed for, unless an option says otherwise.
    pub(crate) fn target(&self) -> Target {
        Target::new(&self.settings.arch, &self.machine)
    }

    pub(crate) fn short(&self, path: &Path) -> String {
        gover_core::display::short_path(path, self.home())
    }

    /// The newest known stable release, which `oldstable` counts from.
    pub(crate) fn stable(&self) -> Option<GoVersion> {
        ShimState::read(&self.layout.shim_state()).stable
    }

    /// What `go` would run here.
    pub(crate) fn selection(&self, trace: &mut Trace) -> Result<Resolution, ResolveError> {
        resolve(&self.question(), trace)
    }

    /// The same if `request` stood as a choice of that kind.
    pub(crate) fn selection_if(
        &self,
        kind: OriginKind,
        request: &Request,
    ) -> Result<Resolution, ResolveError> {
        resolve_if(&self.question(), kind, request)
    }

    /// What a shell starts for `go`.
    pub(crate) fn first_on_path(&self) -> FirstGo {
        first_on_path(&self.question())
    }

    /// The installed toolchain that `go` would run here. `gover current` reports errors.
    pub(crate) fn selected(&self) -> Option<Toolchain> {
        ready(self.selection(&mut Trace::off()).ok()?.outcome)
    }

    pub(crate) fn locate(&self, request: &Request) -> Result<Option<Toolchain>, ResolveError> {
        locate(&self.question(), request).map(ready)
    }

    /// The go line that keeps a toolchain from running a command here, if it may not switch.
    pub(crate) fn forbidden_by(
        &self,
        name: &ToolchainName,
        words: &[OsString],
    ) -> Option<(GoVersion, Demand)> {
        // Only `go` is known to take `-C`.
        let is_go = words.first().is_some_and(|program| program == "go");
        let arguments = if is_go { words.get(1..).unwrap_or_default() } else { &[] };
        forbidden_by(&Question { arguments, ..self.question() }, name)
    }

    /// The absolute form of a path from the command line, without `./` in the middle.
    pub(crate) fn absolute(&self, path: &Path) -> PathBuf {
        let path = self.below_home(path).unwrap_or_else(|| path.to_owned());
        let path = self.env.directory().map_or_else(|| path.clone(), |here| here.join(&path));
        path.components().collect()
    }

    /// What a shell makes of `~` and `~/x`. After `--option=`, most shells leave it to the program, and
    /// cmd.exe always does. `./~` is a directory of that name.
    fn below_home(&self, path: &Path) -> Option<PathBuf> {
        let rest = path.strip_prefix("~").ok()?;
        Some(self.home()?.join(rest))
    }

    fn question(&self) -> Question<'_> {
        Question {
            env: self.env,
            layout: &self.layout,
            host: &HOST,
            called_as: &CalledAs::Go,
            arguments: &[],
        }
    }
}

fn ready(outcome: Outcome) -> Option<Toolchain> {
    match outcome {
        Outcome::Ready(toolchain) => Some(toolchain),
        Outcome::Missing(_) | Outcome::Nothing => None,
    }
}

const HOST: Host = Host {
    ancestors: || process::ancestors().map(|process| (process.id, process.start)).collect(),
    is_executable: file::is_executable,
    stamp: file::directory_stamp,
};
