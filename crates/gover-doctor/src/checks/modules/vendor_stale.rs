//! A vendor directory that does not match go.mod.

use gover_core::text::counted;

use super::module_file::{self, ModuleFile, Replaced, Target};
use super::vendor_list::VendorList;
use crate::checks::words;
use crate::{Check, Evidence, Finding, MachinePath, Snapshot};

pub(super) const CHECK: Check = Check {
    name: "vendor-stale",
    summary: "vendor/modules.txt does not match go.mod or go.work",
    symptom: "`go: inconsistent vendoring in …: is explicitly required in go.mod, but not marked as explicit in vendor/modules.txt`.",
    cause: "go.mod was changed by `go get`, a merge or a bot without running `go mod vendor`; or the `vendor` \
            directory belongs to a tool of another language.",
    repair: "`go mod vendor`, or `go work vendor` in a workspace, recreates the directory. It deletes \
            everything else in it, so `--fix` never runs it.",
    run: |snapshot| examine(snapshot).into_iter().collect(),
};

fn examine(snapshot: &Snapshot<'_>) -> Option<Finding> {
    if is_ignored(snapshot) {
        return None;
    }
    let (file, is_workspace) = match snapshot.go_work() {
        // A workspace uses its own vendor directory and none of its modules'.
        Some(file) => (file, true),
        None => (snapshot.nearest("go.mod")?, false),
    };
    let base = file.parent()?;
    let vendor = base.join("vendor");
    if !snapshot.is_directory(&vendor) {
        return None;
    }
    let first = Source::read(snapshot, &file)?;
    // Before 1.14 go used vendor only with -mod=vendor. A go.work without a go line means 1.18.
    if first.module.go_minor.or(is_workspace.then_some(18)).is_none_or(|minor| minor < 14) {
        return None;
    }
    let list = vendor.join("modules.txt");
    let text = snapshot.text(&list);
    // go ignores a directory that was written in the other mode.
    if text.as_deref().is_some_and(is_of_workspace) != is_workspace {
        return None;
    }
    let Some(text) = text else { return foreign(snapshot, &first.module, &vendor, &file) };
    let mut sources = vec![first];
    if is_workspace {
        sources.extend(members(snapshot, sources.first()?)?);
    }
    let whole = Vendored { sources, listed: VendorList::read(&text), base, list: list.clone() };
    let differences = whole.differences();
    let count = differences.len();
    if count == 0 {
        return None;
    }
    let modules = counted(count, "module");
    let fits = if is_workspace { "the workspace" } else { "go.mod" };
    let finding = Finding::error(
        format!("{} does not match {fits} in {modules}", snapshot.short(&list)),
        "every build here fails with `go: inconsistent vendoring`",
    );
    let command = if is_workspace { "go work vendor" } else { "go mod vendor" };
    Some(finding.shown_by(differences.into_iter().take(SHOWN)).command(command))
}

/// Whether `go work vendor` wrote a modules.txt, as its first line says.
fn is_of_workspace(list: &str) -> bool {
    let notes = list.lines().next().and_then(|line| line.strip_prefix("## "));
    notes.is_some_and(|notes| notes.split(';').any(|note| note.trim() == "workspace"))
}

/// The modules that a go.work uses; `None` if one cannot be read, which go reports itself.
fn members(snapshot: &Snapshot<'_>, workspace: &Source) -> Option<Vec<Source>> {
    let read = |used: &String| {
        let used = used.strip_prefix("./").unwrap_or(used);
        let directory = if used == "." { workspace.base.clone() } else { workspace.base.join(used) };
        Source::read(snapshot, &directory.join("go.mod"))
    };
    workspace.module.used.iter().map(read).collect()
}

/// `-mod=mod` and `-mod=readonly` in GOFLAGS make go ignore vendor.
fn is_ignored(snapshot: &Snapshot<'_>) -> bool {
    let flags = snapshot.go_setting("GOFLAGS").unwrap_or_default();
    let words = words::split(&flags).unwrap_or_default();
    let last = words.iter().rev().find_map(|word| word.trim_start_matches('-').strip_prefix("mod="));
    matches!(last, Some("mod" | "readonly"))
}

/// `vendor` without modules.txt: tools for PHP and Ruby use the same name.
fn foreign(
    snapshot: &Snapshot<'_>,
    module: &ModuleFile,
    vendor: &MachinePath,
    go_mod: &MachinePath,
) -> Option<Finding> {
    let required = module.required.first()?;
    let finding = Finding::error(
        format!("{} is not Go's vendor directory, but go uses it as one", snapshot.short(vendor)),
        "every build here fails with `go: inconsistent vendoring`",
    );
    let file = go_mod.to_owned();
    Some(
        finding
            .shown_by([
                Evidence::path(vendor, "has no modules.txt"),
                Evidence::line(file, required.line, &required.text),
            ])
            .command("go build -mod=readonly ./..."),
    )
}
/// A go.mod or go.work.
struct Source {
    file: MachinePath,
    base: MachinePath,
    module: ModuleFile,
}

impl Source {
    fn read(snapshot: &Snapshot<'_>, file: &MachinePath) -> Option<Self> {
        let base = file.parent()?;
        Some(Self { file: file.clone(), base, module: module_file::read(&snapshot.text(file)?) })
    }

    fn line(&self, line: usize, text: &str) -> Evidence {
        Evidence::line(&self.file, line, text)
    }
}

/// What should be in a vendor directory, and what its modules.txt says.
struct Vendored {
    /// The go.mod, or the go.work and the go.mod of each module that it uses.
    sources: Vec<Source>,
    listed: VendorList,
    /// The parent of the vendor directory.
    base: MachinePath,
    list: MachinePath,
}

impl Vendored {
    /// Each line without a counterpart (`cmd/go/internal/modload.checkVendorConsistency`).
    fn differences(&self) -> Vec<Evidence> {
        let mut found = Vec::new();
        for source in &self.sources {
            for required in &source.module.required {
                let known = self.listed.modules.get(&(required.path.clone(), required.version.clone()));
                if !known.is_some_and(|known| known.is_explicit) {
                    found.push(source.line(required.line, &required.text));
                }
            }
        }
        for source in &self.sources {
            for replaced in &source.module.replaced {
                if !self.is_listed(replaced) {
                    found.push(source.line(replaced.line, &replaced.text));
                }
            }
        }
        for ((path, version), listed) in &self.listed.modules {
            let is_required = self
                .sources
                .iter()
                .flat_map(|source| &source.module.required)
                .any(|known| known.path == *path && known.version == *version);
            let is_extra = listed.is_explicit && listed.has_packages && !is_required;
            if is_extra || (listed.replacement.is_some() && self.target(path, version).is_none()) {
                found.push(Evidence::line(&self.list, listed.line, &listed.text));
            }
        }
        found
    }

    /// Whether modules.txt has the actual replacement of a module.
    fn is_listed(&self, replaced: &Replaced) -> bool {
        // Replacements do not apply to modules of the workspace.
        if replaced.version.is_empty() && self.is_member(&replaced.path) {
            return true;
        }
        let key = (replaced.path.clone(), replaced.version.clone());
        let known = self.listed.modules.get(&key).and_then(|known| known.replacement.as_ref());
        let known = known.map(|target| target.from(&self.base));
        known.is_some() && known == self.target(&replaced.path, &replaced.version)
    }

    fn is_member(&self, path: &str) -> bool {
        self.sources.len() > 1 && self.sources.iter().any(|source| source.module.name == path)
    }

    /// The replacement of a module: go.work comes first, and a specific version before all
    /// versions.
    fn target(&self, path: &str, version: &str) -> Option<Target> {
        self.sources.iter().find_map(|source| {
            let of = |version: &str| {
                let mut all = source.module.replaced.iter();
                all.find(|replaced| replaced.path == path && replaced.version == version)
            };
            let replaced = of(version).or_else(|| of(""))?;
            Some(replaced.by.from(&source.base))
        })
    }
}

const SHOWN: usize = 5;

#[cfg(test)]
mod tests {
    use crate::Severity;
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
        assert_eq!(findings[0].what, "~/shop/vendor/modules.txt does not match go.mod in 2 modules");
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
    fn a_vendor_directory_that_go_does_not_read_is_silent() {
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

    /// As `go work vendor` of Go 1.26 writes it.
    const WORK_LIST: &str = "## workspace\n# example.com/ext v1.0.0 => ./ext\n## explicit; go 1.22\nexample.com/ext\n\
        # example.com/lib v0.0.0 => ./lib\n## explicit; go 1.22\n# golang.org/x/text v0.14.0\n## explicit; go 1.18\n\
        golang.org/x/text/language\n# example.com/ext => ./ext\n";

    fn workspace(machine: Machine) -> Machine {
        let api = "module example.com/api\n\ngo 1.22\n\nrequire (\n\texample.com/lib v0.0.0\n\texample.com/ext v1.0.0\n\
            \tgolang.org/x/text v0.14.0\n)\n\nreplace example.com/ext => ../ext\nreplace example.com/lib => ../lib\n";
        machine
            .file("~/shop/go.work", "go 1.22\n\nuse (\n\t./api\n\t./lib\n)\n")
            .file("~/shop/api/go.mod", api)
            .file("~/shop/lib/go.mod", "module example.com/lib\n\ngo 1.22\n")
            .file("~/shop/vendor/modules.txt", WORK_LIST)
            .at("~/shop/api")
    }

    #[test]
    fn a_workspace_that_changed_is_shown_file_by_file() {
        let machine = workspace(Machine::linux());
        let lib = "module example.com/lib\n\ngo 1.22\n\nrequire golang.org/x/mod v0.1.0\n";
        let findings = machine.clone().file("~/shop/lib/go.mod", lib).findings("vendor-stale");
        assert_eq!(findings[0].severity, Severity::Error);
        assert_eq!(findings[0].what, "~/shop/vendor/modules.txt does not match the workspace in 1 module");
        assert_eq!(
            findings[0].evidence[0].to_string(),
            "/home/ann/shop/lib/go.mod:5: require golang.org/x/mod v0.1.0"
        );
        assert_eq!(findings[0].fix.commands, ["go work vendor"]);
        let vendored =
            format!("{WORK_LIST}# golang.org/x/mod v0.1.0\n## explicit\ngolang.org/x/mod/semver\n");
        let repaired =
            machine.clone().file("~/shop/lib/go.mod", lib).file("~/shop/vendor/modules.txt", &vendored);
        assert_eq!(repaired.findings("vendor-stale"), []);
        // What go.work replaces counts before what a module does.
        let work = "go 1.22\nuse ./api\nuse ./lib\nreplace example.com/ext => ./other\n";
        let findings = machine.clone().file("~/shop/go.work", work).findings("vendor-stale");
        let shown: Vec<String> = findings[0].evidence.iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                "/home/ann/shop/go.work:4: replace example.com/ext => ./other",
                "/home/ann/shop/api/go.mod:11: replace example.com/ext => ../ext",
            ]
        );
        let same = "go 1.22\nuse ./api\nuse ./lib\nreplace example.com/ext => ./lib/../ext\n";
        assert_eq!(machine.file("~/shop/go.work", same).findings("vendor-stale"), []);
    }

    #[test]
    fn a_workspace_that_go_builds_is_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            let machine = workspace(machine);
            assert_eq!(machine.findings("vendor-stale"), []);
            assert_eq!(machine.clone().at("~/shop").findings("vendor-stale"), []);
            // Written by `go mod vendor`, which counts for nothing in a workspace; and the other
            // way round.
            let stale = machine.clone().file("~/shop/vendor/modules.txt", LIST);
            assert_eq!(stale.findings("vendor-stale"), []);
            let alone = machine.file("~/shop/api/vendor/modules.txt", WORK_LIST).var("GOWORK", "off");
            assert_eq!(alone.findings("vendor-stale"), []);
        }
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
