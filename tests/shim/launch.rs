use gover_test::{TestContext, context};

fn with_two() -> TestContext {
    let ctx = context!();
    ctx.install_fake("go1.21.5");
    ctx.install_fake("go1.22.5");
    std::fs::write(ctx.layout().default_file(), "1.22.5\n").unwrap();
    ctx
}

#[test]
fn an_inherited_goroot_is_removed() {
    let mut ctx = with_two();
    ctx.set("GOROOT", "/nonexistent");
    let output = ctx.shim("go", ["fake-report"]);
    let goroot = ctx.layout().versions().join("go1.22.5");
    assert_eq!(output.success().reported("tree").as_deref(), goroot.to_str());
    assert_eq!(output.reported("GOROOT"), None);
    assert_eq!(output.reported("GOTOOLCHAIN"), None);
    assert_eq!(ctx.shim("go", ["env", "GOROOT"]).success().text().trim_end(), goroot.to_str().unwrap());
}

#[test]
fn goroot_is_set_for_a_toolchain_that_does_not_find_itself() {
    let mut ctx = context!();
    ctx.set("GOROOT", "/nonexistent");
    for (name, is_set) in [("go1.9.7", true), ("go1.10", false), ("go1.10beta1", false), ("go1.8", true)] {
        let goroot = ctx.install_fake(name);
        ctx.set("GOVER_VERSION", &name[2..]);
        let reported = ctx.shim("go", ["fake-report"]).success().reported("GOROOT");
        assert_eq!(reported.as_deref(), is_set.then(|| goroot.to_str().unwrap()), "{name}");
    }
}

#[test]
fn goroot_is_set_where_the_env_file_of_go_names_another() {
    let mut ctx = with_two();
    let goroot = ctx.layout().versions().join("go1.22.5");
    let file = ctx.root().join("goenv");
    ctx.set("GOENV", file.to_str().unwrap());
    for (line, is_set) in [("GOROOT=/nonexistent", true), ("GOROOT=", false), ("#GOROOT=/x", false)] {
        std::fs::write(&file, line).unwrap();
        let output = ctx.shim("go", ["fake-report"]);
        assert_eq!(
            output.success().reported("GOROOT").as_deref(),
            is_set.then(|| goroot.to_str().unwrap()),
            "{line}"
        );
    }
}

#[test]
fn an_explicit_request_stops_go_from_switching_toolchains() {
    let mut ctx = with_two();
    let output = ctx.shim("go", ["+1.21", "fake-report", "x"]);
    assert_eq!(output.success().reported("GOTOOLCHAIN").as_deref(), Some("local"));
    let output = ctx.shim("go1.21.5", ["fake-report"]);
    assert_eq!(output.success().reported("GOTOOLCHAIN").as_deref(), Some("local"));
    ctx.set("GOTOOLCHAIN", "auto");
    let output = ctx.shim("go", ["+1.21", "fake-report"]);
    assert_eq!(output.success().reported("GOTOOLCHAIN").as_deref(), Some("auto"));
}

#[test]
fn a_users_gotoolchain_is_passed_on_unchanged() {
    let mut ctx = with_two();
    ctx.set("GOTOOLCHAIN", "go1.21.5+auto");
    let output = ctx.shim("go", ["fake-report"]);
    assert_eq!(output.success().reported("GOTOOLCHAIN").as_deref(), Some("go1.21.5+auto"));
}

#[test]
fn the_toolchain_switch_of_go_finds_the_shim_by_name() {
    let ctx = with_two();
    ctx.install_shim("go1.21.5");
    let output = ctx.shim("go", ["fake-switch", "go1.21.5", "version"]);
    assert!(output.success().text().starts_with("go version go1.21.5 "), "{}", output.snapshot());
}

#[test]
fn a_stale_switch_variable_is_removed() {
    let mut ctx = context!();
    ctx.install_fake("go1.20.14");
    ctx.set("GOTOOLCHAIN_INTERNAL_SWITCH_VERSION", "go1.20.14");
    ctx.set("GOTOOLCHAIN_INTERNAL_SWITCH_COUNT", "1");
    let output = ctx.shim("go", ["fake-report"]);
    assert_eq!(output.success().reported("GOTOOLCHAIN_INTERNAL_SWITCH_VERSION"), None);
    assert_eq!(output.reported("GOTOOLCHAIN_INTERNAL_SWITCH_COUNT"), None);
}

/// On Windows the command line is passed on as one text, the name the shim was called by included.
#[test]
fn the_program_sees_its_absolute_path_and_every_argument_unchanged() {
    let ctx = with_two();
    let arguments = ["fake-report", "", "a b", "--", "-C", "\"quoted\"", "tail\\", "ünïcode"];
    let output = ctx.shim("go", arguments);
    let text = String::from_utf8(output.success().raw_stdout.clone()).unwrap();
    let given: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("argument ")).collect();
    assert_eq!(given, arguments[1..]);
    let goroot = ctx.layout().versions().join("go1.22.5");
    let program = gover_core::layout::goroot_program(&goroot, "go");
    let argv0 = if cfg!(windows) { ctx.layout().program("go") } else { program.clone() };
    assert!(text.contains(&format!("argv0 {}\n", argv0.display())), "{text}");
    assert!(text.contains(&format!("program {}\n", program.display())), "{text}");
}

#[test]
fn exit_codes_and_stdin_pass_through() {
    let ctx = with_two();
    ctx.shim("go", ["fake-exit", "3"]).exits(3);
    ctx.install_shim("go");
    let output = ctx.command(ctx.layout().program("go")).arg("fake-cat").stdin("through\n").run();
    assert_eq!(output.success().text(), "through");
}

#[test]
fn gofmt_is_the_one_of_the_selected_toolchain() {
    let ctx = with_two();
    ctx.write(".go-version", "1.21.5");
    let output = ctx.shim("gofmt", ["fake-report"]);
    assert!(output.success().text().contains("go1.21.5"), "{}", output.snapshot());
}

#[test]
fn a_system_go_keeps_working_where_gover_chooses_nothing() {
    let mut ctx = context!();
    let goroot = ctx.install_system_fake("go1.19.8");
    let output = ctx.shim("go", ["fake-report"]);
    assert_eq!(output.success().reported("tree").as_deref(), goroot.to_str());
}

/// The toolchain that starts might decide otherwise by its own rules.
#[test]
fn a_toolchain_that_the_rules_of_go_chose_is_told_so() {
    let mut ctx = with_two();
    ctx.set("GOTOOLCHAIN", "go1.21.5");
    let output = ctx.shim("go", ["fake-report"]);
    let reported = |name: &str| output.success().reported(name);
    assert_eq!(reported("GOTOOLCHAIN_INTERNAL_SWITCH_VERSION").as_deref(), Some("go1.21.5"));
    assert_eq!(reported("GOTOOLCHAIN_INTERNAL_SWITCH_COUNT").as_deref(), Some("1"));
    // gofmt would pass it on, and a choice that stands is none of Go's.
    let output = ctx.shim("gofmt", ["fake-report"]);
    assert_eq!(output.success().reported("GOTOOLCHAIN_INTERNAL_SWITCH_VERSION"), None);
    ctx.set("GOTOOLCHAIN", "local");
    let output = ctx.shim("go", ["fake-report"]);
    assert_eq!(output.success().reported("GOTOOLCHAIN_INTERNAL_SWITCH_VERSION"), None);
}

#[test]
fn toolchaintrace_prints_what_go_prints() {
    let mut ctx = context!();
    for name in ["go1.24.1", "go1.26.0", "go1.27.0"] {
        ctx.install_fake(name);
    }
    std::fs::write(ctx.layout().default_file(), "1.24.1\n").unwrap();
    ctx.set("GODEBUG", "toolchaintrace=0,toolchaintrace=1,x=y");
    ctx.set("GOTOOLCHAIN", "go1.25.0+auto");
    ctx.write("go.mod", "module m\n\ngo 1.27.0\n\ntoolchain go1.26.0\n");
    let lines = |ctx: &gover_test::TestContext| {
        let stderr = ctx.shim("go", ["version"]).success().stderr.clone();
        stderr.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let found = "go: using go1.27.0 toolchain from cache located at [ROOT]/gover/versions/go1.27.0/bin/go";
    let raised = "upgrade allowed by GOTOOLCHAIN=<name>+auto)";
    assert_eq!(
        lines(&ctx),
        [
            "go: default toolchain set to go1.25.0 from GOTOOLCHAIN=go1.25.0+auto".to_owned(),
            format!("go: upgrading toolchain to go1.26.0 (required by toolchain line in go.mod; {raised}"),
            format!("go: upgrading toolchain to go1.27.0 (required by go line in go.mod; {raised}"),
            found.to_owned(),
        ]
    );
    ctx.set("GODEBUG", "toolchaintrace=1,toolchaintrace=0");
    assert_eq!(lines(&ctx), [""; 0]);
    // Without a switch Go prints its own lines.
    ctx.set("GODEBUG", "toolchaintrace=1");
    ctx.set("GOTOOLCHAIN", "local");
    assert_eq!(lines(&ctx), [""; 0]);
}

/// Go fails there before it selects a toolchain.
#[test]
fn a_directory_that_cannot_be_entered_installs_nothing() {
    let ctx = with_two();
    ctx.write("file", "");
    for (directory, why) in [("nowhere", "no such file or directory"), ("file", "not a directory")] {
        // An installed toolchain reports it itself.
        ctx.write(".go-version", "1.21.5\n");
        ctx.shim("go", ["version", "-C", directory]).success();
        ctx.write(".go-version", "1.23.1\n");
        let output = ctx.shim("go", ["-C", directory, "version"]);
        let stderr = &output.exits(1).stderr;
        let expected = format!("gover: chdir {directory}: {why}\n");
        assert!(cfg!(windows) || stderr.starts_with(&expected), "{output}");
        assert!(!stderr.contains("install"), "{output}");
    }
}
