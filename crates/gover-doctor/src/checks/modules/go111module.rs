//! GO111MODULE is off, or left over from the time of `auto`.

use crate::{Check, Finding, Severity, Snapshot, scope, text};

pub(super) const CHECK: Check = Check {
    name: "go111module",
    summary: text!(
        en "GO111MODULE is set for all projects",
        zh "设置了对所有项目都生效的 GO111MODULE",
    ),
    symptom: text!(
        en "`go: modules disabled by GO111MODULE=off; see 'go help modules'`, or `cannot find package … in \
            any of: $GOROOT/src, $GOPATH/src`, although there is a `go.mod`.",
        zh "`go: modules disabled by GO111MODULE=off; see 'go help modules'`；或者明明有 `go.mod`，却报 \
            `cannot find package … in any of: $GOROOT/src, $GOPATH/src`。",
    ),
    cause: text!(
        en "Instructions from before Go 1.16 set GO111MODULE to `off` or `auto`, in a startup file or with \
            `go env -w`, and it stayed.",
        zh "Go 1.16 之前的教程会在启动文件里或用 `go env -w` 把 GO111MODULE 设成 `off` 或 `auto`，之后一直\
            留着。",
    ),
    repair: text!(
        en "`--fix` removes it from your startup files, from `HKCU\\Environment` and from the file of `go \
            env -w`. A project that needs it can set it for one command: `GO111MODULE=off go build`.",
        zh "`--fix` 把它从你的启动文件、`HKCU\\Environment` 和 `go env -w` 的文件里去掉。真的需要它的项目，\
            可以只对一条命令设置：`GO111MODULE=off go build`。",
    ),
    scope: scope::anywhere,
    run,
};

/// `on` is the default since Go 1.16. `off` and `auto` make go look for packages in GOPATH.
fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let Some(value) = snapshot.go_setting("GO111MODULE") else { return Vec::new() };
    let (severity, what) = match value.as_str() {
        "on" => return Vec::new(),
        "off" => (
            Severity::Error,
            text!(en "GO111MODULE=off switches modules off for every project", zh "GO111MODULE=off 对所有项目关掉了模块"),
        ),
        "auto" => (
            Severity::Warning,
            text!(en "GO111MODULE=auto switches modules off outside a module", zh "GO111MODULE=auto 在模块之外关掉了模块"),
        ),
        _ => (Severity::Error, text!(en "GO111MODULE has an unknown value", zh "GO111MODULE 的值无法识别")),
    };
    let why = text!(
        en "go ignores go.mod and takes dependencies from GOPATH, and `go install PACKAGE@VERSION` fails",
        zh "go 不看 go.mod，从 GOPATH 取依赖，`go install PACKAGE@VERSION` 会失败",
    );
    let mut finding = Finding::new(severity, what, why).shown_by(snapshot.setting_evidence("GO111MODULE"));
    if snapshot.go_env.value("GO111MODULE").is_some_and(|stored| stored != "on") {
        finding = finding.fixed_by(snapshot.go_env.without("GO111MODULE")).command("go env -u GO111MODULE");
    }
    if snapshot.variable("GO111MODULE").is_some() {
        finding = snapshot.unset(finding, "GO111MODULE");
    }
    vec![finding]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Evidence;
    use crate::snapshot::registry::Hive;
    use crate::testing::Machine;

    #[test]
    fn a_persisted_off_is_found_in_its_line_and_removed() {
        let machine = Machine::linux().file("~/.config/go/env", "GOFLAGS=-v\nGO111MODULE=off\n");
        let findings = machine.findings("go111module");
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].severity, Severity::Error);
        let file = "/home/ann/.config/go/env".to_owned();
        assert_eq!(findings[0].evidence, [Evidence::line(file, 2, "GO111MODULE=off")]);
        let repaired = machine.repaired(&findings);
        assert!(repaired.findings("go111module").is_empty());
        repaired
            .snapshot(|snapshot| assert_eq!(snapshot.go_env.content.as_deref(), Some(&b"GOFLAGS=-v\n"[..])));
    }

    #[test]
    fn a_variable_is_found_with_the_line_that_sets_it() {
        let machine = Machine::linux()
            .file("~/.profile", "umask 022\nexport GO111MODULE=auto\n")
            .var("GO111MODULE", "auto");
        let findings = machine.findings("go111module");
        assert_eq!(findings[0].severity, Severity::Warning);
        assert_eq!(findings[0].evidence[0].to_string(), "GO111MODULE=auto (set in ~/.profile:2)");
        let repaired = machine.repaired(&findings);
        repaired.snapshot(|snapshot| assert_eq!(snapshot.startup_evidence("GO111MODULE"), []));
        assert!(findings[0].fix.commands.iter().any(|command| command == "unset GO111MODULE"));
    }

    #[test]
    fn a_variable_of_the_windows_registry_is_removed_there() {
        let machine = Machine::windows()
            .registry(Hive::User, "Environment", "GO111MODULE", "off")
            .var("GO111MODULE", "off");
        let findings = machine.findings("go111module");
        assert_eq!(findings[0].evidence[0].to_string(), r"GO111MODULE=off (set in HKCU\Environment)");
        let repaired = machine.repaired(&findings);
        repaired.snapshot(|snapshot| {
            assert_eq!(snapshot.registry.text(Hive::User, "Environment", "GO111MODULE"), None);
        });
    }

    #[test]
    fn a_healthy_machine_is_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert!(machine.findings("go111module").is_empty());
            assert!(machine.var("GO111MODULE", "on").findings("go111module").is_empty());
        }
    }
}
