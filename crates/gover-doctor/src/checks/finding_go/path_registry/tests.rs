use proptest::prelude::*;

use super::*;
use crate::snapshot::registry::Text;
use crate::testing::Machine;

fn plain(path: &str) -> Machine {
    let mut machine = Machine::windows();
    machine.registry.put(Hive::User, "Environment", "Path", Text::new(path, false));
    machine
}

#[test]
fn names_in_plain_text_are_found_and_made_to_expand() {
    let machine = plain(r"%USERPROFILE%\.gover\bin;C:\x");
    let findings = machine.findings("path-registry");
    assert_eq!(findings[0].severity, Severity::Error);
    assert_eq!(
        findings[0].evidence[0].to_string(),
        r"HKCU\Environment\Path = %USERPROFILE%\.gover\bin (REG_SZ: names are not expanded)"
    );
    let repaired = machine.repaired(&findings);
    assert_eq!(repaired.findings("path-registry"), []);
    repaired.snapshot(|snapshot| {
        let path = snapshot.registry.text(Hive::User, "Environment", "Path").unwrap();
        assert_eq!(path, Text::new(r"%USERPROFILE%\.gover\bin;C:\x", true));
    });
}

#[test]
fn quotation_marks_and_empty_entries_are_found_and_removed() {
    let machine = Machine::windows().registry(
        Hive::User,
        "Environment",
        "Path",
        r#"C:\Users\ann\.gover\bin;;"C:\a b\bin";C:\x;"#,
    );
    let findings = machine.findings("path-registry");
    assert_eq!(findings[0].severity, Severity::Warning);
    let evidence: Vec<_> = findings[0].evidence.iter().map(ToString::to_string).collect();
    assert!(evidence[0].starts_with(r#"HKCU\Environment\Path = "C:\a b\bin" (quotation marks"#));
    assert_eq!(evidence[1], r"HKCU\Environment\Path = an empty entry");
    let repaired = machine.repaired(&findings);
    assert_eq!(repaired.findings("path-registry"), []);
    repaired.snapshot(|snapshot| {
        let path = snapshot.registry.text(Hive::User, "Environment", "Path").unwrap();
        assert_eq!(path.shown(), r"C:\Users\ann\.gover\bin;C:\a b\bin;C:\x;");
    });
}

fn user_path_after_repair(path: &str) -> String {
    let mut machine = Machine::windows().file(r"C:\tools\x.exe", "");
    machine.registry.put(Hive::User, "Environment", "Path", Text::new(path, true));
    let findings = machine.findings("path-registry");
    let repaired = machine.repaired(&findings);
    assert_eq!(repaired.findings("path-registry"), []);
    let stored = |snapshot: &Snapshot<'_>| snapshot.registry.text(Hive::User, "Environment", "Path");
    repaired.snapshot(|snapshot| stored(snapshot).unwrap().shown())
}

#[test]
fn a_mark_that_is_never_closed_is_an_error_and_goes() {
    let odd = Machine::windows().registry(Hive::User, "Environment", "Path", r#""C:\a;C:\b"#);
    assert_eq!(odd.findings("path-registry")[0].severity, Severity::Error);
    assert_eq!(user_path_after_repair(r#""C:\a;C:\b"#), r"C:\a;C:\b");
    assert_eq!(user_path_after_repair(r#"C:\x;"C:\a;b";"C:\c"#), r#"C:\x;"C:\a;b";C:\c"#);
    let machine = environment(Hive::Machine);
    let odd = Machine::windows().registry(Hive::Machine, machine, "Path", r#"C:\Windows;"C:\a;C:\b"#);
    let by_hand = ["# in PowerShell as administrator, then sign in again:", DIALOG];
    assert_eq!(odd.findings("path-registry")[0].fix.commands, by_hand);
    let spaced = Machine::windows().directory(r"C:\tools");
    let spaced = spaced.registry(Hive::Machine, machine, "Path", r"C:\Windows; C:\tools");
    assert_eq!(spaced.findings("path-registry")[0].fix.commands, by_hand);
}

#[test]
fn a_semicolon_in_a_name_keeps_its_quotation_marks() {
    assert_eq!(plain(r#"C:\x;"C:\a;b""#).findings("path-registry"), []);
    assert_eq!(user_path_after_repair(r#""C:\x";"C:\a;b";;C:\y"#), r#"C:\x;"C:\a;b";C:\y"#);
}

#[test]
fn a_space_that_hides_a_directory_is_found_and_removed() {
    assert_eq!(user_path_after_repair(r"C:\x; C:\tools; C:\gone"), r"C:\x;C:\tools; C:\gone");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_repair_leaves_entries_without_a_problem_as_they_are(units in raw_path(), expands: bool) {
        let path = Text { text: units, expands };
        let mut machine = Machine::windows();
        machine.registry.put(Hive::User, "Environment", "Path", path.clone());
        let findings = machine.findings("path-registry");
        let is_repaired = findings.iter().any(|finding| !finding.fix.changes.is_empty());
        let repaired = if is_repaired { machine.repaired(&findings) } else { machine };
        let after = repaired.snapshot(|snapshot| snapshot.registry.text(Hive::User, "Environment", "Path"));
        let after = after.unwrap();
        let directories = |text: &[u16]| -> Vec<Vec<u16>> {
            let closed = user_path::without_open_mark(&parted_at_nul(text));
            user_path::split(&closed).map(user_path::plain).filter(|entry| !is_empty(entry)).collect()
        };
        prop_assert_eq!(directories(&after.text), directories(&path.text));
        let is_sound = |entry: &&[u16]| user_path::plain(entry) == *entry && !is_empty(entry);
        for entry in user_path::split(&user_path::without_open_mark(&parted_at_nul(&path.text))).filter(is_sound) {
            prop_assert!(user_path::split(&after.text).any(|kept| kept == entry));
        }
        prop_assert!(repaired.findings("path-registry").iter().all(|left| left.fix.changes.is_empty()));
    }
}

fn raw_path() -> impl Strategy<Value = Vec<u16>> {
    let known = [r"C:\a", r#""C:\b c""#, r#""C:\a;b""#, "\"", " ", "", r"%SystemRoot%\x", r" C:\a "];
    let known = known.map(|entry| entry.encode_utf16().collect::<Vec<u16>>()).to_vec();
    let part = prop_oneof![
        4 => prop::sample::select(known),
        1 => prop::collection::vec(any::<u16>(), 0..6),
    ];
    prop::collection::vec(part, 1..8).prop_map(|parts| parts.join(&user_path::SEPARATOR))
}

#[test]
fn a_nul_character_hides_what_is_after_it() {
    let machine = plain("C:\\x\0C:\\Users\\ann\\.gover\\bin");
    let findings = machine.findings("path-registry");
    assert_eq!((findings.len(), findings[0].severity), (1, Severity::Error));
    let evidence = findings[0].evidence[0].to_string();
    assert!(
        evidence.starts_with(r"HKCU\Environment\Path = C:\x\0C:\Users\ann\.gover\bin (a NUL"),
        "{evidence}"
    );
    assert_eq!(
        machine.findings("path-missing")[0].what.en,
        r"~\.gover\bin is on PATH here, but not in new shells"
    );
    let repaired = machine.repaired(&findings);
    assert_eq!(repaired.findings("path-registry"), []);
    assert_eq!(repaired.findings("path-missing"), []);
    repaired.snapshot(|snapshot| {
        let path = snapshot.registry.shown(Hive::User, "Environment", "Path").unwrap();
        assert_eq!(path, r"C:\x;C:\Users\ann\.gover\bin");
    });
    let of_machine = Machine::windows();
    let key = environment(Hive::Machine);
    let of_machine = of_machine.registry(Hive::Machine, key, "Path", "C:\\Windows\0C:\\x");
    let findings = of_machine.findings("path-registry");
    assert!(findings[0].fix.commands.last().unwrap().contains(r"$path -replace '\x00', ';'"));
}

#[test]
fn a_value_that_is_not_text_is_an_error_that_setup_alone_cannot_repair() {
    let sign_in = "# in PowerShell as administrator, then sign in again:";
    let of_type = |hive, kind| {
        let mut machine = Machine::windows();
        machine.registry.put_other(hive, environment(hive), "Path", kind);
        machine
    };
    let list = of_type(Hive::User, 7);
    let findings = list.findings("path-registry");
    assert_eq!((findings.len(), findings[0].severity), (1, Severity::Error));
    assert_eq!(findings[0].evidence[0].to_string(), r"HKCU\Environment\Path = REG_MULTI_SZ, a list of texts");
    let join = r"Set-ItemProperty HKCU:\Environment Path ((Get-Item HKCU:\Environment).GetValue('Path') -join ';') -Type ExpandString";
    assert_eq!(findings[0].fix.commands, [join, "# then sign in again"]);
    let mut in_cmd = list.clone();
    in_cmd.shell = Some(gover_shell::ShellKind::Cmd);
    assert_eq!(
        in_cmd.findings("path-registry")[0].fix.commands[0],
        format!("powershell -Command \"{join}\"")
    );
    let number = of_type(Hive::User, 4).findings("path-registry");
    assert_eq!(number[0].fix.commands, [r"Remove-ItemProperty HKCU:\Environment Path", "gover setup"]);
    // `gover setup` refuses such a value, so it cannot fix a missing PATH entry either.
    for machine in [list.clone(), list.var("PATH", r"C:\Windows")] {
        let missing = machine.findings("path-missing");
        assert_eq!(missing[0].fix.commands, ["gover doctor path-registry"]);
    }
    let machine = of_type(Hive::Machine, 3).findings("path-registry");
    assert_eq!((machine[0].fix.changes.len(), machine[0].fix.commands[0].as_str()), (0, sign_in));
    assert!(machine[0].fix.commands[1].ends_with("-Type ExpandString"));
    assert_eq!(of_type(Hive::Machine, 7).findings("path-registry")[0].fix.commands[0], sign_in);
}

#[test]
fn only_an_administrator_changes_the_machine_value() {
    let machine = Machine::windows().registry(
        Hive::Machine,
        environment(Hive::Machine),
        "Path",
        r#"C:\Windows;"C:\a""#,
    );
    let findings = machine.findings("path-registry");
    assert!(findings[0].fix.changes.is_empty());
    assert_eq!(
        findings[0].fix.commands.last().unwrap(),
        r#"Set-ItemProperty $key Path (($path -replace '\x00', ';' -split ';(?=(?:[^"]*"[^"]*")*[^"]*$)' | Where-Object { $_.Trim() } | ForEach-Object { if ($_ -like '*;*') { $_ } else { $_ -replace '"' } }) -join ';') -Type ExpandString"#
    );
}

#[test]
fn too_long_values_are_told() {
    let long = |length: usize| "C:\\a;".repeat(length / 5 + 1);
    let user = Machine::windows().registry(Hive::User, "Environment", "Path", &long(2050));
    let findings = user.findings("path-registry");
    assert_eq!((findings.len(), findings[0].severity), (1, Severity::Note));
    assert!(findings[0].evidence[0].to_string().contains("2055 characters in 412 entries"));
    let both = user.registry(Hive::Machine, environment(Hive::Machine), "Path", &long(6500));
    let findings = both.findings("path-registry");
    assert_eq!(findings.last().unwrap().severity, Severity::Warning);
    assert_eq!(findings.last().unwrap().fix.commands, ["rundll32.exe sysdm.cpl,EditEnvironmentVariables"]);
}

#[test]
fn a_healthy_machine_is_silent() {
    for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
        assert_eq!(machine.findings("path-registry"), []);
    }
    assert_eq!(plain(r"C:\Users\ann\.gover\bin;").findings("path-registry"), []);
}
