//! Installs one toolchain and says what happened.

mod words;

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::join_all;
use gover_archive::digest::Digest;
use gover_core::display::pasted;
use gover_core::inventory::is_installed;
use gover_core::{Exit, Request, ToolchainName};
use gover_install::shims::LOCK as SHIMS_LOCK;
use gover_install::{
    CustomBuild, InstallError, InstallRequest, Installed, Installer, LogNeed, Receipt, Reporter, SmokeLevel,
    Unpacking, install_custom_build, kept_download,
};
use gover_source::{Location, Supply, SupplyError, Wanted};
use tokio::sync::Semaphore;

pub(crate) use self::words::described;
use self::words::{ended, sentence};
use super::{architecture, default, lock, policy, releases, requests, shims, vulnerabilities};
use crate::output::{Numbered, ProgressBars, mebibytes};
use crate::runtime::block_on;
use crate::settings::SettingOrigin;
use crate::supply::{note_warnings, supply, with_file};
use crate::{Context, Failure, Target};

#[derive(Debug)]
pub(crate) enum Want {
    /// A release, from the first source that has it.
    Release(ToolchainName),
    /// A file that the Go project published, with its path as it was typed.
    File { name: ToolchainName, path: PathBuf, typed: String },
    /// A build that the user vouches for with its checksum.
    Custom { location: Location, sha256: Digest },
}

impl Want {
    /// The toolchain, unless only the file itself can tell.
    pub(crate) fn name(&self) -> Option<&ToolchainName> {
        match self {
            Self::Release(name) | Self::File { name, .. } => Some(name),
            Self::Custom { .. } => None,
        }
    }

    /// The argument of `gover install` for a release; a file may need options.
    fn typed(&self) -> Option<String> {
        let Self::Release(name) = self else { return None };
        Some(Request::typed(name.as_str()))
    }
}

/// What toolchains are installed for, and from where: the sources of the settings, read when first
/// needed, since a toolchain that is there needs none.
pub(crate) struct Installation<'a> {
    pub(crate) target: &'a Target,
    force: bool,
    supply: OnceCell<Supply>,
    context: &'a Context<'a>,
}

impl<'a> Installation<'a> {
    pub(crate) fn new(target: &'a Target, force: bool, context: &'a Context<'a>) -> Self {
        Self { target, force, supply: OnceCell::new(), context }
    }

    pub(crate) fn supply(&self) -> Result<&Supply, Failure> {
        if let Some(supply) = self.supply.get() {
            return Ok(supply);
        }
        let supply = supply(self.context)?;
        Ok(self.supply.get_or_init(|| supply))
    }

    pub(crate) fn release(&self, request: &Request) -> Result<Want, Failure> {
        match request.as_exact() {
            Some(name) if self.keeps(name) => Ok(Want::Release(name.clone())),
            Some(name) => {
                requests::refuse_impossible(request, self.context)?;
                Ok(Want::Release(name.clone()))
            }
            None => releases::newest(request, self.supply()?, self.target, self.context).map(Want::Release),
        }
    }

    /// Whether a toolchain is there and stays as it is.
    pub(crate) fn keeps(&self, name: &ToolchainName) -> bool {
        !self.force && is_installed(&self.context.layout, name)
    }

    fn refuse_read_only(&self, wants: &[Want]) -> Result<(), Failure> {
        let keeps = |want: &&Want| want.name().is_some_and(|name| self.keeps(name));
        let missing: Vec<&Want> = wants.iter().filter(|want| !keeps(want)).collect();
        let Some(first) = missing.first() else { return Ok(()) };
        let command = || match missing.iter().map(|want| want.typed()).collect::<Option<Vec<_>>>() {
            Some(words) => format!("install {}", words.join(" ")),
            None => lock::own_arguments(self.context),
        };
        lock::refuse_read_only(first.name().map_or(SHIMS_LOCK, ToolchainName::as_str), command, self.context)
    }

    /// Installs a toolchain, unless it is there.
    pub(crate) fn install(&self, want: &Want) -> Result<Installed, Failure> {
        let mut results = self.install_all(std::slice::from_ref(want))?;
        // There is one result for each.
        results.pop().unwrap_or(Err(Failure::Silent(Exit::Failure)))
    }

    /// Installs toolchains, one downloaded while another is unpacked, and reports them in the order
    /// of `wants`. One that fails does not stop the others. If there are several, failures are
    /// shown too; that of a single one is left to the caller.
    pub(crate) fn install_all(&self, wants: &[Want]) -> Result<Vec<Result<Installed, Failure>>, Failure> {
        let context = self.context;
        self.refuse_read_only(wants)?;
        let progress = ProgressBars::new(context.env, context.printer, kept(wants, context));
        let (turn, reports) = (Semaphore::new(1), RefCell::new(InOrder::default()));
        let one = |(at, want)| {
            let (progress, turn, reports) = (&progress, &turn, &reports);
            let number = match wants.len() {
                1 => String::new(),
                count => format!("[{}/{count}] ", at + 1),
            };
            let install = async move {
                let reporter = Numbered::new(progress, at, &number);
                let attempt = self.attempt(want, &reporter, turn).await;
                let report = |(want, number, attempt): (&Want, String, Result<Attempt, Failure>)| {
                    let result = attempt
                        .and_then(|attempt| self.report(attempt, want, &number))
                        .map_err(|failure| context.settings.policy.without_detours(failure));
                    if let (Err(failure), true) = (&result, wants.len() > 1) {
                        context.printer.failure(failure);
                    }
                    result
                };
                reports.borrow_mut().add(at, (want, number, attempt), report);
            };
            install.boxed_local()
        };
        block_on(join_all(wants.iter().enumerate().map(one)))?;
        Ok(reports.into_inner().done)
    }

    async fn attempt(
        &self,
        want: &Want,
        reporter: &Numbered<'_>,
        turn: &Semaphore,
    ) -> Result<Attempt, Failure> {
        policy::check(want.name(), self.context)?;
        policy::check_file(want, self.context)?;
        if let Some(name) = want.name().filter(|name| self.keeps(name)) {
            return Ok(Attempt::Kept(name.clone()));
        }
        let of_file = match want {
            Want::File { path, .. } => Some(Box::new(with_file(self.context, path)?)),
            Want::Release(_) | Want::Custom { .. } => None,
        };
        let supply = of_file.as_deref().map_or_else(|| self.supply(), Ok)?;
        let result = Box::new(self.run(want, supply, (reporter, turn)).await);
        Ok(Attempt::Ended { result, of_file, took: reporter.took() })
    }

    async fn run(
        &self,
        want: &Want,
        supply: &Supply,
        (reporter, turn): (&Numbered<'_>, &Semaphore),
    ) -> Result<Installed, InstallError> {
        let Self { target, force, context, .. } = *self;
        let shim = shims::program(context);
        let installer = installer(supply, (reporter, turn), &shim, context);
        let (platform, smoke) = (target.platform.clone(), target.smoke(&context.machine));
        match want {
            Want::Release(name) | Want::File { name, .. } => {
                let wanted = Wanted { name: name.clone(), platform };
                let require = &context.settings.require_sumdb;
                let log = match (require.value, require.origin) {
                    (true, _) => LogNeed::Required,
                    (false, SettingOrigin::Builtin) if supply.stand_in().is_some() => LogNeed::BeyondTable,
                    (false, SettingOrigin::Builtin) => LogNeed::NoDenial,
                    (false, _) => LogNeed::Optional,
                };
                gover_install::install(&InstallRequest { wanted, force, log, smoke }, &installer).await
            }
            Want::Custom { location, sha256 } => {
                let (location, sha256) = (location.clone(), *sha256);
                install_custom_build(&CustomBuild { location, sha256, platform, force, smoke }, &installer)
                    .await
            }
        }
    }

    fn failure(&self, error: InstallError, want: &Want, supply: &Supply) -> Failure {
        let hint = match (&error, want) {
            (InstallError::NoProof { .. }, Want::File { typed, .. }) => Some(format!(
                "a mirror made by `gover mirror` includes the proofs; or pass a checksum that you trust: \
                 gover install --sha256 HEX {}",
                pasted(typed)
            )),
            (InstallError::Supply(error), _) if matches!(**error, SupplyError::Unknown { .. }) => {
                self.alternative(want, supply)
            }
            _ => None,
        };
        let is_by_default = self.context.settings.require_sumdb.origin == SettingOrigin::Builtin;
        let is_unproven = is_by_default
            && matches!(&error, InstallError::NoProof { source, .. } if source.is_unavailable());
        let mut failure = Failure::from(error);
        if let Some(site) = supply.stand_in().filter(|_| is_unproven) {
            failure = failure.hint_first(format!(
                "GOVER_GODEV_URL names {site}, and what its index alone vouches for needs a record of the checksum database"
            ));
        }
        match hint {
            Some(hint) => failure.hint_first(hint),
            None => failure,
        }
    }

    /// The command for another architecture of the machine, if the release lacks only its own.
    fn alternative(&self, want: &Want, supply: &Supply) -> Option<String> {
        let request = Request::exact(want.name()?.clone());
        let arch = self.target.alternative(&request, &supply.known_releases())?;
        Some(releases::install_for(arch, request.as_str()))
    }

    /// Says how an install ended.
    fn report(&self, attempt: Attempt, want: &Want, number: &str) -> Result<Installed, Failure> {
        let (result, of_file, took) = match attempt {
            Attempt::Kept(name) => return self.reuse(&name, number),
            Attempt::Ended { result, of_file, took } => (result, of_file, took),
        };
        let supply = of_file.as_deref().map_or_else(|| self.supply(), Ok)?;
        note_warnings(supply, self.context);
        let installed = (*result).map_err(|error| self.failure(error, want, supply))?;
        if installed.reused {
            return self.reuse(&installed.name, number);
        }
        self.report_new(&installed, took, number)?;
        Ok(installed)
    }

    /// Also points `current` to the default again, which may mean this toolchain now.
    fn report_new(&self, installed: &Installed, took: Duration, number: &str) -> Result<(), Failure> {
        let context = self.context;
        context.known_releases.take();
        context.printer.note(&format!("{number}{}", sentence(installed, took)));
        if let Some(Receipt { file: Some(file), base: Some(base), .. }) = &installed.receipt {
            let is_bundle = Path::new(file).extension().is_some_and(|extension| extension == "gvp");
            let parts = if is_bundle { "" } else { "parts of " };
            let rest = format!("all other files were copied from {base}");
            context.printer.detail(&format!("  download: {parts}{file}; {rest}"));
        }
        let proofs = installed.receipt.iter().flat_map(|receipt| &receipt.proofs);
        for proof in proofs.map(described) {
            context.printer.detail(&format!("  proof: {proof}"));
        }
        context.printer.detail(&format!("  directory: {}", context.short(&installed.path)));
        if let Some(ended) = ended(&installed.name, context) {
            context.printer.note(&format!("note: {ended}"));
        }
        if let Some(remark) = vulnerabilities::remark(&installed.name, context) {
            let request = pasted(Request::exact(installed.name.clone()).as_str());
            context.printer.note(&format!("note: {remark} (`gover audit {request}` names a better one)"));
        }
        if let Some(remark) = architecture::remark(&installed.name, context) {
            let unseen = match installed.smoke_level {
                SmokeLevel::Running => "",
                SmokeLevel::Files => "; it was not run on this machine",
            };
            context.printer.note(&format!("{} is {remark}{unseen}", installed.name));
        }
        if let Some(warning) = installed.log.warning() {
            context.printer.warning(&warning);
        }
        default::refresh_link(context, &default::lock(context)?);
        Ok(())
    }

    /// A toolchain that is there, unless it is for another architecture than the option or variable
    /// asks for. If none of them is given, it is there on purpose.
    fn reuse(&self, name: &ToolchainName, number: &str) -> Result<Installed, Failure> {
        let Self { target, context, .. } = *self;
        let arch = architecture::of_toolchain(name, context);
        let wanted = target.platform.arch();
        if let (Some(asked_by), Some(arch)) = (target.asked_by, arch)
            && arch.as_str() != wanted
        {
            let version = Request::exact(name.clone());
            return Err(Failure::new(
                format!("{name} is installed for {arch}, and {asked_by} asks for {wanted}"),
                format!("gover install -f --arch {wanted} {version}"),
            ));
        }
        match arch.and_then(|arch| context.machine.warning(arch)) {
            Some(remark) => context.printer.note(&format!("{number}{name} is installed: {remark}")),
            None => context.printer.note(&format!("{number}{name} is installed")),
        }
        Ok(Installed::reused(&context.layout, name))
    }
}

/// What installs with the settings. `shim` is the program of the shim, which may be missing.
pub(crate) fn installer<'a>(
    supply: &'a Supply,
    (reporter, turn): (&'a dyn Reporter, &'a Semaphore),
    shim: &'a Path,
    context: &'a Context<'_>,
) -> Installer<'a> {
    Installer {
        layout: &context.layout,
        env: context.env,
        supply,
        reporter,
        turn,
        shim_program: shim.is_file().then_some(shim),
        log_patience: LOG_PATIENCE,
        minimum: context.settings.policy.minimum_go.as_ref(),
        unpacking: if context.settings.verify_before_unpack.value {
            Unpacking::Verified
        } else {
            Unpacking::Streamed
        },
    }
}

/// How far an install came before it was reported.
enum Attempt {
    /// It was there before.
    Kept(ToolchainName),
    Ended {
        result: Box<Result<Installed, InstallError>>,
        /// The sources, if they are not those of the settings.
        of_file: Option<Box<Supply>>,
        took: Duration,
    },
}

/// Results that arrive in any order and are reported in theirs.
struct InOrder<T> {
    done: Vec<Result<Installed, Failure>>,
    waiting: BTreeMap<usize, T>,
}

impl<T> Default for InOrder<T> {
    fn default() -> Self {
        Self { done: Vec::new(), waiting: BTreeMap::new() }
    }
}

impl<T> InOrder<T> {
    fn add(&mut self, at: usize, one: T, report: impl Fn(T) -> Result<Installed, Failure>) {
        self.waiting.insert(at, one);
        while let Some(next) = self.waiting.remove(&self.done.len()) {
            self.done.push(report(next));
        }
    }
}

/// What to say if Ctrl-C ends the installs: which downloads the next install continues. A custom
/// build begins anew.
fn kept(wants: &[Want], context: &Context<'_>) -> impl Fn() -> Vec<String> + Send + Sync + use<> {
    let names: Vec<ToolchainName> = wants.iter().filter_map(Want::name).cloned().collect();
    let cache = context.layout.cache();
    move || {
        let kept = names.iter().map(|name| (name, kept_download(&cache, name.as_str())));
        let kept: Vec<_> = kept.filter(|(_, bytes)| *bytes > 0).collect();
        if kept.is_empty() {
            return vec!["interrupted; no partial download was kept".to_owned()];
        }
        let line = |(name, bytes): &(&ToolchainName, u64)| {
            format!("interrupted; kept the first {} of {name}", mebibytes(*bytes))
        };
        let requests: Vec<String> =
            kept.iter().map(|(name, _)| Request::exact((*name).clone()).to_string()).collect();
        let next = format!("`gover install {}` continues", requests.join(" "));
        kept.iter().map(line).chain([next]).collect()
    }
}

/// How long an install waits for the checksum database if nothing depends on it.
const LOG_PATIENCE: Duration = Duration::from_secs(5);
