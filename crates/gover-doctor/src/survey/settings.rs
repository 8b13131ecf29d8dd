//! The settings of Go, and the variables that decide how gover and Go reach servers, each with its
//! origin.

use std::collections::BTreeSet;

use gover_core::env::vars::{self, Owner, VARIABLES};

use crate::checks::modules::goenv_file;
use crate::secret::mask_value;
use crate::snapshot::go_env::GoEnvFile;
use crate::{MachinePath, Snapshot};

/// One value of a setting. The first one of a name is in effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    pub name: String,
    /// Without secrets.
    pub value: String,
    pub origin: Origin,
    /// `FILE:LINE` or the registry key that sets it, if it is known.
    pub place: Option<String>,
    pub is_in_effect: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Environment,
    /// The file of `go env -w`.
    GoEnv,
    /// The file go.env of the selected toolchain.
    Toolchain,
    Default,
}

impl Origin {
    pub fn name(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::GoEnv => "go/env",
            Self::Toolchain => "go.env",
            Self::Default => "default",
        }
    }
}

/// What is set anywhere, and the defaults of Go's own directories. Sorted by name.
pub fn settings(snapshot: &Snapshot<'_>) -> Vec<Setting> {
    let of_toolchain = snapshot.selection.goroot.as_ref();
    let of_toolchain = of_toolchain.map(|goroot| GoEnvFile::of(goroot.join("go.env"), snapshot.disk));
    let files = [(Origin::GoEnv, Some(&snapshot.go_env)), (Origin::Toolchain, of_toolchain.as_ref())];
    let files = files.map(|(origin, file)| file.map(|file| (origin, file)));
    let in_files = files.iter().flatten().flat_map(|(_, file)| &file.lines);
    let names: BTreeSet<String> = goenv_file::settings()
        .chain(in_files.map(|line| line.name.clone()).filter(|name| !name.is_empty()))
        .chain(others().map(str::to_owned))
        .collect();
    let mut settings = Vec::new();
    for name in names {
        let mut of_name: Vec<Setting> = environment(&name, snapshot).into_iter().collect();
        for (origin, file) in files.iter().flatten() {
            of_name.extend(in_file(&name, *origin, file));
        }
        if of_name.is_empty() {
            of_name.extend(default(&name, snapshot));
        }
        if let Some(first) = of_name.first_mut() {
            first.is_in_effect = true;
        }
        settings.extend(of_name);
    }
    settings
}

/// Variables besides Go's own: those of gover that are not settings of its file, and those about
/// servers. On Windows, their case does not matter.
fn others() -> impl Iterator<Item = &'static str> {
    const OF_FILE: [&str; 5] = [
        vars::GOVER_SOURCES,
        vars::GOVER_AUTO_INSTALL,
        vars::GOVER_OFFLINE,
        vars::GOVER_REQUIRE_SUMDB,
        vars::GOVER_VERIFY_BEFORE_UNPACK,
    ];
    let own =
        VARIABLES.iter().filter(|variable| variable.owner == Owner::Gover).map(|variable| variable.name);
    let of_servers = [vars::SSL_CERT_FILE, vars::SSL_CERT_DIR, vars::NETRC, vars::GOVULNDB];
    own.filter(|name| !OF_FILE.contains(name)).chain(vars::PROXIES).chain(of_servers)
}

fn environment(name: &str, snapshot: &Snapshot<'_>) -> Option<Setting> {
    // A variable in lower case is the same one on Windows.
    let is_repeated = snapshot.system.is_windows() && name != name.to_uppercase();
    let value = snapshot.variable(name).filter(|_| !is_repeated)?;
    let place = snapshot.place_of_variable(name);
    Some(Setting::new(name, value, Origin::Environment, place))
}

fn in_file(name: &str, origin: Origin, file: &GoEnvFile) -> Option<Setting> {
    let line = file.line(name).filter(|line| !line.value.is_empty())?;
    let place = file.path.as_ref().map(|path| format!("{path}:{}", line.number));
    Some(Setting::new(name, &line.value, origin, place))
}

/// Where Go keeps files if nothing says so.
fn default(name: &str, snapshot: &Snapshot<'_>) -> Option<Setting> {
    let path: MachinePath = match name {
        vars::GOPATH => snapshot.gopath().into_iter().next(),
        vars::GOBIN => snapshot.gobin(),
        vars::GOCACHE => snapshot.gocache(),
        vars::GOMODCACHE => snapshot.gomodcache(),
        _ => None,
    }?;
    Some(Setting::new(name, path.as_str(), Origin::Default, None))
}

impl Setting {
    fn new(name: &str, value: &str, origin: Origin, place: Option<String>) -> Self {
        Self { name: name.to_owned(), value: mask_value(name, value), origin, place, is_in_effect: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Machine;

    fn of(machine: &Machine, name: &str) -> Vec<(String, &'static str, Option<String>, bool)> {
        let found = machine.snapshot(settings).into_iter().filter(|setting| setting.name == name);
        found.map(|one| (one.value, one.origin.name(), one.place, one.is_in_effect)).collect()
    }

    #[test]
    fn each_setting_has_its_origin_and_the_first_one_counts() {
        let machine = Machine::linux()
            .file("~/.bashrc", "export GOPROXY=https://ann:pw@p.example\n")
            .var("GOPROXY", "https://ann:pw@p.example")
            .file("~/.config/go/env", "# mine\nGOPROXY=direct\nGOAUTH=/opt/helper pw\n")
            .file("~/.gover/versions/go1.22.5/go.env", "GOTOOLCHAIN=auto\n");
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            of(&machine, "GOPROXY"),
            [
                ("https://***@p.example".to_owned(), "environment", text("~/.bashrc:1"), true),
                ("direct".to_owned(), "go/env", text("/home/ann/.config/go/env:2"), false),
            ]
        );
        let of_toolchain = text("/home/ann/.gover/versions/go1.22.5/go.env:1");
        assert_eq!(of(&machine, "GOTOOLCHAIN"), [("auto".to_owned(), "go.env", of_toolchain, true)]);
        assert_eq!(of(&machine, "GOAUTH")[0].0, "/opt/helper ***");
        assert_eq!(of(&machine, "GOPATH"), [("/home/ann/go".to_owned(), "default", None, true)]);
        assert_eq!(of(&machine, "GOPRIVATE"), []);
    }

    #[test]
    fn windows_has_one_proxy_whatever_its_case() {
        let machine = Machine::windows().var("https_proxy", "http://u:pw@p.example:80");
        assert_eq!(of(&machine, "HTTPS_PROXY")[0].0, "http://***@p.example:80");
        assert_eq!(of(&machine, "https_proxy"), []);
    }
}
