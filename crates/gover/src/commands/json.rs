//! The page docs/reference/json.md: the text of json.md, with a table for each type that is
//! printed.

use super::audit::Audited;
use super::bisect::BisectFacts;
use super::bump::Bumped;
use super::changes::{DefaultFacts, PinFacts};
use super::check::Checked;
use super::ci::CiFacts;
use super::config::{SettingChange, SettingList};
use super::doctor::{CheckRow, Diagnosis, Report, Restored};
use super::editor::EditorFacts;
use super::import::Imported;
use super::install::InstalledFacts;
use super::link::LinkFacts;
use super::list::{InstalledList, ReleaseList};
use super::matrix::MatrixFacts;
use super::mirror::MirrorFacts;
use super::proxy::{ProxyFacts, ProxySetFacts};
use super::prune::Pruned;
use super::self_::{SelfUninstallFacts, UpdateFacts};
use super::setup::SetupFacts;
use super::tools::{InstalledTool, Rebuilt, RemovedTools, ToolList};
use super::uninstall::RemovedToolchains;
use super::update::Updates;
use super::verify::Verified;
use super::{
    cache::{Cache, Cleaned},
    current::Current,
    env::Variables,
    which::Which,
};
use crate::output::{Fact, Row};

pub fn page() -> String {
    documents().into_iter().fold(TEMPLATE.to_owned(), |page, (command, rows)| {
        page.replace(&format!("{{{{{command}}}}}\n"), &table(rows))
    })
}

/// The keys that each command prints. Of a list, the keys of its elements.
fn documents() -> Vec<(&'static str, Vec<Row>)> {
    vec![
        ("current", Current::rows("")),
        ("check", Checked::rows("")),
        ("which", Which::rows("")),
        ("matrix", MatrixFacts::rows("")),
        ("bisect", BisectFacts::rows("")),
        ("env", Variables::rows("")),
        ("list", InstalledList::rows("")),
        ("list --remote", ReleaseList::rows("")),
        ("install", Vec::<InstalledFacts>::rows("")),
        ("import", Imported::rows("")),
        ("link", LinkFacts::rows("")),
        ("update", Updates::rows("")),
        ("uninstall", RemovedToolchains::rows("")),
        ("prune", Pruned::rows("")),
        ("audit", Audited::rows("")),
        ("bump", Bumped::rows("")),
        ("tools", ToolList::rows("")),
        ("tools rebuild", Rebuilt::rows("")),
        ("tools install", InstalledTool::rows("")),
        ("tools uninstall", RemovedTools::rows("")),
        ("verify", Verified::rows("")),
        ("ci", CiFacts::rows("")),
        ("mirror", MirrorFacts::rows("")),
        ("proxy", ProxyFacts::rows("")),
        ("proxy set", ProxySetFacts::rows("")),
        ("doctor", Diagnosis::rows("")),
        ("doctor --list", Vec::<CheckRow>::rows("")),
        ("doctor --report", Report::rows("")),
        ("doctor --undo", Restored::rows("")),
        ("editor", EditorFacts::rows("")),
        ("cache", Cache::rows("")),
        ("default", DefaultFacts::rows("")),
        ("pin", PinFacts::rows("")),
        ("cache clean", Cleaned::rows("")),
        ("config set", SettingChange::rows("")),
        ("setup", SetupFacts::rows("")),
        ("config list", SettingList::rows("")),
        ("self update", UpdateFacts::rows("")),
        ("self uninstall", SelfUninstallFacts::rows("")),
    ]
}

fn table(rows: Vec<Row>) -> String {
    rows.into_iter()
        .map(|Row { key, kind, meaning }| format!("| `{key}` | {kind} | {meaning} |\n"))
        .fold("| Key | Type | Meaning |\n|---|---|---|\n".to_owned(), |table, row| table + &row)
}

const TEMPLATE: &str = include_str!("json.md");

#[cfg(test)]
mod tests {
    use gover_doctor::{Finding, text};
    use serde_json::Value;

    use super::*;

    /// The example in the section of a command.
    fn example(command: &str) -> Value {
        let section = TEMPLATE.split(&format!("\n## {command}\n")).nth(1).unwrap();
        let text = section.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// The keys of a value as the tables have them, each with its value.
    fn keys(value: &Value, parent: &str) -> Vec<(String, Value)> {
        let mut found = Vec::new();
        match value {
            Value::Object(object) => {
                for (name, value) in object {
                    let key = format!("{parent}{name}");
                    found.push((key.clone(), value.clone()));
                    found.extend(keys(value, &format!("{key}.")));
                }
            }
            Value::Array(list) => found.extend(list.iter().flat_map(|element| keys(element, "…."))),
            _ => {}
        }
        found
    }

    fn is_kind(value: &Value, kind: &str) -> bool {
        match kind.strip_suffix(" or null") {
            Some(kind) => value.is_null() || is_kind(value, kind),
            None => match kind {
                "text" => value.is_string(),
                "number" => value.is_u64(),
                "true or false" => value.is_boolean(),
                "list" => value.is_array(),
                "object" => value.is_object(),
                _ => false,
            },
        }
    }

    /// Objects whose keys are described in words.
    fn is_described(command: &str, key: &str) -> bool {
        (command == "install" && ["….kind", "….database", "….record", "….tree_size", "….h1"].contains(&key))
            || (["doctor", "doctor --report"].contains(&command)
                && ["….kind", "….file", "….line", "….text"].contains(&key))
    }

    #[test]
    fn each_example_has_every_key_with_its_type_and_no_other() {
        for (command, rows) in documents() {
            let example = example(command);
            let mut found = match (&example, command) {
                // The names of settings are not fixed keys.
                (Value::Object(settings), "config list") => keys(&settings.values().cloned().collect(), ""),
                _ => keys(&example, ""),
            };
            found.retain(|(key, _)| !is_described(command, key));
            for (key, value) in &found {
                let row = rows.iter().find(|row| row.key == *key && is_kind(value, &row.kind));
                assert!(row.is_some(), "{command}: {key} is {value}");
            }
            for row in &rows {
                assert!(found.iter().any(|(key, _)| *key == row.key), "{command}: no {}", row.key);
            }
        }
    }
    #[test]
    fn a_finding_has_the_keys_that_are_described() {
        let finding =
            serde_json::to_value(Finding::error(text!(en "what", zh "what"), text!(en "why", zh "why")))
                .unwrap();
        let names: Vec<String> = keys(&finding, "").into_iter().map(|(key, _)| key).collect();
        let described: Vec<String> = Finding::rows("").into_iter().map(|row| row.key).collect();
        assert_eq!(names, described);
    }
}
