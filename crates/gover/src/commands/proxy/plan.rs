//! Which proxies and sources to write, from what was measured.

use std::cmp::Reverse;

use gover_core::display::pasted;
use gover_source::{Supply, Target};

use super::entry::{Entry, Goproxy, Measured, Origin};
use super::show::problem;
use crate::Failure;
use crate::cli::ProxySetArgs;

#[derive(Debug)]
pub(super) struct Plan<'a> {
    /// The entries of GOPROXY, in order.
    pub(super) chosen: Vec<&'a Measured>,
    /// The whole value. It may contain credentials.
    pub(super) goproxy: String,
    /// The sources; `None` if they stay.
    pub(super) sources: Option<Vec<String>>,
    /// GOSUMDB; `None` if it stays.
    pub(super) gosumdb: Option<&'static str>,
    /// Entries of GOPROXY that it no longer has.
    pub(super) left_out: Vec<&'a Measured>,
}

impl<'a> Plan<'a> {
    /// `given` are the entries that the user named, and `sources` the setting.
    pub(super) fn new(
        arguments: &ProxySetArgs,
        list: &Goproxy,
        given: &[Entry],
        measured: &'a [Measured],
        sources: (&[String], &Supply),
    ) -> Result<Self, Failure> {
        let chosen =
            if given.is_empty() { kept(arguments, list, measured) } else { named(list, given, measured)? };
        if !chosen.iter().any(|(_, measurement)| measurement.works()) {
            return Err(Failure::new("no module proxy works; nothing was changed", "gover proxy --public"));
        }
        let texts = chosen.iter().map(|(entry, _)| entry.text.as_str()).chain(list.end);
        let goproxy = texts.collect::<Vec<_>>().join("|");
        let sources = self::sources(arguments.fastest, &chosen, measured, sources);
        let is_chosen = |target: &Target| chosen.iter().any(|(entry, _)| entry.target == *target);
        let is_left_out =
            |(entry, _): &&Measured| entry.origin == Origin::Goproxy && !is_chosen(&entry.target);
        let left_out = measured.iter().filter(is_left_out).collect();
        Ok(Self { chosen, goproxy, sources, gosumdb: None, left_out })
    }

    /// Whether a chosen proxy relays the checksum database.
    pub(super) fn relays_database(&self) -> bool {
        self.chosen.iter().any(|(_, measurement)| measurement.serves.is_some_and(|serves| serves.sumdb))
    }
}

/// The present entries that work, and private ones, which may only be out of reach here and now.
/// Those come first, so that no other proxy learns the names of private modules.
fn kept<'a>(arguments: &ProxySetArgs, list: &Goproxy, measured: &'a [Measured]) -> Vec<&'a Measured> {
    let of_list = |one: &Measured| list.entries.iter().any(|entry| entry.target == one.0.target);
    let is_candidate = |one: &Measured| of_list(one) || (arguments.public && one.0.origin == Origin::Public);
    let is_kept = |one: &&Measured| is_candidate(one) && (one.1.works() || is_private(one));
    let mut kept: Vec<&Measured> = measured.iter().filter(is_kept).collect();
    if arguments.fastest {
        kept.sort_by_key(|one| {
            let has_modules = one.1.serves.is_some_and(|serves| serves.modules);
            let speed = if is_private(one) { None } else { one.1.bytes_per_second };
            (!is_private(one), Reverse((has_modules, speed)))
        });
    }
    kept
}

fn is_private((entry, _): &Measured) -> bool {
    entry.origin == Origin::Goproxy && entry.is_private()
}

/// What the user named, after the private entries. All of it must work.
fn named<'a>(
    list: &Goproxy,
    given: &[Entry],
    measured: &'a [Measured],
) -> Result<Vec<&'a Measured>, Failure> {
    let find = |entry: &Entry| measured.iter().find(|(known, _)| known.target == entry.target);
    let private = list.entries.iter().filter(|entry| entry.is_private());
    let private = private.filter(|entry| !given.iter().any(|named| named.target == entry.target));
    let mut chosen: Vec<&Measured> = private.filter_map(find).collect();
    for one in given.iter().filter_map(find) {
        let (_, measurement) = one;
        if !measurement.works() {
            let what = format!("{}: {}; nothing was changed", measurement.address, problem(measurement));
            return Err(Failure::new(what, format!("gover proxy {}", pasted(&measurement.address))));
        }
        chosen.push(one);
    }
    Ok(chosen)
}

/// The sources that work, the fastest first if `fastest`; `None` if that changes nothing, or if none
/// works.
fn sources(
    fastest: bool,
    chosen: &[&Measured],
    measured: &[Measured],
    (setting, supply): (&[String], &Supply),
) -> Option<Vec<String>> {
    let of_proxies = || {
        let serving = chosen.iter().filter(|one| one.1.serves.is_some_and(|serves| serves.toolchains));
        serving.map(|one| one.1.bytes_per_second.unwrap_or_default()).max()
    };
    // A directory is on this machine, and faster than any server.
    let speed = |target: &Target| {
        let (_, measurement) = measured.iter().find(|(known, _)| known.target == *target)?;
        let local = matches!(target, Target::Directory(_)).then_some(u64::MAX);
        measurement.works().then(|| local.or(measurement.bytes_per_second).unwrap_or_default())
    };
    let speeds = supply.source_targets().into_iter().map(|target| match target {
        Some(target) => speed(&target),
        None => of_proxies(),
    });
    let mut kept: Vec<(&String, u64)> =
        setting.iter().zip(speeds).filter_map(|(text, speed)| Some((text, speed?))).collect();
    if fastest {
        kept.sort_by_key(|(_, speed)| Reverse(*speed));
    }
    let kept: Vec<String> = kept.into_iter().map(|(text, _)| text.clone()).collect();
    (!kept.is_empty() && kept != setting).then_some(kept)
}
