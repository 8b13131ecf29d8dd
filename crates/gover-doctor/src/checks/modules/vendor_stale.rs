//! A vendor directory that does not fit go.mod.

use super::module_file::{self, ModuleFile};
use super::vendor_list::{Listed, VendorList};
use crate::check::Check;
use crate::checks::words;
use crate::finding::{Evidence, Finding, Severity};
use crate::snapshot::Snapshot;
use crate::snapshot::disk::Kind;

pub(super) const CHECK: Check = Check {
    name: "vendor-stale",
    summary: "vendor/modules.txt does not fit go.mod",
    symptom: "`go: inconsistent vendoring in …: is explicitly required in go.mod, but not marked as explicit in vendor/modules.txt`.",
    cause: "go.mod was changed, by `go get`, a merge or a bot, and nobody ran `go mod vendor`; or the `vendor` directory belongs to \
            another language's tool.",
    repair: "`go mod vendor` writes the directory anew. It deletes what else is in it, so it is never run for you.",
    needs_network: false,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    examine(snapshot).into_iter().collect()
}

fn examine(snapshot: &Snapshot<'_>) -> Option<Finding> {
    // A workspace takes its own vendor directory, and none of its modules'.
    if snapshot.go_work().is_some() || is_ignored(snapshot) {
        return None;
    }
    let path = snapshot.nearest("go.mod")?;
    let directory = snapshot.system.parent(&path)?;
    let vendor = snapshot.system.join(directory, "vendor");
    if snapshot.disk.kind(&vendor) != Some(Kind::Directory) {
        return None;
    }
    let module = module_file::read(&snapshot.text(&path)?);
    // Before 1.14 vendor counted only with -mod=vendor.
    if module.go_minor.is_none_or(|minor| minor < 14) {
        return None;
    }
    let list = snapshot.system.join(&vendor, "modules.txt");
    let Some(text) = snapshot.text(&list) else { return foreign(snapshot, &module, &vendor, &path) };
    let listed = VendorList::read(&text);
    let differences = differences(&module, &listed);
    let count = differences.len();
    if count == 0 {
        return None;
    }
    let evidence = differences.into_iter().take(SHOWN).map(|difference| match difference {
        Difference::Module(line, text) => Evidence::Line { file: path.clone(), line, text },
        Difference::Listed(line, text) => Evidence::Line { file: list.clone(), line, text },
    });
    let modules = if count == 1 { "1 module".to_owned() } else { format!("{count} modules") };
    let finding = Finding::new(
        CHECK.name,
        Severity::Error,
        format!("{} does not fit go.mod in {modules}", snapshot.short(&list)),
        "every build here stops with `go: inconsistent vendoring`",
    );
    Some(finding.shown_by(evidence).command("go mod vendor"))
}

/// `-mod=mod` and `-mod=readonly` in GOFLAGS make go pass vendor over.
fn is_ignored(snapshot: &Snapshot<'_>) -> bool {
    let flags = snapshot.go_setting("GOFLAGS").unwrap_or_default();
    let words = words::split(&flags).unwrap_or_default();
    let last = words.iter().rev().find_map(|word| word.trim_start_matches('-').strip_prefix("mod="));
    matches!(last, Some("mod" | "readonly"))
}

/// `vendor` without a list: PHP's and Ruby's tools use the same name.
fn foreign(snapshot: &Snapshot<'_>, module: &ModuleFile, vendor: &str, go_mod: &str) -> Option<Finding> {
    let required = module.required.first()?;
    let finding = Finding::new(
        CHECK.name,
        Severity::Error,
        format!("{} is no vendor directory of Go's, and go takes it for one", snapshot.short(vendor)),
        "every build here stops with `go: inconsistent vendoring`",
    );
    let file = go_mod.to_owned();
    Some(
        finding
            .shown_by([
                Evidence::Path { path: vendor.to_owned(), fact: "has no modules.txt".to_owned() },
                Evidence::Line { file, line: required.line, text: required.text.clone() },
            ])
            .command("go build -mod=readonly ./..."),
    )
}

enum Difference {
    Module(usize, String),
    Listed(usize, String),
}

/// `cmd/go/internal/modload.checkVendorConsistency` for one module of Go 1.14 or later.
fn differences(module: &ModuleFile, listed: &VendorList) -> Vec<Difference> {
    let mut found = Vec::new();
    for required in &module.required {
        let known = listed.modules.get(&(required.path.clone(), required.version.clone()));
        if !known.is_some_and(|known| known.is_explicit) {
            found.push(Difference::Module(required.line, required.text.clone()));
        }
    }
    for replaced in &module.replaced {
        let known = listed.modules.get(&(replaced.path.clone(), replaced.version.clone()));
        if known.and_then(|known| known.replacement.as_ref()) != Some(&replaced.by) {
            found.push(Difference::Module(replaced.line, replaced.text.clone()));
        }
    }
    for ((path, version), Listed { is_explicit, replacement, line, text, has_packages }) in &listed.modules {
        let is_required =
            module.required.iter().any(|known| known.path == *path && known.version == *version);
        let is_replaced = module
            .replaced
            .iter()
            .any(|known| known.path == *path && (known.version == *version || known.version.is_empty()));
        let is_extra = *is_explicit && *has_packages && !is_required;
        if is_extra || (replacement.is_some() && !is_replaced) {
            found.push(Difference::Listed(*line, text.clone()));
        }
    }
    found
}

const SHOWN: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Machine;

    const MODULE: &str = "module shop\n\ngo 1.22\n\nrequire (\n\tgolang.org/x/text v0.14.0 // indirect\n)\n\nreplace example.com/a => ../a\n";
    const LIST: &str = "# golang.org/x/text v0.14.0\n## explicit; go 1.18\ngolang.org/x/text/unicode/norm\n# example.com/a => ../a\n";

    fn project(machine: Machine, module: &str, list: &str) -> Machine {
        machine.file("~/shop/go.mod", module).file("~/shop/vendor/modules.txt", list)
    }

    #[test]
    fn a_module_that_changed_its_version_is_shown_on_both_sides() {
        let module = MODULE.replace("v0.14.0", "v0.15.0");
        let findings = project(Machine::linux(), &module, LIST).findings("vendor-stale");
        assert_eq!(findings[0].severity, Severity::Error);
        assert_eq!(findings[0].what, "~/shop/vendor/modules.txt does not fit go.mod in 2 modules");
        let evidence: Vec<String> = findings[0].evidence.iter().map(ToString::to_string).collect();
        assert_eq!(
            evidence,
            [
                "/home/ann/shop/go.mod:6: golang.org/x/text v0.15.0 // indirect",
                "/home/ann/shop/vendor/modules.txt:1: # golang.org/x/text v0.14.0"
            ]
        );
        assert_eq!(
            (findings[0].fix.commands[0].as_str(), findings[0].fix.changes.len()),
            ("go mod vendor", 0)
        );
    }

    #[test]
    fn replacements_count_too() {
        let without = MODULE.replace("replace example.com/a => ../a\n", "");
        let findings = project(Machine::linux(), &without, LIST).findings("vendor-stale");
        assert_eq!(
            findings[0].evidence[0].to_string(),
            "/home/ann/shop/vendor/modules.txt:4: # example.com/a => ../a"
        );
        let other = MODULE.replace("../a", "example.com/b v1.0.0");
        let findings = project(Machine::windows(), &other, LIST).findings("vendor-stale");
        assert_eq!(
            findings[0].evidence[0].to_string(),
            r"C:\Users\ann\shop\go.mod:9: replace example.com/a => example.com/b v1.0.0"
        );
    }

    #[test]
    fn the_vendor_directory_of_another_language_is_kept() {
        let machine =
            Machine::linux().file("~/shop/go.mod", MODULE).file("~/shop/vendor/autoload.php", "<?php");
        let findings = machine.findings("vendor-stale");
        assert_eq!(findings[0].evidence[0].to_string(), "/home/ann/shop/vendor: has no modules.txt");
        assert_eq!(findings[0].fix.commands, ["go build -mod=readonly ./..."]);
    }

    #[test]
    fn a_vendor_directory_that_go_does_not_read_is_none_of_its_business() {
        let stale = project(Machine::linux(), &MODULE.replace("v0.14.0", "v0.15.0"), LIST);
        assert_eq!(stale.clone().var("GOFLAGS", "-mod=mod").findings("vendor-stale"), []);
        assert_eq!(stale.clone().file("~/go.work", "go 1.22\n").findings("vendor-stale"), []);
        assert_eq!(
            stale.file("~/go.work", "go 1.22\n").var("GOWORK", "off").findings("vendor-stale").len(),
            1
        );
        let old = MODULE.replace("go 1.22", "go 1.13").replace("v0.14.0", "v0.15.0");
        assert_eq!(project(Machine::linux(), &old, LIST).findings("vendor-stale"), []);
    }

    #[test]
    fn a_healthy_machine_is_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert_eq!(machine.findings("vendor-stale"), []);
            assert_eq!(project(machine.clone(), MODULE, LIST).findings("vendor-stale"), []);
            let windows = |text: &str| text.replace('\n', "\r\n");
            assert_eq!(project(machine, &windows(MODULE), LIST).findings("vendor-stale"), []);
        }
    }
}
