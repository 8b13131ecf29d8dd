use std::path::Path;

use gover_core::display::pasted;
use gover_core::env::parse_switch;
use gover_source::SourceSpec;
use serde::{Serialize, Serializer};

use crate::cli::{self, ConfigAction, ConfigArgs};
use crate::output::{Fact, Row, Table, facts, json_path};
use crate::settings::{self, ConfigFile, MINIMUM_GO, SETTINGS, SettingOrigin, Settings, SettingsError};
use crate::store::lock;
use crate::{Context, Failure};

pub(super) fn run(arguments: ConfigArgs, context: &Context<'_>) -> Result<(), Failure> {
    match arguments.action.unwrap_or(ConfigAction::List { json: false }) {
        ConfigAction::Get { name } => {
            check_name(&name, context)?;
            let (value, _) = value_of(&name, &context.settings)?;
            context.printer.exact(&value)
        }
        ConfigAction::Set { name, value, json } => set(&name, &value, json, context),
        ConfigAction::List { json } => list(json, context),
        ConfigAction::Path => context.printer.exact(&context.layout.config().display().to_string()),
    }
}

fn set(name: &str, value: &str, as_json: bool, context: &Context<'_>) -> Result<(), Failure> {
    check_name(name, context)?;
    let lock = lock::acquire(settings::LOCK, context)?;
    if name == "sources" && !value.is_empty() {
        SourceSpec::parse_list(value)?;
    }
    let mut file = ConfigFile::read(&context.layout.config())?;
    let before = file.text(name);
    file.set(name, value)?;
    let is_same = file.text(name) == before;
    // Also without a change, because this restricts a file with a password to its owner.
    file.write()?;
    settings::mirror(&context.layout, context.env, None, &lock)?;
    let settings = Settings::resolve(context.is_offline_by_option(), context.env, &context.layout)?;
    let (now, origin) = value_of(name, &settings)?;
    let origin = origin.describe();
    let path = context.short(&context.layout.config());
    context.printer.note(&match (value.is_empty(), is_same) {
        (true, true) => format!("{name} is not in {path}; nothing changed"),
        (true, false) => format!("{name} was removed from {path}{}", undo(name, before)),
        (false, true) => format!("{name} is already {} in {path}", shown(name, value)),
        (false, false) => format!("{name} is now {} in {path}{}", shown(name, value), undo(name, before)),
    });
    let is_own = ["config.toml", "default"].contains(&origin);
    // After a removal, only the policy and the built-in default are expected to decide.
    let is_meant =
        if value.is_empty() { origin == settings.policy.place() } else { now == normal(name, value) };
    let is_overridden = !is_own && !is_meant;
    if is_overridden {
        let locks = if settings.policy.locks(name) { " and locks it" } else { "" };
        context.printer.warning(&format!("{origin} still sets it to {now}{locks}"));
    }
    if as_json {
        let file = context.layout.config();
        context.printer.json(&SettingChange::of((name, &now, origin), &file, is_overridden))?;
    }
    Ok(())
}

fn list(as_json: bool, context: &Context<'_>) -> Result<(), Failure> {
    for name in ConfigFile::read(&context.layout.config())?.unknown() {
        context
            .printer
            .warning(&format!("{} has an unknown setting `{name}`", context.short(&context.layout.config())));
    }
    if as_json {
        let setting = |name| {
            let (value, origin) = value_of(name, &context.settings)?;
            let locked = context.settings.policy.locks(name);
            Ok((name, SettingFacts::of(value, origin.describe(), locked)))
        };
        let settings = names(context).into_iter().map(setting).collect::<Result<_, SettingsError>>()?;
        return context.printer.json(&SettingList(settings));
    }
    let mut table = Table::default();
    for name in names(context) {
        let (value, origin) = value_of(name, &context.settings)?;
        let lock = if context.settings.policy.locks(name) { " (locked)" } else { "" };
        table.row([name.into(), value.into(), format!("{}{lock}", origin.describe()).into()]);
    }
    context.printer.table(&table)
}

/// The command that sets the value back. One with a password is not printed.
fn undo(name: &str, before: Option<String>) -> String {
    let before = before.unwrap_or_default();
    if shown(name, &before) != before {
        return String::new();
    }
    format!(" (`gover config set {name} {}` undoes this)", pasted(&before))
}

fn check_name(name: &str, context: &Context<'_>) -> Result<(), Failure> {
    let known = || SETTINGS.iter().map(|setting| setting.name).chain([MINIMUM_GO]);
    if known().any(|known| known == name) {
        return Ok(());
    }
    let error = SettingsError::Unknown { name: name.to_owned() };
    Err(match cli::meant(context.env.arguments(), name, known()) {
        Some(meant) => Failure::usage(error.to_string(), meant),
        None => error.into(),
    })
}

/// Every setting, and `minimum_go` if the policy of the machine has it.
pub(super) fn names(context: &Context<'_>) -> Vec<&'static str> {
    let minimum = context.settings.policy.minimum_go.as_ref().map(|_| MINIMUM_GO);
    SETTINGS.iter().map(|setting| setting.name).chain(minimum).collect()
}

/// A value as `gover config get` prints it, without secrets.
pub(super) fn value_of(name: &str, settings: &Settings) -> Result<(String, SettingOrigin), SettingsError> {
    let switch = |setting: &settings::Setting<bool>| (setting.value.to_string(), setting.origin);
    match name {
        "sources" => Ok((shown("sources", &settings.sources.value.join(",")), settings.sources.origin)),
        "auto_install" => Ok(switch(&settings.auto_install)),
        "offline" => Ok(switch(&settings.offline)),
        "require_sumdb" => Ok(switch(&settings.require_sumdb)),
        "verify_before_unpack" => Ok(switch(&settings.verify_before_unpack)),
        MINIMUM_GO => Ok(match &settings.policy.minimum_go {
            Some(minimum) => (minimum.version.to_string(), SettingOrigin::Machine(settings.policy.place())),
            None => ("none".to_owned(), SettingOrigin::Builtin),
        }),
        _ => Err(SettingsError::Unknown { name: name.to_owned() }),
    }
}

/// A value as `gover config get` prints it.
fn normal(name: &str, value: &str) -> String {
    parse_switch(value).map_or_else(|| shown(name, value), |on| on.to_string())
}

/// A value without the users and passwords of addresses; those are in the file only.
fn shown(name: &str, value: &str) -> String {
    if name != "sources" {
        return value.to_owned();
    }
    let entries: Vec<String> = settings::split(value).iter().map(|entry| SourceSpec::shown(entry)).collect();
    entries.join(",")
}

pub(super) struct SettingList(Vec<(&'static str, SettingFacts)>);

facts! {
    SettingChange(setting: (&str, &str, &'static str), file: &Path, is_overridden: bool) {
        name: String = setting.0.to_owned() => "the name of the setting",
        value: String = setting.1.to_owned() => "the value that applies now, as `gover config get` prints it",
        origin: &'static str = setting.2 => "where that value comes from, as in `gover config list`",
        path: String = json_path(file) => "the file that was changed",
        overridden: bool = is_overridden => "whether something else decides, so that the file has no effect",
    }
}

facts! {
    SettingFacts(value: String, origin: &'static str, locked: bool) {
        value: String = value => "the value as `gover config get` prints it",
        origin: &'static str = origin
            => "`default`, `config.toml`, the path of the machine's policy, the name of a variable, or `--offline`",
        locked: bool = locked => "whether the policy of the machine locks it",
    }
}

impl Serialize for SettingList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, facts)| (name, facts)))
    }
}

impl Fact for SettingList {
    fn kind() -> String {
        "object".to_owned()
    }

    fn rows(_parent: &str) -> Vec<Row> {
        SettingFacts::rows("….")
    }
}
