//! `gover self update`.

use gover_core::Platform;
use gover_core::display::pasted;
use gover_source::{Location, Supply};
use gover_sys::file::same_file;
use gover_update::{
    Finder, LOCK, Offer, Package, ReleaseVersion, Staged, UpdateError, installed_version, parse_base,
};

use crate::cli::SelfUpdateArgs;
use crate::output::{Busy, facts};
use crate::runtime::block_on;
use crate::store::{lock, share, shims};
use crate::supply::{note_warnings, supply};
use crate::{Context, Failure};

pub(super) fn run(arguments: &SelfUpdateArgs, context: &Context<'_>) -> Result<(), Failure> {
    refuse_package(context)?;
    let update = Update {
        arguments,
        asked: arguments.version.as_deref().map(str::parse).transpose()?,
        from: arguments.from.as_deref().map(|from| from_argument(from, context)).transpose()?,
        supply: supply(context)?,
        platform: Platform::host(),
        context,
    };
    let result = if arguments.check { update.check() } else { update.run() };
    note_warnings(&update.supply, context);
    result
}

/// An update here would leave the package manager with a version that is not installed.
fn refuse_package(context: &Context<'_>) -> Result<(), Failure> {
    let Some(Package { manager, original }) = context.env.program().and_then(Package::of) else {
        return Ok(());
    };
    let name = manager.map_or("a package manager", |manager| manager.name());
    let command = manager.map_or("update gover with that package manager", |manager| manager.command());
    // The running program is a copy that setup made of the packaged one.
    let copy = original.map(|original| pasted(&original.display().to_string()));
    Err(Failure::new(
        format!("this gover was installed with {name}; update it the same way"),
        match copy {
            Some(copy) => format!("{command}, then run `{copy} setup`"),
            None => command.to_owned(),
        },
    ))
}

/// Says on a terminal what happens now, and `interrupted` if Ctrl-C ends it.
fn busy<'a>(step: String, interrupted: String, context: &'a Context<'_>) -> Busy<'a> {
    let busy = Busy::new(context.printer, move || vec![interrupted.clone()]);
    busy.step(step);
    busy
}

fn nothing_yet() -> String {
    "interrupted; gover was not updated".to_owned()
}

fn unfinished(context: &Context<'_>) -> String {
    format!("interrupted; `gover {}` completes the update", lock::own_arguments(context))
}

fn from_argument(from: &str, context: &Context<'_>) -> Result<Location, Failure> {
    Ok(match parse_base(from)? {
        Location::File(path) => Location::File(context.absolute(&path)),
        url @ Location::Url(_) => url,
    })
}

struct Update<'a> {
    arguments: &'a SelfUpdateArgs,
    asked: Option<ReleaseVersion>,
    from: Option<Location>,
    supply: Supply,
    /// What this program was built for, and so its updates.
    platform: Platform,
    context: &'a Context<'a>,
}

impl Update<'_> {
    /// Says whether there is a newer release, and changes nothing.
    fn check(&self) -> Result<(), Failure> {
        let context = self.context;
        let installed = self.own_version()?;
        let offer = self.find()?;
        offer.check_not_older(&installed).map_err(|error| self.failure(error))?;
        let is_newer = offer.version > installed;
        if self.arguments.json {
            context.printer.json(&UpdateFacts::of(&installed, &offer, false))?;
        } else if is_newer {
            let newer = format!("gover {} is available ({installed} is installed)", offer.version);
            context.printer.data(&newer)?;
            context.printer.hint(&self.command());
        } else {
            context.printer.data(&format!("gover {installed} is the newest release"))?;
        }
        Failure::silent_if(is_newer)
    }

    fn run(&self) -> Result<(), Failure> {
        let context = self.context;
        self.refuse_elsewhere()?;
        let lock = lock::acquire(LOCK, context)?;
        // This also removes what an interrupted update left.
        let directory = Staged::directory(&context.layout, &lock)?;
        // Another process may have updated it while this one waited.
        let installed = match installed_version(&context.layout.program("gover")) {
            Some(version) => version,
            None => self.own_version()?,
        };
        let mut offer = self.find()?;
        if self.asked.is_none() {
            offer.check_not_older(&installed).map_err(|error| self.failure(error))?;
        }
        let is_other = offer.version != installed;
        if is_other {
            let busy = busy(format!("downloading gover {}", offer.version), nothing_yet(), context);
            let staged;
            (offer, staged) =
                block_on(self.finder().fetch(offer, directory))?.map_err(|error| self.failure(error))?;
            drop(busy);
            let step = format!("installing gover {}", offer.version);
            let _busy = self::busy(step, unfinished(context), context);
            let shims_lock = lock::acquire(gover_install::shims::LOCK, context)?;
            let placed = staged.put_in_place(&context.layout, &shims_lock);
            placed.map_err(|error| self.failure(error))?;
            if share::renew_pages(&staged.manual_pages(), context).is_err() {
                let old = format!("the manual pages are still those of gover {installed}");
                context.printer.warning(&format!("{old}; `gover setup` writes the new ones"));
            }
        } else {
            // An update that was interrupted may have left older shims.
            shims::refresh(context)?;
        }
        self.report(&installed, &offer, is_other)
    }

    fn report(&self, installed: &ReleaseVersion, offer: &Offer, is_other: bool) -> Result<(), Failure> {
        let printer = self.context.printer;
        let newest = &offer.version;
        if is_other {
            let undo = if self.from.is_some() {
                String::new()
            } else {
                format!("; `gover self update --version {installed}` undoes this")
            };
            printer.note(&format!(
                "updated gover from {installed} to {newest} ({}, verified with the {}{undo})",
                offer.source,
                offer.proof()
            ));
            if let Some(changelog) = self.context.build.changelog {
                printer.note(&format!("changes: {changelog}"));
            }
        } else {
            let what = if self.asked.is_some() { "is installed" } else { "is the newest release" };
            printer.note(&format!("gover {newest} {what}; nothing changed"));
        }
        if self.arguments.json {
            printer.json(&UpdateFacts::of(installed, offer, is_other))?;
        }
        Ok(())
    }

    fn find(&self) -> Result<Offer, Failure> {
        let _busy = busy("looking for releases of gover".to_owned(), nothing_yet(), self.context);
        block_on(self.finder().find(self.asked.as_ref()))?.map_err(|error| self.failure(error))
    }

    fn finder(&self) -> Finder<'_> {
        let Self { supply, platform, context, from, .. } = self;
        Finder { supply, build: context.build, platform, from: from.as_ref() }
    }

    /// Only the gover in `GOVER_HOME` is replaced: another may be a build, or be on a disk that is
    /// not the user's.
    fn refuse_elsewhere(&self) -> Result<(), Failure> {
        let context = self.context;
        let installed = context.layout.program("gover");
        let Some(own) = context.env.program() else { return Ok(()) };
        if same_file(own, &installed).unwrap_or(false) {
            return Ok(());
        }
        let hint = if installed.is_file() {
            format!("{} self update", pasted(&installed.display().to_string()))
        } else {
            format!("{} setup", pasted(&own.display().to_string()))
        };
        let (own, bin) = (context.short(own), context.short(&context.layout.bin()));
        Err(Failure::new(format!("this gover is `{own}`; only the gover in `{bin}` can update itself"), hint))
    }

    fn own_version(&self) -> Result<ReleaseVersion, Failure> {
        Ok(self.context.build.version.parse::<ReleaseVersion>()?)
    }

    /// With hints that lead to the same source.
    fn failure(&self, error: UpdateError) -> Failure {
        let hints = error.hints_after(&self.command());
        Failure::from(error).with_hints(hints)
    }

    fn command(&self) -> String {
        let from = self.arguments.from.as_ref().map(|from| format!(" --from {}", pasted(from)));
        format!("gover self update{}", from.unwrap_or_default())
    }
}

facts! {
    UpdateFacts(installed: &ReleaseVersion, offer: &Offer, updated: bool) {
        installed: String = installed.to_string() => "the version of gover that was installed before",
        found: String = offer.version.to_string() => "the newest release, or the one that `--version` names",
        newer: bool = offer.version > *installed => "whether that release is newer than the installed one",
        updated: bool = updated => "whether gover was replaced",
        source: String = offer.source.clone() => "where the release is: `goproxy`, an address or a directory",
    }
}
