//! `gover doctor` in pipelines: which checks run, what fails, and the forms that code hosts read.

use std::fs;

use gover_test::{Output, TestContext, context};
use serde_json::{Value, json};

/// A module whose pins disagree, in a repository, and GOPROXY=off in go's own file.
fn faulty() -> TestContext {
    let mut ctx = context!();
    ctx.set("GOVER_SHELL", "bash").set("GOPROXY", "off");
    fs::create_dir(ctx.work().join(".git")).unwrap();
    fs::write(ctx.work().join(".go-version"), "# the team's\n1.21.3\n").unwrap();
    fs::write(ctx.work().join(".tool-versions"), "golang 1.22.5\n").unwrap();
    ctx
}

const TWO: [&str; 3] = ["goproxy", "pins-disagree", "--offline"];

fn doctor<'a>(ctx: &TestContext, more: impl IntoIterator<Item = &'a str>) -> Output {
    ctx.gover(["doctor"].into_iter().chain(TWO).chain(more))
}

fn result_of(document: &Value, check: &str) -> Value {
    let checks = document["checks"].as_array().unwrap();
    checks.iter().find(|one| one["check"] == check).unwrap().clone()
}

#[test]
fn each_check_says_what_became_of_it() {
    let mut ctx = context!();
    ctx.set("GOVER_SHELL", "bash");
    let document = ctx.gover(["doctor", "--offline", "--json", "--skip", "gopath,goroot-set"]).json();
    let skipped = json!({"check": "gopath", "result": "not run", "reason": "left out by --skip"});
    assert_eq!(result_of(&document, "gopath"), skipped);
    let offline = json!({"check": "sources", "result": "not run", "reason": "no server was contacted"});
    assert_eq!(result_of(&document, "sources"), offline);
    assert_eq!(result_of(&document, "wsl")["result"], "not applicable");
    assert_eq!(result_of(&document, "goroot-invalid")["result"], "ok");
    let all = ctx.gover(["doctor", "--list", "--json"]).success().json();
    assert_eq!(all.as_array().unwrap().len(), document["checks"].as_array().unwrap().len());
    let examined = |one: &&Value| one["reason"].is_null();
    let count = document["checks"].as_array().unwrap().iter().filter(examined).count();
    assert_eq!(document["checks_run"], count);
}

#[test]
fn what_was_not_asked_is_not_called_fine() {
    let mut ctx = context!();
    ctx.set("GOVER_SHELL", "bash");
    let checked = ctx.gover(["doctor", "sources", "--offline", "-v"]);
    checked.success();
    assert!(checked.stderr.contains("no problems found (0 checks, 1 not run)\n"), "{checked}");
    assert!(checked.stderr.contains("  sources: not run: no server was contacted\n"), "{checked}");
}

#[test]
fn checks_can_be_listed_and_left_out() {
    let ctx = faulty();
    let listed = ctx.gover(["doctor", "--list", "goproxy", "clock", "--skip", "clock"]);
    listed.success();
    assert!(listed.stdout.starts_with("goproxy  "), "{listed}");
    assert_eq!(listed.stdout.lines().count(), 1, "{listed}");
    let left = doctor(&ctx, ["--skip", "goproxy"]);
    left.exits(1);
    assert!(!left.stdout.contains("goproxy") && left.stdout.contains("pins-disagree"), "{left}");
    let wrong = ctx.gover(["doctor", "--skip", "goprox"]);
    wrong.exits(2);
    assert!(wrong.stderr.contains("`goprox` is not a check"), "{wrong}");
    assert!(wrong.stderr.contains("--skip goproxy"), "{wrong}");
}

#[test]
fn fail_on_decides_which_problems_fail() {
    let ctx = faulty();
    doctor(&ctx, []).exits(1);
    doctor(&ctx, ["--fail-on", "warning"]).exits(1);
    let error = doctor(&ctx, ["--fail-on", "error"]);
    error.success();
    assert!(error.stdout.contains("warning  goproxy"), "{error}");
    let mut ctx = faulty();
    ctx.set("GOROOT", ctx.layout().versions().join("go1.99.1"));
    let note = |limit| ctx.gover(["doctor", "goroot-set", "--offline", "--fail-on", limit]);
    assert!(note("warning").success().stdout.starts_with("note  goroot-set"));
    note("note").exits(1);
}

#[test]
fn github_gets_one_annotation_for_each_problem() {
    let ctx = faulty();
    let printed = doctor(&ctx, ["--format", "github"]);
    printed.exits(1);
    let lines: Vec<&str> = printed.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{printed}");
    let pins = lines.iter().find(|line| line.contains("title=pins-disagree")).unwrap();
    assert!(pins.starts_with("::warning file=.go-version,line=2,title=pins-disagree::"), "{pins}");
    assert!(pins.contains("%0Awhy: "), "{pins}");
    let proxy = lines.iter().find(|line| line.contains("title=goproxy")).unwrap();
    assert!(proxy.starts_with("::warning title=goproxy::GOPROXY=off"), "{proxy}");
}

#[test]
fn sarif_names_rule_level_and_place() {
    let ctx = faulty();
    let log = doctor(&ctx, ["--format", "sarif"]).exits(1).json();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 2, "{log:#}");
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        assert_eq!(result["level"], "warning");
    }
    let pins = results.iter().find(|result| result["ruleId"] == "pins-disagree").unwrap();
    let place = &pins["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], ".go-version");
    assert_eq!(place["region"]["startLine"], 2);
}

#[test]
fn a_baseline_leaves_only_what_is_new() {
    let ctx = faulty();
    let file = ctx.home().join("before.json");
    let before = doctor(&ctx, ["--json"]);
    before.exits(1);
    fs::write(&file, &before.raw_stdout).unwrap();
    let name = file.to_str().unwrap();
    let same = doctor(&ctx, ["--baseline", name]);
    same.success();
    assert_eq!(same.stdout, "", "{same}");
    assert!(same.stderr.contains("2 problems are in ~") && same.stderr.contains("not shown"), "{same}");
    fs::write(ctx.work().join(".tool-versions"), "golang 1.23.1\n").unwrap();
    let worse = doctor(&ctx, ["--baseline", name]);
    worse.exits(1);
    assert!(worse.stdout.contains("pins-disagree") && !worse.stdout.contains("goproxy"), "{worse}");
}

/// The finding about a file has the same text, however many lines are wrong.
#[test]
fn a_new_line_of_a_known_finding_is_new() {
    let ctx = context!();
    fs::create_dir_all(ctx.work().join(".git")).unwrap();
    let write = |lines: &str| ctx.write("Makefile", format!("test:\n{lines}"));
    let words = ["doctor", "hijack", "--offline", "--fail-on", "note"];
    write("\tgo test -exec sudo ./...\n");
    let file = ctx.write("before.json", &ctx.gover(words.iter().chain(&["--json"])).raw_stdout);
    let again = || ctx.gover(words.iter().chain(&["--baseline", file.to_str().unwrap()]));
    again().success();
    // A line that moved is not new.
    write("\tgo vet ./...\n\tgo test -exec sudo ./...\n");
    again().success();
    write("\tgo test -exec sudo ./...\n\tgo test -exec /tmp/x ./...\n");
    let more = again();
    assert!(more.exits(1).stdout.contains("go test -exec /tmp/x ./..."), "{more}");
    write("\tgo test -exec /tmp/x ./...\n");
    again().exits(1);
}

/// People read `~`, and JSON has whole paths.
#[test]
fn a_baseline_knows_findings_with_paths_again() {
    let mut ctx = context!();
    let goroot = ctx.layout().versions().join("go1.99.1");
    ctx.set("GOVER_SHELL", "bash").set("GOROOT", goroot);
    let words = ["doctor", "goroot-set", "goroot-invalid", "path-missing", "--offline"];
    let before = ctx.gover(words.iter().chain(&["--json"]));
    assert!(!before.exits(1).json()["findings"].as_array().unwrap().is_empty());
    let file = ctx.write("before.json", &before.raw_stdout);
    let same = ctx.gover(words.iter().chain(&["--baseline", file.to_str().unwrap()]));
    assert_eq!(same.success().stdout, "", "{same}");
}

#[test]
fn a_baseline_may_be_written_by_powershell() {
    let ctx = faulty();
    let text = String::from_utf8(doctor(&ctx, ["--json"]).raw_stdout).unwrap();
    let utf16 = |order: fn(u16) -> [u8; 2]| -> Vec<u8> {
        "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(order).collect()
    };
    let marked = format!("\u{feff}{text}").into_bytes();
    for bytes in [utf16(u16::to_le_bytes), utf16(u16::to_be_bytes), marked] {
        fs::write(ctx.home().join("known.json"), bytes).unwrap();
        doctor(&ctx, ["--baseline", "~/known.json"]).success();
    }
}

#[test]
fn a_baseline_that_cannot_be_used_stops_the_command() {
    let ctx = faulty();
    let file = ctx.home().join("none.json");
    let missing = doctor(&ctx, ["--baseline", file.to_str().unwrap()]);
    missing.exits(1);
    assert!(
        missing.stderr.contains("cannot read") && missing.stderr.contains("gover doctor --json >"),
        "{missing}"
    );
    fs::write(&file, "1 warning").unwrap();
    let text = doctor(&ctx, ["--baseline", file.to_str().unwrap()]);
    text.exits(1);
    assert!(text.stderr.contains("is not what `gover doctor --json` prints"), "{text}");
    assert_eq!(text.stdout, "");
}

#[test]
fn help_explains_a_check() {
    let help = context!().gover(["help", "goroot-set"]);
    help.success();
    let command = context!().gover(["help", "cache"]);
    assert!(command.success().stdout.contains("Usage: gover cache"), "{command}");
    let same = context!().gover(["doctor", "--list", "cache", "-v"]);
    assert!(same.success().stdout.starts_with("cache: "), "{same}");
    for part in ["goroot-set: ", "What you see:", "Cause:", "Repair:", "gover doctor goroot-set"] {
        assert!(help.stdout.contains(part), "{part}: {help}");
    }
}
