use super::*;
use crate::snapshot::registry::Hive;
use crate::testing::Machine;

fn system(kind: &str) -> FileSystem {
    FileSystem { kind: kind.to_owned(), available: Some(1 << 40), ..FileSystem::default() }
}

#[test]
fn settings_that_cannot_work_are_removed() {
    for (line, what) in [
        ("GOCACHE=off", "GOCACHE=off switches the build cache off"),
        ("GOCACHE=cache", "GOCACHE is the relative path `cache`"),
        ("GOMODCACHE=mod", "GOMODCACHE is the relative path `mod`"),
        ("GOTMPDIR=/gone", "GOTMPDIR /gone does not exist"),
    ] {
        let machine = Machine::linux().file("~/.config/go/env", &format!("{line}\n"));
        let findings = machine.findings("cache");
        assert_eq!((findings.len(), findings[0].what.en.as_str()), (1, what));
        assert_eq!(findings[0].severity, Severity::Error);
        assert_eq!(findings[0].evidence[0].to_string(), format!("/home/ann/.config/go/env:1: {line}"));
        assert_eq!(machine.repaired(&findings).findings("cache"), []);
    }
    let machine =
        Machine::windows().registry(Hive::User, "Environment", "GOCACHE", "off").var("GOCACHE", "off");
    let findings = machine.findings("cache");
    assert_eq!(findings[0].evidence[0].to_string(), r"GOCACHE=off (set in HKCU\Environment)");
    machine.repaired(&findings).snapshot(|snapshot| {
        assert_eq!(snapshot.registry.text(Hive::User, "Environment", "GOCACHE"), None);
    });
}

#[test]
fn a_cache_owned_by_root_is_given_back() {
    let machine = Machine::linux().directory("~/.cache/go-build").read_only("~/.cache/go-build");
    let findings = machine.findings("cache");
    assert_eq!(findings[0].severity, Severity::Error);
    assert_eq!(findings[0].evidence[0].to_string(), "/home/ann/.cache/go-build: is not writable by you");
    assert_eq!(findings[0].fix.commands, ["sudo chown -R \"$(id -un)\" /home/ann/.cache/go-build"]);
    // The whole GOPATH is reported by its own check.
    assert_eq!(Machine::linux().directory("~/go").read_only("~/go").findings("cache"), []);
    let machine = Machine::linux().read_only("/usr").directory("/usr/cache").var("GOMODCACHE", "/usr/cache");
    assert_eq!(machine.findings("cache")[0].fix.commands, ["unset GOMODCACHE"]);
}

#[test]
fn programs_must_run_where_they_are_built() {
    let mount = FileSystem { forbids_programs: true, ..system("tmpfs") };
    let machine = Machine::linux().mounted("/tmp", mount);
    let findings = machine.findings("cache");
    assert_eq!((findings.len(), findings[0].severity), (1, Severity::Error));
    assert_eq!(findings[0].evidence[0].to_string(), "/tmp: is on tmpfs mounted with noexec");
    assert_eq!(
        findings[0].fix.commands,
        ["mkdir -p /home/ann/.cache/go-tmp", "go env -w GOTMPDIR=/home/ann/.cache/go-tmp"]
    );
    let moved =
        machine.directory("~/.cache/go-tmp").file("~/.config/go/env", "GOTMPDIR=/home/ann/.cache/go-tmp\n");
    assert_eq!(moved.findings("cache"), []);
}

#[test]
fn programs_that_go_keeps_must_run_too() {
    let mount = FileSystem { forbids_programs: true, ..system("ext4") };
    let mut machine =
        Machine::linux().directory("/data").mounted("/data", mount).var("GOCACHE", "/data/build");
    // Before 1.24 nothing was started from there.
    assert_eq!(machine.findings("cache"), []);
    machine = machine.selects("go1.24.1");
    let findings = machine.findings("cache");
    assert_eq!((findings.len(), findings[0].severity), (1, Severity::Error));
    assert_eq!(
        findings[0].what.en,
        "the build cache, /data/build, is on a file system that does not allow programs"
    );
    assert_eq!(findings[0].evidence[0].to_string(), "GOCACHE=/data/build");
    assert_eq!(findings[0].evidence[1].to_string(), "/data/build: is on ext4 mounted with noexec");
    assert_eq!(
        findings[0].fix.commands,
        ["mkdir -m 700 /var/tmp/ann-go-build", "export GOCACHE='/var/tmp/ann-go-build'"]
    );
    assert_eq!(machine.var("GOCACHE", "/var/tmp/ann-go-build").findings("cache"), []);
}

#[test]
fn a_full_disk_is_reported_with_the_space_left() {
    let full = FileSystem { available: Some(10 << 20), ..system("ext4") };
    let findings = Machine::linux().mounted("/home", full).findings("cache");
    assert_eq!(findings.len(), 2);
    assert_eq!(findings[0].severity, Severity::Error);
    assert_eq!(findings[0].evidence[0].to_string(), "/home/ann/.cache/go-build: 10 MiB left");
    assert_eq!(findings[0].fix.commands, ["go clean -cache"]);
    assert_eq!(findings[1].fix.commands, ["go clean -modcache"]);
}

#[test]
fn a_home_on_a_server_is_slow_for_builds_on_both_systems() {
    let remote = FileSystem { is_remote: true, ..system("nfs4") };
    let findings = Machine::linux().mounted("/home", remote).findings("cache");
    assert_eq!([findings[0].severity, findings[1].severity], [Severity::Warning, Severity::Note]);
    assert_eq!(findings[0].evidence[0].to_string(), "/home/ann/.cache/go-build: is on nfs4");
    assert_eq!(
        findings[0].fix.commands,
        ["mkdir -m 700 /var/tmp/ann-go-build", "go env -w GOCACHE=/var/tmp/ann-go-build"]
    );
    let share = FileSystem { is_remote: true, ..system("") };
    let machine = Machine::windows().directory(r"H:\go").mounted(r"H:\", share).var("GOCACHE", r"H:\go");
    let findings = machine.findings("cache");
    assert_eq!(findings[0].evidence[0].to_string(), r"GOCACHE=H:\go");
    assert_eq!(findings[0].fix.commands[1], r"$env:GOCACHE = 'C:\go-cache\build'");
}

#[test]
fn a_healthy_machine_is_silent() {
    for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
        assert_eq!(machine.findings("cache"), []);
        let machine = machine.directory("~/tmp").var("GOTMPDIR", "~/tmp").var("GOCACHE", "~/cache");
        assert_eq!(machine.findings("cache"), []);
    }
}
