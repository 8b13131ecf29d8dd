//! `gover proxy`: measures GOPROXY and the sources, and writes what works.

mod entry;
mod hosts;
mod plan;
mod set;
mod show;

use gover_doctor::secret::mask;
use gover_net::NetworkSettings;
use gover_source::Supply;

use self::entry::{Entry, Goproxy, Measured, Origin};
pub(super) use self::set::ProxySetFacts;
pub(super) use self::show::ProxyFacts;
use crate::cli::{ProxyAction, ProxyArgs};
use crate::output::Busy;
use crate::{Context, Failure};
use crate::{runtime, supply};

pub(super) fn run(arguments: &ProxyArgs, context: &Context<'_>) -> Result<(), Failure> {
    if let Some(ProxyAction::Set(arguments)) = &arguments.action {
        return set::run(arguments, context);
    }
    let supply = self::supply(context)?;
    let value = supply.settings().proxies.clone();
    let goproxy = Goproxy::parse(value.as_deref().unwrap_or_default());
    let mut entries = goproxy.entries;
    entries.extend(entry::sources(&supply, context));
    entries.extend(entry::given(&arguments.urls)?);
    entries.extend(arguments.public.then(entry::public).into_iter().flatten());
    let measured = measure(entry::distinct(entries), &supply, context)?;
    let hosts = hosts::read(context.env);
    if arguments.json {
        let goproxy = value.as_deref().map(mask);
        context.printer.json(&ProxyFacts::of(goproxy, &measured, &hosts, fastest(&measured)))?;
    } else {
        show::people(&measured, &hosts, context)?;
    }
    for invalid in &goproxy.invalid {
        context.printer.warning(&format!("GOPROXY has an entry that is not an address: `{invalid}`"));
    }
    conclude(&measured, context);
    Failure::silent_if(!measured.iter().any(|(_, measurement)| measurement.works()))
}

/// Sums up, and names the command that leads on.
fn conclude(measured: &[Measured], context: &Context<'_>) {
    let works = measured.iter().filter(|(_, measurement)| measurement.works()).count();
    let fastest = fastest(measured).map(|(_, measurement)| measurement.address.as_str());
    let fastest = fastest.map(|address| format!("; the fastest module proxy is {address}"));
    context.printer.note(&format!("{works} of {} work{}", measured.len(), fastest.unwrap_or_default()));
    let is_own = |entry: &Entry| matches!(entry.origin, Origin::Goproxy | Origin::Sources);
    let is_dead = |(entry, measurement): &Measured| is_own(entry) && !measurement.works();
    if works == 0 {
        context.printer.hint("gover doctor goproxy http-proxy tls-inspection");
    } else if measured.iter().any(is_dead) {
        context.printer.hint("gover proxy set");
    }
}

/// A supply that waits for no server long.
fn supply(context: &Context<'_>) -> Result<Supply, Failure> {
    let network = |usual: NetworkSettings| NetworkSettings {
        retries: 0,
        stall_timeout: usual.connect_timeout,
        ..usual
    };
    let supply = supply::with_network(context, network)?;
    if supply.settings().network.offline {
        return Err(Failure::new(
            "cannot measure anything without the network",
            supply.settings().network.offline_hint(),
        ));
    }
    Ok(supply)
}

fn measure(entries: Vec<Entry>, supply: &Supply, context: &Context<'_>) -> Result<Vec<Measured>, Failure> {
    let busy = Busy::new(context.printer, || vec!["interrupted; nothing was changed".to_owned()]);
    busy.step(format!("measuring {} servers", entries.len()));
    let targets: Vec<_> = entries.iter().map(|entry| entry.target.clone()).collect();
    let measured = runtime::block_on_briefly(supply.measure(&targets, &context.machine))?;
    Ok(entries.into_iter().zip(measured).collect())
}

/// The module proxy whose files come fastest.
fn fastest(measured: &[Measured]) -> Option<&Measured> {
    let serves = |one: &&Measured| one.1.works() && one.1.serves.is_some_and(|serves| serves.modules);
    measured.iter().filter(serves).max_by_key(|(_, measurement)| measurement.bytes_per_second)
}
