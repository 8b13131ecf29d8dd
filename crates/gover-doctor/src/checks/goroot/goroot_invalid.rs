//! GOROOT is set to a directory that is not a toolchain.

use std::collections::BTreeMap;

use super::places;
use crate::checks::finding_go::go_programs;
use crate::snapshot::disk::Kind;
use crate::{Check, Evidence, Finding, MachinePath, Severity, Snapshot, Words, scope, text};

pub(super) const CHECK: Check = Check {
    name: "goroot-invalid",
    summary: text!(
        en "GOROOT is not a toolchain",
        zh "GOROOT 不是工具链",
    ),
    symptom: text!(
        en "`go: cannot find GOROOT directory: /usr/local/go`, `package fmt is not in std`, `go: no such \
            tool \"compile\"`.",
        zh "`go: cannot find GOROOT directory: /usr/local/go`、`package fmt is not in std`、`go: no such \
            tool \"compile\"`。",
    ),
    cause: text!(
        en "The toolchain was removed or moved and GOROOT stayed; or GOROOT was set to the project, to GOPATH \
            or to a `bin` directory by mistake.",
        zh "工具链删除或移走了，GOROOT 还在；或者误把 GOROOT 设成了项目、GOPATH 或某个 `bin` 目录。",
    ),
    repair: text!(
        en "`--fix` removes GOROOT from your own files and registry, since no Go needs it. For files and \
            settings of the machine it prints commands.",
        zh "`--fix` 把 GOROOT 从你自己的文件和注册表里去掉，因为没有哪个 Go 需要它。系统的文件和设置，\
            gover 列出该用的命令。",
    ),
    scope: scope::anywhere,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    // One finding for each directory, with all places that set it.
    let mut by_value: BTreeMap<MachinePath, (bool, Vec<Evidence>)> = BTreeMap::new();
    for place in places::places(snapshot) {
        let (is_effective, evidence) = by_value.entry(place.value).or_default();
        *is_effective |= place.is_effective;
        evidence.push(place.evidence);
    }
    let mut findings: Vec<Finding> = Vec::new();
    for (value, (is_effective, evidence)) in by_value {
        let Some(fact) = problem(snapshot, &value) else { continue };
        let severity = if is_effective { Severity::Error } else { Severity::Warning };
        let what = text!(
            en "GOROOT is set to {path}, which {fact}",
            zh "GOROOT 设成了 {path}，它{fact}",
            path = snapshot.short(&value), fact = fact,
        );
        let why = text!(
            en "a go command that is not started by gover fails, for example in editors and scripts",
            zh "不经 gover 启动的 go 命令都会失败，例如在编辑器和脚本里",
        );
        let evidence = evidence.into_iter().chain([Evidence::path(value, fact.en)]);
        let finding = Finding::new(severity, what, why).shown_by(evidence).about("GOROOT");
        findings.push(if findings.is_empty() {
            places::unset(snapshot, finding)
        } else {
            // The first finding's fix removes all of them.
            finding.command("gover doctor --fix goroot-set")
        });
    }
    findings
}

/// Why a directory cannot be GOROOT; `None` if it can.
fn problem(snapshot: &Snapshot<'_>, value: &MachinePath) -> Option<Words> {
    // A relative path depends on the working directory, so what is there does not matter.
    if !value.is_absolute() {
        return Some(text!(en "is not an absolute path", zh "不是绝对路径").into());
    }
    match snapshot.disk.kind(value) {
        None => return Some(text!(en "does not exist", zh "不存在").into()),
        Some(Kind::File) => return Some(text!(en "is a file", zh "是一个文件").into()),
        Some(Kind::Directory) => {}
    }
    let above = value.parent().filter(|_| value.file_name() == "bin");
    if let Some(version) = above.and_then(|above| go_programs::version_of(snapshot, &above)) {
        return Some(text!(en "is `bin` of {version}", zh "是 {version} 的 `bin`", version = version));
    }
    let mut missing = vec!["src/cmd/go", "pkg/tool"];
    missing.retain(|path| !snapshot.is_directory(&value.join(path)));
    // If it is in a project or GOPATH, that explains more than what is missing there. The module
    // cache is an exception: the go command keeps toolchains in it.
    if !value.key().contains("/golang.org/toolchain@") {
        let project = snapshot.nearest("go.mod").and_then(|module| module.parent());
        if let Some(project) = project.filter(|project| value.is_inside(project)) {
            return Some(text!(
                en "is inside the project {project}",
                zh "在项目 {project} 里面",
                project = snapshot.short(&project),
            ));
        }
        if let Some(gopath) = snapshot.gopath().iter().find(|gopath| value.is_inside(gopath))
            && (!missing.is_empty() || value != gopath)
        {
            return Some(text!(
                en "is inside GOPATH {gopath}",
                zh "在 GOPATH {gopath} 里面",
                gopath = snapshot.short(gopath),
            ));
        }
    }
    let missing = Words { en: missing.join(" and no "), zh: missing.join("，也没有 ") };
    (!missing.en.is_empty()).then(|| text!(en "has no {missing}", zh "没有 {missing}", missing = missing))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::registry::Hive;
    use crate::testing::Machine;

    #[test]
    fn a_missing_goroot_is_found_and_removed() {
        let machine = Machine::linux()
            .file("~/.bashrc", "export GOROOT=/usr/local/go\n")
            .var("GOROOT", "/usr/local/go");
        let findings = machine.findings("goroot-invalid");
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].severity, Severity::Error);
        assert_eq!(findings[0].what.en, "GOROOT is set to /usr/local/go, which does not exist");
        let evidence: Vec<_> = findings[0].evidence.iter().map(ToString::to_string).collect();
        assert_eq!(
            evidence,
            [
                "GOROOT=/usr/local/go (set in ~/.bashrc:1)",
                "/home/ann/.bashrc:1: export GOROOT=/usr/local/go",
                "/usr/local/go: does not exist"
            ]
        );
        let mut repaired = machine.repaired(&findings);
        repaired.variables.remove("GOROOT");
        assert_eq!(repaired.findings("goroot-invalid"), []);
    }

    #[test]
    fn each_problem_of_goroot_is_reported() {
        let machine = Machine::linux()
            .toolchain("/opt/go", "go1.21.6")
            .directory("/opt/half/src/cmd/go")
            .directory("/opt/empty")
            .file("~/shop/go.mod", "module shop\n")
            .directory("~/shop/vendor/go")
            .directory("~/go/src");
        for (value, fact) in [
            ("/opt/go/bin", "is `bin` of go1.21.6"),
            ("/opt/half", "has no pkg/tool"),
            ("/opt/empty", "has no src/cmd/go and no pkg/tool"),
            ("~/shop", "is inside the project ~/shop"),
            ("~/shop/vendor/go", "is inside the project ~/shop"),
            ("~/go", "is inside GOPATH ~/go"),
            ("opt/go", "is not an absolute path"),
            ("/opt/go/VERSION", "is a file"),
        ] {
            let findings = machine.clone().var("GOROOT", value).findings("goroot-invalid");
            assert!(
                findings[0].what.en.ends_with(&format!(", which {fact}")),
                "{value}: {}",
                findings[0].what.en
            );
            assert_eq!(findings[0].fix.commands, ["unset GOROOT"]);
        }
    }

    #[test]
    fn a_relative_path_is_wrong_whatever_is_there() {
        let machine = Machine::linux().toolchain("opt/go", "go1.22.5").var("GOROOT", "opt/go");
        assert!(machine.findings("goroot-invalid")[0].what.en.ends_with("which is not an absolute path"));
    }

    #[test]
    fn each_directory_is_reported_once() {
        let machine = Machine::linux()
            .file("~/.bashrc", "export GOROOT=/gone/b\n")
            .file("~/.config/go/env", "GOROOT=/gone/b\n")
            .var("GOROOT", "/gone/a");
        let findings = machine.findings("goroot-invalid");
        let severities: Vec<_> = findings.iter().map(|finding| finding.severity).collect();
        assert_eq!(severities, [Severity::Error, Severity::Warning]);
        assert_eq!(findings[1].evidence.len(), 3);
        assert_eq!(findings[1].fix.commands, ["gover doctor --fix goroot-set"]);
    }

    #[test]
    fn one_that_only_new_shells_get_is_a_warning() {
        let machine = Machine::windows().registry(Hive::User, "Environment", "GOROOT", r"C:\Go");
        let findings = machine.findings("goroot-invalid");
        assert_eq!(findings[0].severity, Severity::Warning);
        assert_eq!(findings[0].evidence[0].to_string(), r"HKCU\Environment\GOROOT = C:\Go");
        assert_eq!(machine.repaired(&findings).findings("goroot-invalid"), []);
    }

    #[test]
    fn a_whole_go_and_a_healthy_machine_are_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert_eq!(machine.findings("goroot-invalid"), []);
        }
        let cached = "/home/ann/go/pkg/mod/golang.org/toolchain@v0.0.1-go1.22.5.linux-amd64";
        for goroot in ["/opt/go", cached] {
            let machine = Machine::linux().toolchain(goroot, "go1.22.5").var("GOROOT", goroot);
            assert_eq!(machine.findings("goroot-invalid"), []);
        }
    }
}
