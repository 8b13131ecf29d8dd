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
