//! A vendor directory that does not match go.mod.

use std::collections::BTreeMap;

use crate::language::counted;

use crate::checks::module_file::{Module, ModuleFile, ModuleLine};
use crate::checks::words;
use crate::{Check, Evidence, Finding, MachinePath, Snapshot, Words, scope, text};

pub(super) const CHECK: Check = Check {
    name: "vendor-stale",
    summary: text!(
        en "vendor/modules.txt does not match go.mod or go.work",
        zh "vendor/modules.txt 与 go.mod 或 go.work 不一致",
    ),
    symptom: text!(
        en "`go: inconsistent vendoring in …: is explicitly required in go.mod, but not marked as explicit in vendor/modules.txt`.",
        zh "`go: inconsistent vendoring in …: is explicitly required in go.mod, but not marked as explicit \
            in vendor/modules.txt`。",
    ),
    cause: text!(
        en "go.mod was changed by `go get`, a merge or a bot without running `go mod vendor`; or the `vendor` \
            directory belongs to a tool of another language.",
        zh "`go get`、合并或机器人改了 go.mod，却没有运行 `go mod vendor`；或者 `vendor` 目录属于别的语言的\
            工具。",
    ),
    repair: text!(
        en "`go mod vendor`, or `go work vendor` in a workspace, recreates the directory. It deletes \
            everything else in it, so `--fix` never runs it.",
        zh "`go mod vendor`（工作区里用 `go work vendor`）会重建这个目录。它会删掉目录里的其他所有东西，所\
            以 `--fix` 从不运行它。",
    ),
    scope: scope::module,
    run: |snapshot| examine(snapshot).into_iter().collect(),
};

fn examine(snapshot: &Snapshot<'_>) -> Option<Finding> {
    if is_ignored(snapshot) {
        return None;
    }
    // A workspace uses its own vendor directory and none of its modules'.
    let workspace = snapshot.go_work();
    let is_workspace = workspace.is_some();
    let first = ModuleFile::read(snapshot, workspace.or_else(|| snapshot.nearest("go.mod"))?)?;
    let base = first.base.clone();
    let vendor = base.join("vendor");
    if !snapshot.is_directory(&vendor) {
        return None;
    }
    // Before 1.14 go used vendor only with -mod=vendor. A go.work without a go line means 1.18.
    let minor = first.go_version().and_then(|version| version.minor());
    if minor.or(is_workspace.then_some(18)).is_none_or(|minor| minor < 14) {
        return None;
    }
    let list = vendor.join("modules.txt");
    let text = snapshot.text(&list);
    // go ignores a directory that was written in the other mode, as the first line says.
    let first_line = text.as_deref().and_then(|text| text.lines().next()).unwrap_or_default();
    if is_noted(first_line, "workspace") != is_workspace {
        return None;
    }
    let Some(text) = text else { return foreign(snapshot, &first, &vendor) };
    // A go.mod that cannot be read is reported by go itself.
    let members: Vec<ModuleFile> = first
        .used
        .iter()
        .map(|used| ModuleFile::read(snapshot, first.directory(used).join("go.mod")))
        .collect::<Option<_>>()?;
    let files = [vec![first], members].concat();
    let differences = Vendored { files, base, list: list.clone(), listed: listed(&text) }.differences();
    if differences.is_empty() {
        return None;
    }
    let modules = counted(differences.len(), "module");
    let (fits, command) = if is_workspace {
        (text!(en "the workspace", zh "工作区"), "go work vendor")
    } else {
        (text!(en "go.mod", zh " go.mod "), "go mod vendor")
    };
    let what = text!(
        en "{file} does not match {fits} in {modules}",
        zh "{file} 与{fits}不一致，涉及 {modules} 个模块",
        file = snapshot.short(&list), fits = fits, modules = modules,
    );
    let finding = Finding::error(what, INCONSISTENT);
    Some(finding.shown_by(differences.into_iter().take(SHOWN)).command(command))
}

/// `-mod=mod` and `-mod=readonly` in GOFLAGS make go ignore vendor.
fn is_ignored(snapshot: &Snapshot<'_>) -> bool {
    let flags = snapshot.go_setting("GOFLAGS").unwrap_or_default();
    let words = words::split(&flags).unwrap_or_default();
    let last = words.iter().rev().find_map(|word| word.trim_start_matches('-').strip_prefix("mod="));
    matches!(last, Some("mod" | "readonly"))
}

/// `vendor` without modules.txt: tools for PHP and Ruby use the same name.
fn foreign(snapshot: &Snapshot<'_>, file: &ModuleFile, vendor: &MachinePath) -> Option<Finding> {
    let required = file.required.first()?;
    let what = text!(
        en "{directory} is not Go's vendor directory, but go uses it as one",
        zh "{directory} 不是 Go 的 vendor 目录，go 却把它当成是",
        directory = snapshot.short(vendor),
    );
    let finding = Finding::error(what, INCONSISTENT);
    let evidence = [Evidence::path(vendor, "has no modules.txt"), required.evidence(&file.path)];
    Some(finding.shown_by(evidence).command("go build -mod=readonly ./..."))
}

#[derive(Default)]
struct Listed {
    is_explicit: bool,
    has_packages: bool,
    known: ModuleLine,
}

/// A modules.txt, read as `cmd/go/internal/modload.readVendorList` reads it.
fn listed(text: &str) -> BTreeMap<Module, Listed> {
    let mut list: BTreeMap<Module, Listed> = BTreeMap::new();
    let mut current: Option<Module> = None;
    for (index, line) in text.lines().enumerate() {
        if let Some(rest) = line.strip_prefix("# ") {
            let words: Vec<&str> = rest.split_whitespace().collect();
            let known = ModuleLine::parse(&words, index + 1, line)
                .filter(|known| known.replacement.is_some() || known.module.1.starts_with('v'));
            current = known.as_ref().map(|known| known.module.clone());
            if let Some(mut known) = known {
                let listed = list.entry(known.module.clone()).or_default();
                known.replacement = known.replacement.or(listed.known.replacement.take());
                listed.known = known;
            }
        } else if let Some(module) = current.as_ref().and_then(|module| list.get_mut(module)) {
            module.is_explicit |= is_noted(line, "explicit");
            module.has_packages |= !line.starts_with("## ") && !line.trim().is_empty();
        }
    }
    list
}

/// Whether a line such as `## explicit; go 1.22` has a word.
fn is_noted(line: &str, word: &str) -> bool {
    line.strip_prefix("## ").is_some_and(|notes| notes.split(';').any(|note| note.trim() == word))
}

/// What should be in a vendor directory, and what its modules.txt says.
struct Vendored {
    /// The go.mod, or the go.work and the go.mod of each module that it uses.
    files: Vec<ModuleFile>,
    /// The parent of the vendor directory.
    base: MachinePath,
    list: MachinePath,
    listed: BTreeMap<Module, Listed>,
}

impl Vendored {
    /// Each line without a counterpart (`cmd/go/internal/modload.checkVendorConsistency`).
    fn differences(&self) -> Vec<Evidence> {
        let is_explicit = |module| self.listed.get(module).is_some_and(|listed| listed.is_explicit);
        let mut found = Vec::new();
        for file in &self.files {
            let missing = file.required.iter().filter(|known| !is_explicit(&known.module));
            found.extend(missing.map(|known| known.evidence(&file.path)));
        }
        for file in &self.files {
            let missing = file.replaced.iter().filter(|known| !self.is_listed(&known.module));
            found.extend(missing.map(|known| known.evidence(&file.path)));
        }
        let required = self.files.iter().flat_map(|file| &file.required).map(|known| &known.module);
        let extra = self.listed.iter().filter(|(module, Listed { is_explicit, has_packages, known })| {
            let is_extra = *is_explicit && *has_packages && !required.clone().any(|known| known == *module);
            is_extra || (known.replacement.is_some() && self.replacement(module).is_none())
        });
        found.extend(extra.map(|(_, listed)| listed.known.evidence(&self.list)));
        found
    }

    /// Whether modules.txt has the actual replacement of a module.
    fn is_listed(&self, module: &Module) -> bool {
        // Replacements do not apply to modules of the workspace.
        let is_member = self.files.len() > 1 && self.files.iter().any(|file| file.name == module.0);
        if module.1.is_empty() && is_member {
            return true;
        }
        let listed = self.listed.get(module).and_then(|listed| listed.known.replacement.as_ref());
        let listed = listed.map(|target| absolute(target, &self.base));
        listed.is_some() && listed == self.replacement(module)
    }

    /// The replacement of a module: go.work comes first, and one version before all versions.
    fn replacement(&self, (path, version): &Module) -> Option<Module> {
        self.files.iter().find_map(|file| {
            let of = |version: &str| {
                file.replaced.iter().find(|known| known.module.0 == *path && known.module.1 == version)
            };
            let target = of(version).or_else(|| of(""))?.replacement.as_ref()?;
            Some(absolute(target, &file.base))
        })
    }
}

/// A replacement that can be compared: a directory is absolute, without `.` and `..`.
fn absolute((path, version): &Module, base: &MachinePath) -> Module {
    if !version.is_empty() {
        return (path.clone(), version.clone());
    }
    let path = base.join(path).as_str().replace('\\', "/");
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    (parts.join("/"), String::new())
}

const INCONSISTENT: Words<&str> = text!(
    en "every build here fails with `go: inconsistent vendoring`",
    zh "在这里每次构建都报 `go: inconsistent vendoring`",
);

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
        assert_eq!(findings[0].what.en, "~/shop/vendor/modules.txt does not match go.mod in 2 modules");
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
        assert_eq!(findings[0].what.en, "~/shop/vendor/modules.txt does not match the workspace in 1 module");
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
