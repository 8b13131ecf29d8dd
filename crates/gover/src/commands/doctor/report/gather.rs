//! What only the manager knows for a report: its settings, its toolchains and the programs of `go
//! install`.

use std::path::PathBuf;
use std::time::SystemTime;

use gover_core::ToolchainName;
use gover_core::date::to_rfc3339;
use gover_core::tool;
use gover_doctor::redaction::{Redacted, Redaction};
use gover_doctor::survey::Survey;
use gover_doctor::{Language, Words, text};
use gover_install::{ProofHeld, Receipt, Receipts};
use gover_sys::link;
use gover_tools::{Found, Kind};

use crate::commands::config;
use crate::failure::with_cause;
use crate::output::{Busy, json_path};
use crate::settings::SettingOrigin;
use crate::store::{default, install, requests, tools};
use crate::{Context, Failure};

/// What the report is made from, besides the findings.
pub(in crate::commands::doctor) struct Facts {
    pub(super) made: String,
    pub(super) survey: Survey,
    pub(super) redaction: Redaction,
    pub(super) settings: Vec<SettingRow>,
    pub(super) toolchains: Vec<Installed>,
    pub(super) tools: Vec<Tool>,
}

/// A setting of gover or Go.
pub(in crate::commands::doctor) struct SettingRow {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) origin: &'static str,
    pub(super) place: Option<String>,
    pub(super) is_in_effect: bool,
}

/// A toolchain in gover's home, or what is in the place of one.
pub(in crate::commands::doctor) struct Installed {
    pub(super) name: String,
    pub(super) directory: String,
    pub(super) target: Option<String>,
    pub(super) is_selected: bool,
    pub(super) is_default: bool,
    pub(super) problem: Option<String>,
    receipt: Option<Receipt>,
}

/// A program of `go install`.
pub(in crate::commands::doctor) struct Tool {
    pub(super) program: String,
    pub(super) package: Option<String>,
    pub(super) built_by: Option<String>,
    pub(super) only_for: Option<String>,
    pub(super) is_older: bool,
    pub(super) problem: Option<String>,
}

impl Facts {
    pub(super) fn gather(
        survey: Survey,
        (is_anonymous, language): (bool, Language),
        context: &Context<'_>,
    ) -> Result<Self, Failure> {
        let say = move |words: Words<&'static str>| (*words.of(language)).to_owned();
        let interrupted = text!(en "interrupted; no report was written", zh "已中断；没有写报告");
        let busy = Busy::new(context.printer, move || vec![say(interrupted)]);
        busy.step(say(text!(en "reading receipts", zh "正在读取回执")));
        let toolchains = toolchains(context)?;
        busy.step(say(
            text!(en "reading the programs of `go install`", zh "正在读取 `go install` 安装的程序"),
        ));
        let tools = programs(context);
        let mut settings = own_settings(context)?;
        settings.extend(survey.settings.iter().map(|setting| SettingRow {
            name: setting.name.clone(),
            value: setting.value.clone(),
            origin: setting.origin.name(),
            place: setting.place.clone(),
            is_in_effect: setting.is_in_effect,
        }));
        let servers = context.settings.sources.value.clone();
        let redaction = Redaction::new(survey.identity.clone().with_servers(servers), is_anonymous);
        Ok(Self { made: to_rfc3339(SystemTime::now()), survey, redaction, settings, toolchains, tools })
    }

    /// `None` for an empty text.
    pub(super) fn known(&self, text: &str) -> Option<Redacted> {
        (!text.is_empty()).then(|| self.redaction.text(text))
    }
}

fn own_settings(context: &Context<'_>) -> Result<Vec<SettingRow>, Failure> {
    let row = |name: &'static str| {
        let (value, origin) = config::value_of(name, &context.settings)?;
        let (origin, place) = match origin {
            SettingOrigin::Option(option) => ("option", Some(option.to_owned())),
            SettingOrigin::Environment(variable) => ("environment", Some(variable.to_owned())),
            SettingOrigin::File => ("config.toml", Some(json_path(&context.layout.config()))),
            SettingOrigin::Machine(file) => ("policy", Some(file.to_owned())),
            SettingOrigin::Builtin => ("default", None),
        };
        Ok(SettingRow { name: name.to_owned(), value, origin, place, is_in_effect: true })
    };
    config::names(context).into_iter().map(row).collect()
}

fn toolchains(context: &Context<'_>) -> Result<Vec<Installed>, Failure> {
    let inventory = requests::inventory(context)?;
    let receipts = Receipts::new(&context.layout);
    let selected = context.selected().and_then(|toolchain| toolchain.goroot);
    let default = default::toolchain(context)?.and_then(|toolchain| toolchain.goroot);
    let installed = |name: &ToolchainName| {
        let directory = context.layout.toolchain(name);
        let target = link::read(&directory).ok().flatten().filter(|_| !name.is_release());
        let read = receipts.read(name);
        let problem = match &read {
            Ok(Some(_)) => None,
            Ok(None) if target.is_some() => None,
            Ok(None) => Some("it has no receipt".to_owned()),
            Err(error) => Some(with_cause(error)),
        };
        Installed {
            name: name.to_string(),
            is_selected: selected.as_ref() == Some(&directory),
            is_default: default.as_ref() == Some(&directory),
            directory: json_path(&directory),
            target: target.map(|target| json_path(&target)),
            problem,
            receipt: read.ok().flatten(),
        }
    };
    let damaged = inventory.damaged.iter().map(|damage| Installed {
        name: damage.path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        directory: json_path(&damage.path),
        target: None,
        is_selected: false,
        is_default: false,
        problem: Some(damage.reason.to_owned()),
        receipt: None,
    });
    Ok(inventory.toolchains.iter().map(installed).chain(damaged).collect())
}

impl Installed {
    pub(super) fn receipt<T>(&self, of: impl FnOnce(&Receipt) -> T) -> Option<T> {
        self.receipt.as_ref().map(of)
    }

    /// The database and the number of the record that proved it.
    pub(super) fn record(&self) -> Option<(&str, u64)> {
        self.receipt.as_ref()?.proofs.iter().find_map(|proof| match proof {
            ProofHeld::TransparencyLog { database, record, .. } => Some((database.as_str(), *record)),
            _ => None,
        })
    }

    pub(super) fn proofs(&self) -> Vec<String> {
        self.receipt.iter().flat_map(|receipt| receipt.proofs.iter().map(install::described)).collect()
    }
}

/// Programs in GOBIN and GOPATH, and those that are kept for one toolchain. None of them is run.
fn programs(context: &Context<'_>) -> Vec<Tool> {
    let selected = context.selected().and_then(|toolchain| toolchain.name);
    let shared = gover_tools::find(&tools::directories(context)).into_iter().map(|found| (found, None));
    let kept = tool::toolchains(&context.layout).into_iter().flat_map(|name| {
        let places: [PathBuf; 1] = [context.layout.tools_for(&name)];
        gover_tools::find(&places).into_iter().map(move |found| (found, Some(name.clone())))
    });
    let tool = |(found, only_for): (Found, Option<ToolchainName>)| {
        let info = found.info();
        Tool {
            package: info.and_then(gover_tools::BuildInfo::subject),
            built_by: info.and_then(|info| info.go.clone()),
            is_older: only_for.is_none() && info.is_some_and(|info| tools::is_older(info, selected.as_ref())),
            only_for: only_for.map(|name| name.to_string()),
            problem: match &found.kind {
                Kind::Program(_) => None,
                kind => Some(kind.to_string()),
            },
            program: json_path(&found.path),
        }
    };
    shared.chain(kept).map(tool).collect()
}
