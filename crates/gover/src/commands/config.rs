use gover_source::SourceSpec;
use serde::{Serialize, Serializer};

use crate::cli::{ConfigAction, ConfigArgs};
use crate::output::{Fact, Row, Table, facts};
use crate::settings::{self, ConfigFile, SETTINGS, SettingInfo, SettingsError};
use crate::store::lock;
use crate::{Context, Failure};

pub(super) fn run(arguments: ConfigArgs, context: &Context<'_>) -> Result<(), Failure> {
    match arguments.action.unwrap_or(ConfigAction::List { json: false }) {
        ConfigAction::Get { name } => {
            let (value, _) = value_of(&name, context)?;
            context.printer.exact(&value)
        }
        ConfigAction::Set { name, value } => set(&name, &value, context),
        ConfigAction::List { json } => list(json, context),
        ConfigAction::Path => context.printer.exact(&context.layout.config().display().to_string()),
    }
}

fn set(name: &str, value: &str, context: &Context<'_>) -> Result<(), Failure> {
    let lock = lock::acquire(settings::LOCK, context)?;
    if name == "sources" && !value.is_empty() {
        SourceSpec::parse_list(value)?;
    }
    let mut file = ConfigFile::read(&context.layout.config())?;
    file.set(name, value)?;
    file.write()?;
    settings::mirror(&context.layout, None, &lock)?;
    let (now, origin) = value_of(name, context)?;
    let path = context.short(&context.layout.config());
    context.printer.note(&if value.is_empty() {
        format!("{name} was removed from {path}")
    } else {
        format!("{name} is now {} in {path}", shown(name, value))
    });
    if !matches!(origin, "config.toml" | "default") {
        context.printer.warning(&format!("{origin} still sets it to {now}"));
    }
    Ok(())
}

fn list(as_json: bool, context: &Context<'_>) -> Result<(), Failure> {
    for name in ConfigFile::read(&context.layout.config())?.unknown() {
        context.printer.warning(&format!(
            "{} holds `{name}`, which is not a setting",
            context.short(&context.layout.config())
        ));
    }
    if as_json {
        let setting = |SettingInfo { name, .. }: &SettingInfo| {
            let (value, origin) = value_of(name, context)?;
            Ok((*name, SettingFacts::of(value, origin)))
        };
        let settings = SETTINGS.iter().map(setting).collect::<Result<_, SettingsError>>()?;
        return context.printer.json(&SettingList(settings));
    }
    let mut table = Table::default();
    for SettingInfo { name, .. } in SETTINGS {
        let (value, origin) = value_of(name, context)?;
        table.row([name.into(), value.into(), origin.into()]);
    }
    context.printer.table(&table)
}

fn value_of(name: &str, context: &Context<'_>) -> Result<(String, &'static str), SettingsError> {
    let settings = &context.settings;
    let switch = |setting: &settings::Setting<bool>| (setting.value.to_string(), setting.origin.describe());
    match name {
        "sources" => {
            Ok((shown("sources", &settings.sources.value.join(",")), settings.sources.origin.describe()))
        }
        "auto_install" => Ok(switch(&settings.auto_install)),
        "offline" => Ok(switch(&settings.offline)),
        "require_sumdb" => Ok(switch(&settings.require_sumdb)),
        _ => Err(SettingsError::Unknown { name: name.to_owned() }),
    }
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
    SettingFacts(value: String, origin: &'static str) {
        value: String = value => "the value as `gover config get` prints it",
        origin: &'static str = origin
            => "`default`, `config.toml`, the name of a variable, or the option `--offline`",
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
