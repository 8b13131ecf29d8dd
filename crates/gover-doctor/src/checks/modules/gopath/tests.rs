use super::*;
use crate::snapshot::registry::Hive;
use crate::testing::Machine;

fn with_line(gopath: &str) -> Machine {
    Machine::linux().file("~/.config/go/env", &format!("GOPATH={gopath}\n"))
}

#[test]
fn an_entry_that_go_refuses_is_removed() {
    for (value, what) in [
        ("go", "GOPATH contains the relative path `go`"),
        ("~/go", "GOPATH contains `~/go`, and `~` is not expanded"),
    ] {
        let machine = with_line(value);
        let findings = machine.findings("gopath");
        assert_eq!((findings[0].severity, findings[0].what.en.as_str()), (Severity::Error, what));
        assert_eq!(
            findings[0].evidence[0].to_string(),
            format!("/home/ann/.config/go/env:1: GOPATH={value}")
        );
        // Tried with go1.26.8: even `go env -u GOPATH` stops at such a value.
        assert_eq!(findings[0].fix.commands, Vec::<String>::new());
        assert_eq!(machine.repaired(&findings).findings("gopath"), []);
    }
}

#[test]
fn a_gopath_that_belongs_to_a_toolchain_is_removed_on_both_systems() {
    let goroot = "/home/ann/.gover/versions/go1.22.5";
    let machine =
        Machine::linux().file("~/.profile", &format!("export GOPATH={goroot}\n")).var("GOPATH", goroot);
    let findings = machine.findings("gopath");
    assert_eq!(findings[0].severity, Severity::Warning);
    assert_eq!(findings[0].evidence[0].to_string(), format!("GOPATH={goroot} (set in ~/.profile:1)"));
    machine.repaired(&findings).snapshot(|snapshot| assert_eq!(snapshot.startup_evidence("GOPATH"), []));

    let inside = r"C:\Users\ann\.gover\versions\go1.21.0\gopath";
    let machine =
        Machine::windows().registry(Hive::User, "Environment", "GOPATH", inside).var("GOPATH", inside);
    let findings = machine.findings("gopath");
    assert!(findings[0].what.en.ends_with("is inside a toolchain"), "{}", findings[0].what.en);
    machine.repaired(&findings).snapshot(|snapshot| {
        assert_eq!(snapshot.registry.text(Hive::User, "Environment", "GOPATH"), None);
    });
}

#[test]
fn rights_are_given_back_by_a_command() {
    let machine = Machine::linux().directory("~/go").read_only("~/go");
    let findings = machine.findings("gopath");
    assert_eq!(findings[0].severity, Severity::Error);
    assert_eq!(findings[0].evidence[0].to_string(), "/home/ann/go: is not writable by you");
    assert_eq!(findings[0].fix.changes, []);
    assert_eq!(findings[0].fix.commands, ["sudo chown -R \"$(id -un)\" /home/ann/go"]);
    assert_eq!(machine.var("GOMODCACHE", "/c").var("GOBIN", "/b").findings("gopath"), []);

    let machine = Machine::windows().directory(r"D:\go").read_only(r"D:\go").var("GOPATH", r"D:\go");
    let findings = machine.findings("gopath");
    assert_eq!(findings[0].fix.commands, [r#"icacls D:\go /grant "${env:USERNAME}:(OI)(CI)F" /T"#]);
    // A drive that is not there any more.
    let machine = Machine::windows().var("GOPATH", r"X:\go");
    let findings = machine.findings("gopath");
    assert_eq!(findings[0].what.en, r"GOPATH X:\go does not exist and cannot be created");
    assert_eq!(findings[0].fix.commands, ["Remove-Item Env:GOPATH"]);
}

#[test]
fn a_module_at_the_top_of_gopath_is_put_aside() {
    let findings = Machine::linux().file("~/go/go.mod", "module go\n").findings("gopath");
    assert_eq!(findings[0].what.en, "GOPATH ~/go is itself a module");
    assert_eq!(findings[0].fix.commands, ["mv /home/ann/go/go.mod /home/ann/go/go.mod.aside"]);
    let machine = with_line("/home/ann/shop").file("~/shop/go.mod", "module shop\n");
    assert_eq!(machine.repaired(&machine.findings("gopath")).findings("gopath"), []);
}

#[test]
fn a_project_below_gopath_needs_modules() {
    let project = Machine::linux().at("~/go/src/shop").file("~/go/src/shop/main.go", "package main\n");
    let findings = project.findings("gopath");
    assert_eq!(findings[0].severity, Severity::Warning);
    assert_eq!(findings[0].fix.commands, ["go mod init"]);
    let module = project.clone().file("~/go/src/shop/go.mod", "module shop\n");
    assert_eq!(module.findings("gopath"), []);
    let findings = module.var("GO111MODULE", "off").findings("gopath");
    assert_eq!(findings[0].evidence[0].to_string(), "/home/ann/go/src/shop/go.mod: is ignored");
    assert_eq!(findings[0].fix.commands, ["unset GO111MODULE"]);
    for mode in ["off", "auto"] {
        assert_eq!(project.clone().var("GO111MODULE", mode).findings("gopath"), []);
    }
}

#[test]
fn a_healthy_machine_is_silent() {
    for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
        assert_eq!(machine.findings("gopath"), []);
        assert_eq!(machine.directory("~/code").var("GOPATH", "~/code").findings("gopath"), []);
    }
}
