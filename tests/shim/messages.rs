use gover_test::snapbox::str;
use gover_test::{context, gover_snapshot};

#[test]
fn a_missing_toolchain_is_named_with_the_reason_and_the_command() {
    let mut ctx = context!();
    ctx.set("GOVER_AUTO_INSTALL", "0");
    ctx.write(".go-version", "1.91.5\n");
    gover_snapshot!(
        ctx.shim("go", ["build"]),
        str![[r#"
exit: 127
----- stdout -----

----- stderr -----
gover: go1.91.5 is not installed (chosen by .go-version:1 in [ROOT]/shop)
hint: gover install 1.91.5

"#]]
    );
}

#[test]
fn offline_counts_as_auto_install_off() {
    let mut ctx = context!();
    ctx.set("GOVER_OFFLINE", "1").set("GOVER_VERSION", "1.91");
    gover_snapshot!(
        ctx.shim("go", ["build"]),
        str![[r#"
exit: 127
----- stdout -----

----- stderr -----
gover: no installed Go matches `1.91` (chosen by GOVER_VERSION=1.91)
hint: gover install 1.91

"#]]
    );
}

#[test]
fn without_any_toolchain_the_first_command_is_shown() {
    gover_snapshot!(
        context!().shim("go", ["version"]),
        str![[r#"
exit: 127
----- stdout -----

----- stderr -----
gover: no toolchain is chosen here, and PATH has no other `go`
hint: gover install latest

"#]]
    );
}

#[test]
fn a_toolchain_for_another_machine_is_reported() {
    let ctx = context!();
    let release = gover_test::Release::for_another_machine("go1.91.2");
    release.write_to(&ctx.layout().versions().join("go1.91.2"));
    ctx.write(".go-version", "1.91.2\n");
    let output = ctx.shim("go", ["version"]);
    let arch = release.platform().arch();
    let what = format!("gover: go1.91.2 is installed for {arch}, which does not run on this machine (");
    assert!(output.exits(126).stderr.starts_with(&what), "{output}");
    let own = gover_core::Platform::host();
    assert!(
        output.stderr.ends_with(&format!("hint: gover install -f --arch {} 1.91.2\n", own.arch())),
        "{output}"
    );
}

#[test]
fn a_pin_that_cannot_be_used_stops_instead_of_running_another_go() {
    let ctx = context!();
    ctx.install_fake("go1.22.5");
    std::fs::write(ctx.layout().default_file(), "1.22.5\n").unwrap();
    ctx.write(".go-version", "lastest\n");
    gover_snapshot!(
        ctx.shim("go", ["version"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
gover: cannot use `[ROOT]/shop/.go-version` line 1
  caused by: `lastest` does not name a Go version
hint: did you mean `latest`?
hint: expected a version (1.22.5, 1.22, 1.23rc1), a range (^1.21), or latest, oldstable, next

"#]]
    );
}

#[test]
fn a_shim_that_finds_itself_as_the_toolchain_reports_it() {
    let ctx = context!();
    let goroot = ctx.install_fake("go1.22.5");
    std::fs::write(ctx.layout().default_file(), "1.22.5\n").unwrap();
    let shim = ctx.install_shim("go");
    let program = goroot.join("bin").join(shim.file_name().unwrap());
    std::fs::remove_file(&program).unwrap();
    std::fs::hard_link(&shim, &program).unwrap();
    let output = ctx.shim("go", ["version"]);
    output.exits(1);
    assert!(output.stderr.contains("starts gover instead of Go"), "{}", output.snapshot());
}

#[test]
fn messages_break_at_the_width_and_commands_stay_whole() {
    let mut ctx = context!();
    ctx.set("GOVER_AUTO_INSTALL", "0").set("COLUMNS", "30");
    ctx.write(".go-version", "1.91.5\n");
    gover_snapshot!(
        ctx.shim("go", ["build"]),
        str![[r#"
exit: 127
----- stdout -----

----- stderr -----
gover: go1.91.5 is not
  installed (chosen by
  .go-version:1 in
  [ROOT]/shop)
hint: gover install 1.91.5

"#]]
    );
    ctx.set("COLUMNS", "20");
    let narrow = ctx.shim("go", ["build"]).stderr;
    assert!(narrow.ends_with("\nhint:\n  gover install 1.91.5\n"), "{narrow}");
    ctx.write(".go-version", "lastest\n");
    gover_snapshot!(
        ctx.shim("go", ["version"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
gover: cannot use
  `[ROOT]/shop/.go-version`
  line 1
  caused by:
    `lastest` does
    not name a Go
    version
hint: did you mean
  `latest`?
hint: expected a
  version (1.22.5,
  1.22, 1.23rc1), a
  range (^1.21), or
  latest, oldstable,
  next

"#]]
    );
}

#[cfg(unix)]
#[test]
fn messages_fit_the_terminal() {
    let mut ctx = context!();
    ctx.install_fake("go1.22.5");
    std::fs::write(ctx.layout().default_file(), "1.22.5\n").unwrap();
    let shim = ctx.install_shim("go");
    let hint =
        "hint: expected a version (1.22.5, 1.22, 1.23rc1), a range (^1.21), or latest, oldstable, next";
    ctx.set("TERM", "xterm").write(".go-version", "lastest\n");
    for columns in [40, 80, 120] {
        let output = ctx.command(&shim).arg("version").run_on_terminal(columns);
        let lines: Vec<&str> = output.exits(1).stdout.lines().collect();
        let is_whole = |line: &str| line.contains(".go-version");
        assert!(
            lines.iter().all(|line| line.chars().count() <= usize::from(columns) || is_whole(line)),
            "{columns}\n{output}"
        );
        assert_eq!(lines.contains(&hint), columns == 120, "{output}");
    }
}

#[test]
fn what_the_policy_forbids_is_not_announced() {
    let mut ctx = context!();
    ctx.set("GOVER_AUTO_INSTALL", "1").set("GOVER_VERSION", "1.91.5");
    std::fs::write(ctx.layout().shim_state(), "install never\n").unwrap();
    gover_snapshot!(
        ctx.shim("go", ["build"]),
        str![[r#"
exit: 127
----- stdout -----

----- stderr -----
gover: go1.91.5 is not installed (chosen by GOVER_VERSION=1.91.5)
hint: gover install 1.91.5

"#]]
    );
}
