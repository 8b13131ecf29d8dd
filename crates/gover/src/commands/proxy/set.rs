//! `gover proxy set`: writes what works. The changes are made and undone like those of `gover doctor`
//! and `gover editor`: each replaced file is kept in a journal, byte for byte.

use std::fs;
use std::path::Path;

use gover_core::display::pasted;
use gover_core::env::vars;
use gover_core::gorules::GoEnv;
use gover_core::text::counted;
use gover_doctor::live::{RealDisk, RealPrograms, RealRegistry};
use gover_doctor::repair::{self, Journal, LOCK, RepairError, diff};
use gover_doctor::secret::mask;
use gover_doctor::{Change, Language, Snapshot};
use gover_source::{SourceSpec, Supply, Verdict};

use super::super::doctor;
use super::entry::{self, Goproxy, Measured};
use super::plan::Plan;
use super::{hosts, show};
use crate::cli::ProxySetArgs;
use crate::output::facts;
use crate::settings::{self, ConfigFile, SettingOrigin};
use crate::store::lock;
use crate::{Context, Failure, runtime};

pub(super) fn run(arguments: &ProxySetArgs, context: &Context<'_>) -> Result<(), Failure> {
    if arguments.undo {
        return undo(arguments.json, context);
    }
    check_policy(context)?;
    let supply = super::supply(context)?;
    let value = supply.settings().proxies.clone();
    // Without any value, go downloads modules from their own sites.
    let list = Goproxy::parse(value.as_deref().unwrap_or("direct"));
    let given = entry::given(&arguments.urls)?;
    let mut entries = list.entries.clone();
    entries.extend(entry::sources(&supply, context));
    entries.extend(given.iter().cloned());
    entries.extend(arguments.public.then(entry::public).into_iter().flatten());
    let measured = super::measure(entry::distinct(entries), &supply, context)?;
    if !arguments.json {
        show::people(&measured, &hosts::read(context.env), context)?;
    }
    let sources = &context.settings.sources.value;
    let mut plan = Plan::new(arguments, &list, &given, &measured, (sources, &supply))?;
    plan.gosumdb = database(&plan, &supply, context)?;
    let changes = Changes::new(&plan, value.as_deref(), context)?;
    explain(&plan, &list.invalid, context);
    if !arguments.json {
        changes.show(context)?;
    }
    let is_agreed = !changes.0.is_empty() && is_agreed(&changes, arguments, context)?;
    let written = if is_agreed { changes.write(context)? } else { Vec::new() };
    conclude(&changes, &written, arguments, context);
    let is_overridden = !written.is_empty() && warn_of_variables(&plan, context);
    if arguments.json {
        let before = value.as_deref().map(mask);
        context.printer.json(&ProxySetFacts::of(&plan, before, written.clone(), is_overridden))?;
    }
    Failure::silent_if(is_agreed && written.len() < changes.0.len())
}

/// A user may not replace what the policy of the machine locks.
fn check_policy(context: &Context<'_>) -> Result<(), Failure> {
    let policy = &context.settings.policy;
    if !policy.locks("sources") {
        return Ok(());
    }
    let what = format!("{} locks `sources`, and with it GOPROXY", policy.place());
    Err(Failure::new(what, "ask the administrator of this machine"))
}

/// The name under which the checksum database is reachable in China, if neither a proxy nor its
/// usual name leads to it here.
fn database(
    plan: &Plan<'_>,
    supply: &Supply,
    context: &Context<'_>,
) -> Result<Option<&'static str>, Failure> {
    let own = GoEnv::new(context.env, None).get(vars::GOSUMDB).unwrap_or_default();
    if plan.relays_database() || !["", DATABASE].contains(&own.as_str()) {
        return Ok(None);
    }
    let answers = async |name: &str| {
        let Ok(base) = format!("https://{name}").parse() else { return false };
        supply.probe_database(&base).await.is_ok_and(|probe| probe.verdict == Verdict::Good)
    };
    let china = runtime::block_on_briefly(async { !answers(DATABASE).await && answers(IN_CHINA).await })?;
    Ok(china.then_some(IN_CHINA))
}

/// The files to change. They may contain credentials.
struct Changes(Vec<Change>);

impl Changes {
    fn new(plan: &Plan<'_>, before: Option<&str>, context: &Context<'_>) -> Result<Self, Failure> {
        let goproxy = (before != Some(&plan.goproxy)).then_some((vars::GOPROXY, plan.goproxy.as_str()));
        let wanted: Vec<_> =
            goproxy.into_iter().chain(plan.gosumdb.map(|value| (vars::GOSUMDB, value))).collect();
        let mut changes = Vec::new();
        if !wanted.is_empty() {
            changes.extend(in_go_env(&wanted, context)?);
        }
        if let Some(sources) = &plan.sources {
            let path = context.layout.config();
            let mut file = ConfigFile::read(&path)?;
            let before = fs::read(&path).ok();
            file.set("sources", &sources.join(","))?;
            let after = Some(file.content().into_bytes());
            changes.push(Change::File { path: path.display().to_string(), before, after });
        }
        Ok(Self(changes))
    }

    fn show(&self, context: &Context<'_>) -> Result<(), Failure> {
        for change in &self.0 {
            context.printer.data(&context.short(change.place().as_ref()))?;
            diff(change).iter().try_for_each(|line| context.printer.data(&format!("  {line}")))?;
        }
        Ok(())
    }

    /// The files that were written.
    fn write(&self, context: &Context<'_>) -> Result<Vec<String>, Failure> {
        let lock = lock::acquire(LOCK, context)?;
        let settings = lock::acquire(settings::LOCK, context)?;
        let mut journal = Journal::of_proxy(&context.layout, &lock)?;
        let mut written = Vec::new();
        for change in &self.0 {
            let place = change.place();
            if let Some(directory) = Path::new(&place).parent() {
                fs::create_dir_all(directory)
                    .map_err(|source| Failure::file("create", directory, &source))?;
            }
            match repair::apply(change, &mut journal, &lock) {
                Ok(()) => written.push(place),
                Err(problem) => context.printer.failure(&problem.into()),
            }
        }
        settings::mirror(&context.layout, context.env, None, &settings)?;
        Ok(written)
    }
}

/// The change of the file of `go env -w`; `None` if it has these values.
fn in_go_env(wanted: &[(&str, &str)], context: &Context<'_>) -> Result<Option<Change>, Failure> {
    let programs = RealPrograms::default();
    let snapshot = Snapshot::gather(doctor::facts(true, context), &RealDisk, &RealRegistry, &programs);
    if snapshot.go_env.path.is_none() {
        let hint = snapshot.in_shell("GOENV", None).unwrap_or_else(|| "unset GOENV".to_owned());
        return Err(Failure::new("go reads no settings file, because GOENV is `off`", hint));
    }
    if snapshot.go_env.is_unreadable {
        let path = snapshot.go_env.path.as_ref().map(ToString::to_string).unwrap_or_default();
        return Err(Failure::new(format!("cannot read `{path}`"), "check the permissions of the file"));
    }
    Ok(snapshot.go_env.setting(wanted))
}

/// Why entries go or stay, and what the separators mean. `invalid` are entries that are no address.
fn explain(plan: &Plan<'_>, invalid: &[String], context: &Context<'_>) {
    let printer = context.printer;
    for (_, gone) in &plan.left_out {
        let why = if gone.works() { "it was not named".to_owned() } else { show::problem(gone) };
        printer.note(&format!("{} is left out: {why}", gone.address));
    }
    for invalid in invalid {
        printer.note(&format!("`{invalid}` is left out: it is not an address"));
    }
    for (_, silent) in plan.chosen.iter().filter(|(_, one)| !one.works()) {
        let why = show::problem(silent);
        printer.warning(&format!("{} is private and stays, but does not work here: {why}", silent.address));
    }
    if plan.gosumdb.is_some() {
        printer.note(&format!(
            "{DATABASE} does not answer, and no proxy relays it; {IN_CHINA} is the same database"
        ));
    }
    if plan.goproxy.contains('|') {
        printer.note("after `|`, go asks the next entry after any error; after `,`, only after 404 or 410");
    }
}

/// Without a terminal nothing is written unless `--yes` asks for it.
fn is_agreed(changes: &Changes, arguments: &ProxySetArgs, context: &Context<'_>) -> Result<bool, Failure> {
    if arguments.yes {
        return Ok(true);
    }
    if arguments.json || !context.printer.can_ask() {
        return Ok(false);
    }
    context.printer.confirm(&format!("change {}?", counted(changes.0.len(), "file")), "--yes")
}

fn conclude(changes: &Changes, written: &[String], arguments: &ProxySetArgs, context: &Context<'_>) {
    let printer = context.printer;
    let is_asked = arguments.yes || (!arguments.json && printer.can_ask());
    match (changes.0.len(), written.len()) {
        (0, _) => printer.note("GOPROXY and `sources` are right; nothing changed"),
        (count, 0) if !is_asked => {
            printer.note(&format!("{} would change", counted(count, "file")));
            printer.hint(&command(arguments));
        }
        (_, 0) => printer.note("nothing was changed"),
        (_, count) => {
            printer
                .note(&format!("{} changed (`gover proxy set --undo` undoes this)", counted(count, "file")));
        }
    }
}

/// The command that makes the changes. One with a password is not printed.
fn command(arguments: &ProxySetArgs) -> String {
    let mut words = vec!["gover proxy set".to_owned()];
    words.extend(arguments.fastest.then(|| "--fastest".to_owned()));
    words.extend(arguments.public.then(|| "--public".to_owned()));
    words.extend(arguments.urls.iter().map(|url| pasted(url)));
    if arguments.urls.iter().any(|url| mask(url) != *url) {
        return "run the same command with --yes".to_owned();
    }
    words.push("--yes".to_owned());
    words.join(" ")
}

/// Whether a variable overrides what was written.
fn warn_of_variables(plan: &Plan<'_>, context: &Context<'_>) -> bool {
    let goproxy = context.env.text(vars::GOPROXY).filter(|value| *value != plan.goproxy);
    if goproxy.is_some() {
        context.printer.warning("GOPROXY is set in the environment, which overrides the file of `go env -w`");
        context
            .printer
            .hint("remove GOPROXY from the environment; `gover doctor goproxy` shows what sets it");
    }
    let origin = context.settings.sources.origin;
    let is_sources = plan.sources.is_some() && matches!(origin, SettingOrigin::Environment(_));
    if is_sources {
        context
            .printer
            .warning(&format!("{} is set in the environment, which overrides `sources`", origin.describe()));
    }
    goproxy.is_some() || is_sources
}

fn undo(is_json: bool, context: &Context<'_>) -> Result<(), Failure> {
    let lock = lock::acquire(LOCK, context)?;
    let settings = lock::acquire(settings::LOCK, context)?;
    let restored = match Journal::undo_proxy(&context.layout, &lock) {
        Err(RepairError::Nothing) => {
            Err(Failure::new("gover has not changed GOPROXY or `sources`", "gover proxy"))
        }
        undone => doctor::restored(undone?, is_json, Language::English, context),
    };
    settings::mirror(&context.layout, context.env, None, &settings)?;
    restored
}

facts! {
    ProxySetFacts(plan: &Plan<'_>, before: Option<String>, changed: Vec<String>, is_overridden: bool) {
        goproxy: String = mask(&plan.goproxy) => "the new value of GOPROXY, without credentials",
        before: Option<String> = before => "the value before; null if nothing set it",
        sources: Option<Vec<String>> = plan.sources.as_deref().map(shown)
            => "the new value of `sources`, without credentials; null if it stays",
        gosumdb: Option<&'static str> = plan.gosumdb => "the new value of GOSUMDB; null if it stays",
        left_out: Vec<LeftOutFacts> = plan.left_out.iter().map(|one| LeftOutFacts::of(one)).collect()
            => "the entries that GOPROXY no longer has",
        changed: Vec<String> = changed => "the files that were changed",
        overridden: bool = is_overridden => "whether a variable overrides what was written",
    }

    LeftOutFacts(one: &Measured) {
        address: String = one.1.address.clone() => "the address without credentials",
        problem: Option<String> = (!one.1.works()).then(|| show::problem(&one.1)) => "why it does not work; null if it works",
    }
}

fn shown(sources: &[String]) -> Vec<String> {
    sources.iter().map(|entry| SourceSpec::shown(entry)).collect()
}

const DATABASE: &str = "sum.golang.org";
const IN_CHINA: &str = "sum.golang.google.cn";
