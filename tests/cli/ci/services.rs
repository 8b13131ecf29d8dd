//! Build services other than GitHub Actions.

use std::fs;

use gover_core::platform::IS_WINDOWS;
use gover_test::snapbox::str;
use gover_test::{TestContext, context, gover_snapshot};

fn with_release() -> TestContext {
    let ctx = context!().with_site();
    ctx.publish("go1.91.2");
    ctx.write(".go-version", "1.91.2\n");
    ctx
}

fn provider(ctx: &TestContext) -> String {
    ctx.gover(["ci", "--plan", "--json"]).success().json()["provider"].as_str().unwrap().to_owned()
}

#[test]
fn each_service_is_recognized() {
    for (name, value, expected) in [
        ("GITLAB_CI", "true", "gitlab"),
        ("JENKINS_URL", "http://ci.example/", "jenkins"),
        ("TF_BUILD", "True", "azure"),
        ("CI", "true", "shell"),
        ("DRONE", "true", "shell"),
    ] {
        let mut ctx = with_release();
        ctx.set(name, value);
        assert_eq!(provider(&ctx), expected);
    }
}

#[test]
fn an_unknown_service_is_an_error_that_names_the_known_ones() {
    let ctx = with_release();
    gover_snapshot!(
        ctx.gover(["ci", "--provider", "travis"]),
        str![[r#"
exit: 2
----- stdout -----

----- stderr -----
error: unknown CI service `travis`
hint: use one of github, gitlab, jenkins, azure, shell; `shell` works in any other

"#]]
    );
    let output = ctx.gover(["ci", "--provider", "gitlap"]);
    assert!(output.exits(2).stderr.contains("hint: gover ci --provider gitlab\n"), "{output}");
}

#[test]
fn a_shell_gets_code() {
    let ctx = with_release();
    let code = |arguments: &[&str]| ctx.gover([&["ci", "--shell", "sh"], arguments].concat());
    let output = code(&["1.91"]);
    let text = &output.success().stdout;
    assert!(text.contains("export GOVER_VERSION='1.91.2'\n"), "{output}");
    assert!(text.contains("export GOVER_CI_VERSION='1.91.2'\n"), "{output}");
    assert!(text.contains("export GOVER_CI_CACHE_KEY='gover-"), "{output}");
    assert!(code(&[]).success().stdout.contains("export PATH="), "{output}");
    let powershell = ctx.gover(["ci", "--shell", "powershell"]);
    assert!(powershell.success().stdout.contains("$env:PATH = "), "{powershell}");
    let cmd = ctx.gover(["ci", "--shell", "cmd"]);
    assert!(cmd.success().stdout.contains("set \"PATH="), "{cmd}");
    // With JSON, nothing else is on stdout.
    assert_eq!(ctx.gover(["ci", "--json", "1.91"]).json()["variables"][0]["name"], "GOVER_VERSION");
}

#[test]
fn evaluated_code_runs_the_right_go_and_a_failure_stops_the_script() {
    let mut ctx = with_release();
    let Some(shell) = ctx.find_on_machine("sh").filter(|_| !IS_WINDOWS) else { return };
    // Quotes in the home of gover survive.
    let home = ctx.root().join("it's $HOME `x`");
    ctx.set("GOVER_HOME", &home).set("GITLAB_CI", "true");
    let gover = ctx.gover_program().display().to_string();
    let script = format!(
        "set -e; eval \"$({gover} ci)\"; command -v go; go env GOVERSION; eval \"$({gover} ci)\"; printf '%s\\n' \"$PATH\""
    );
    let output = ctx.command(&shell).args(["-c", &script]).run();
    let text = output.success().text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[..2], [home.join("bin/go").to_str().unwrap(), "go1.91.2"], "{output}");
    assert_eq!(lines[2].matches("it's $HOME `x`/bin").count(), 1, "{output}");
    ctx.write(".go-version", "1.99.9\n");
    let output = ctx.command(&shell).args(["-c", &format!("{script}; echo went on")]).run();
    assert!(output.exits(1).text().is_empty(), "{output}");
}

#[test]
fn azure_gets_logging_commands() {
    let mut ctx = with_release();
    let gobin = ctx.root().join("100%");
    ctx.set("TF_BUILD", "True").set("GOBIN", gobin);
    let output = ctx.gover(["ci", "1.91"]);
    let text = output.success().text();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("##vso[task.prependpath]") && lines[0].ends_with("100%AZP25"), "{output}");
    let bin = format!("##vso[task.prependpath]{}", ctx.layout().bin().display());
    assert_eq!(lines[1], bin);
    assert_eq!(lines[2], "##vso[task.setvariable variable=GOVER_VERSION]1.91.2");
    assert!(lines.iter().all(|line| line.starts_with("##vso[task.")), "{output}");
}

#[test]
fn names_are_no_commands_to_a_service() {
    let evil = "##vso[task.setvariable variable=EVIL]1 ##[add-mask]x";
    for (service, value) in [("TF_BUILD", "True"), ("GITHUB_ACTIONS", "true")] {
        let mut ctx = with_release();
        ctx.set(service, value);
        ctx.write(&format!("{evil}/.go-version"), "1.91\n");
        let file = format!("{evil}/.go-version");
        let output = ctx.gover(["ci", "--plan", "--provider", "azure", "--file", &file]);
        assert!(output.success().stderr.contains("vso[task.setvariable variable=EVIL]1"), "{output}");
        assert!(!output.stderr.contains("##"), "{output}");
        let output = ctx.gover(["ci", "--json", "--plan", "--provider", "azure", "--file", &file]);
        assert!(!output.success().stdout.contains("##"), "{output}");
        assert!(output.json()["reason"].as_str().unwrap().contains(evil), "{output}");
        // In errors and other commands too.
        ctx.write(&format!("{evil}/go.mod"), "module x\n");
        let failed = ctx.gover(["ci", "--provider", "azure", "--file", &format!("{evil}/go.mod")]);
        assert!(!failed.exits(1).stderr.contains("##") && failed.stderr.contains("u{23}vso["), "{failed}");
    }
    // People read names as they are.
    let ctx = with_release();
    ctx.write(&format!("{evil}/go.mod"), "module x\n");
    let failed = ctx.gover(["ci", "--provider", "azure", "--file", &format!("{evil}/go.mod")]);
    assert!(failed.exits(1).stderr.contains(evil), "{failed}");
}

#[test]
fn a_dotenv_report_has_the_variables_of_later_jobs() {
    let mut ctx = with_release();
    ctx.set("GITLAB_CI", "true");
    ctx.write("ci.env", "MINE=1");
    ctx.gover(["ci", "1.91", "--dotenv", "ci.env"]).success();
    let text = fs::read_to_string(ctx.work().join("ci.env")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[..3], ["MINE=1", "GOVER_VERSION=1.91.2", "GOVER_CI_VERSION=1.91.2"]);
    ctx.gover(["ci", "--dotenv", "new.env"]).success();
    assert!(ctx.work().join("new.env").is_file());
    let output = ctx.gover(["ci", "--dotenv", "nosuch/new.env"]);
    assert!(output.exits(1).stderr.contains("--dotenv names "), "{output}");
}

#[test]
fn a_request_that_cannot_be_installed_is_refused() {
    let ctx = with_release();
    for request in ["/usr/local/go", "nonsense"] {
        ctx.gover(["ci", request]).exits(2);
    }
    let output = ctx.gover(["ci", "1.99"]);
    assert!(output.exits(1).stderr.contains("no Go release matches `1.99`"), "{output}");
    assert_eq!(output.text(), if cfg!(windows) { "throw 'gover ci failed'" } else { "false" });
    if !gover_test::has_directory_links() {
        return;
    }
    // A toolchain that nobody could reproduce elsewhere.
    let goroot = ctx.root().join("own");
    gover_test::Release::new("go1.89.0").write_to(&goroot);
    fs::remove_file(ctx.work().join(".go-version")).unwrap();
    ctx.gover(["default", goroot.to_str().unwrap()]).success();
    let output = ctx.gover(["ci"]);
    assert!(output.exits(1).stderr.contains("gover cannot install it"), "{output}");
}
