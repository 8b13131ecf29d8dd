//! `gover doctor`: its findings, its changes, and their undo.

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;

use gover_core::gorules::user_env_file;
use gover_test::snapbox::str;
use gover_test::{Fault, TestContext, context, gover_snapshot};
use serde_json::{Value, json};

#[cfg(unix)]
use crate::progress::interrupted;

/// The file that `go env -w` writes, with that content.
fn go_env(ctx: &TestContext, content: &[u8]) -> PathBuf {
    let path = user_env_file(&ctx.env()).unwrap();
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, content).unwrap();
    path
}

/// An address without a listener.
fn closed() -> String {
    format!("http://{}", TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap())
}

#[test]
fn fix_says_so_if_nothing_is_repaired_automatically() {
    let mut ctx = context!();
    ctx.set("GOPROXY", "off").set("GOVER_SHELL", "bash");
    let fixed = ctx.gover(["doctor", "goproxy", "--offline", "--fix", "--yes"]);
    let last = "nothing was changed; run the commands after `fix:` yourself\n";
    assert!(fixed.exits(1).stderr.ends_with(last), "{fixed}");
}

/// `--json` prints whole paths, which must not decide what is found.
#[test]
fn json_has_no_problem_that_people_do_not_see() {
    if !crate::scene::has_startup_files() {
        return;
    }
    let mut ctx = context!();
    ctx.set("SHELL", "/bin/bash").set("GOVER_SHELL", "bash");
    ctx.gover(["setup"]).success();
    ctx.gover(["doctor", "path-missing", "--offline"]).success();
    let document = ctx.gover(["doctor", "path-missing", "--offline", "--json"]);
    assert_eq!(document.success().json()["findings"], json!([]), "{document}");
}

fn with_list() -> TestContext {
    let ctx = context!().with_site();
    ctx.publish("go1.91.2");
    ctx
}

#[test]
fn a_problem_is_shown_with_evidence_reason_and_fix() {
    let mut ctx = context!();
    ctx.set("GOPROXY", "off");
    ctx.set("GOVER_SHELL", "bash");
    gover_snapshot!(
        ctx.gover(["doctor", "goproxy", "--offline"]),
        str![[r#"
exit: 1
----- stdout -----
warning  goproxy  GOPROXY=off forbids downloading modules

goproxy
  GOPROXY=off
  why: modules that are not in the module cache fail with `module lookup disabled by GOPROXY=off`
  fix: unset GOPROXY

----- stderr -----

1 warning (1 check)
hint: `gover doctor -v` explains each problem

"#]]
    );
    // The text of docs/doctor.md.
    let whole = ctx.gover(["doctor", "goproxy", "--offline", "-v"]);
    for part in ["  symptom: ", "  cause: ", "  repair: "] {
        assert!(whole.exits(1).stdout.contains(part), "{whole}");
    }
    let facts = ctx.gover(["doctor", "goproxy", "--offline", "--json"]);
    assert_eq!(facts.exits(1).json()["checks_run"], 1);
    let finding = &facts.json()["findings"][0];
    assert_eq!(finding["check"], "goproxy");
    assert_eq!(finding["severity"], "warning");
    assert_eq!(
        finding["evidence"],
        json!([{"kind": "variable", "name": "GOPROXY", "value": "off", "set_in": null}])
    );
    assert_eq!(finding["fix"]["automatic"], false);
}

#[test]
fn a_working_proxy_and_a_signed_tree_head_are_not_problems() {
    let ctx = with_list();
    ctx.site().server().forget_requests();
    let output = ctx.gover(["doctor", "goproxy", "sumdb", "http-proxy", "tls-inspection", "clock", "--json"]);
    let document = output.success().json();
    assert_eq!((&document["findings"], &document["checks_run"]), (&json!([]), &json!(5)), "{document}");
    let mut asked = ctx.site().server().request_lines();
    asked.sort();
    assert_eq!(
        asked,
        [
            "GET /dl/",
            "GET /proxy/golang.org/toolchain/@v/list",
            "GET /proxy/sumdb/sum.test/latest",
            "GET /proxy/sumdb/sum.test/supported",
        ]
    );
    let people = ctx.gover(["doctor", "goproxy"]);
    assert_eq!(
        (people.success().stdout.as_str(), people.stderr.as_str()),
        ("", "no problems found (1 check)\n")
    );
}

#[test]
fn a_dead_proxy_is_an_error_and_its_password_stays_secret() {
    let mut ctx = with_list();
    let dead = closed().replace("http://", "https://");
    let with_password = dead.replace("https://", "https://ann:secret@");
    ctx.set("GOPROXY", format!("{with_password},direct"));
    let output = ctx.gover(["doctor", "goproxy", "sumdb", "--json"]);
    let findings = output.exits(1).json()["findings"].clone();
    assert_eq!(findings[0]["what"], format!("{dead} in GOPROXY: cannot connect: connection refused"));
    assert_eq!(findings[0]["severity"], "error");
    // One fact, one finding: the database is behind the same proxy.
    assert_eq!(findings.as_array().unwrap().len(), 1, "{findings}");
    assert!(!output.text().contains("secret"), "{output}");
    // Over http it is not even sent.
    ctx.set("GOPROXY", with_password.replace("https://", "http://"));
    let findings = ctx.gover(["doctor", "goproxy", "--json"]).exits(1).json()["findings"].clone();
    assert!(
        findings[0]["what"]
            .as_str()
            .unwrap()
            .ends_with("gover does not send credentials over http, because http is not encrypted"),
        "{findings}"
    );
    // After a bar go asks the next one.
    ctx.set("GOPROXY", format!("{dead}|{}", ctx.site().proxy_url()));
    let findings = ctx.gover(["doctor", "goproxy", "--json"]).exits(1).json()["findings"].clone();
    assert_eq!(findings.as_array().unwrap().len(), 1);
    assert_eq!(findings[0]["severity"], "warning");
}

#[test]
fn a_dead_http_proxy_is_named() {
    let mut ctx = with_list();
    let dead = closed();
    ctx.set("HTTPS_PROXY", &dead);
    let output = ctx.gover(["doctor", "http-proxy", "--json"]);
    let finding = &output.exits(1).json()["findings"][0];
    assert_eq!(
        finding["what"],
        format!("the proxy in HTTPS_PROXY, {dead}: cannot connect: connection refused")
    );
    assert_eq!(finding["fix"]["automatic"], false);
    ctx.unset("NO_PROXY")
        .set("GOPROXY", "https://proxy.test/go")
        .set("GOVER_SOURCES", "https://go.test,goproxy");
    let output = ctx.gover(["doctor", "sources", "goproxy", "sumdb", "http-proxy", "--json"]).exits(1).json();
    let findings = output["findings"].as_array().unwrap();
    assert_eq!((findings.len(), findings[0]["check"].as_str()), (1, Some("http-proxy")), "{output}");
}

#[test]
fn a_dead_source_of_toolchains_is_named() {
    let mut ctx = with_list();
    let dead = format!("{}/go", closed());
    ctx.set("GOVER_SOURCES", &dead);
    let finding = ctx.gover(["doctor", "sources", "--json"]).exits(1).json()["findings"][0].clone();
    assert_eq!(finding["severity"], "error");
    assert_eq!(
        finding["what"],
        format!("{dead} in the setting `sources`: cannot connect: connection refused")
    );
}

#[test]
fn a_forged_head_of_the_checksum_database_is_an_error() {
    let ctx = with_list();
    ctx.site().serve_log(&ctx.site().log().impostor());
    let finding = ctx.gover(["doctor", "sumdb", "--json"]).exits(1).json()["findings"][0].clone();
    assert!(finding["what"].as_str().unwrap().contains("its tree head is not that of sum.test"), "{finding}");
}

#[test]
fn a_silent_server_does_not_block_doctor() {
    let ctx = with_list();
    ctx.site().server().fault("/proxy/*", Fault::Stall);
    let finding = ctx.gover(["doctor", "goproxy", "--json"]).exits(1).json()["findings"][0].clone();
    assert!(finding["what"].as_str().unwrap().ends_with("in GOPROXY: no answer"), "{finding}");
}

#[test]
fn no_socket_is_opened_offline_or_without_a_network_check() {
    let mut ctx = with_list();
    ctx.site().server().forget_requests();
    let proxy = ctx.site().url();
    ctx.set("HTTPS_PROXY", proxy).unset("NO_PROXY");
    ctx.gover(["doctor", "goproxy", "sumdb", "http-proxy", "tls-inspection", "clock", "--offline"]).success();
    ctx.gover(["doctor", "go111module"]).success();
    assert_eq!(ctx.site().server().request_lines(), Vec::<String>::new());
    // Checks that need only the text still run.
    ctx.set("GOSUMDB", "off");
    let output = ctx.gover(["doctor", "sumdb", "--offline"]);
    assert!(output.exits(1).stdout.contains("GOSUMDB=off switches the checksum database off"), "{output}");
}

#[test]
fn escape_sequences_in_a_file_are_not_printed() {
    let ctx = context!();
    let lines = "line \u{1b}[2J\n".repeat(30);
    go_env(&ctx, lines.as_bytes());
    let output = ctx.gover(["doctor", "goenv-file"]);
    // Not from the filtered output, in which a backslash is a slash.
    let shown = String::from_utf8_lossy(&output.exits(1).raw_stdout).contains("line \\u{1b}[2J");
    assert!(shown, "{output}");
    assert!(output.stdout.contains("and 26 more (`gover doctor -v` shows them)"), "{output}");
    let whole = ctx.gover(["doctor", "goenv-file", "-v"]);
    assert!(whole.exits(1).stdout.contains("and 10 more (`gover doctor --json` shows them)"), "{whole}");
    assert!(!output.text().contains('\u{1b}'), "{output}");
    let repair = ctx.gover(["doctor", "goenv-file", "--fix", "--yes"]);
    assert!(!repair.text().contains('\u{1b}'), "{repair}");
}

#[test]
fn notes_alone_are_not_a_failure() {
    let mut ctx = context!();
    ctx.set("ALL_PROXY", "socks5://proxy.test");
    let output = ctx.gover(["doctor", "http-proxy", "--offline"]);
    assert!(output.success().stdout.starts_with("note  http-proxy  ALL_PROXY is set"), "{output}");
}

#[test]
fn a_fix_solves_the_problem_and_undo_restores_every_byte() {
    let ctx = context!();
    let before = b"GOFLAGS=-v\r\nGO111MODULE=off\n\nGO111MODULE=auto\nnot a setting";
    let path = go_env(&ctx, before);
    let output = ctx.gover(["doctor", "go111module", "--fix", "--yes"]);
    assert!(output.success().stderr.contains("- GO111MODULE=off"), "{output}");
    assert!(output.stderr.contains("1 change made (`gover doctor --undo` undoes it)"), "{output}");
    assert_eq!(fs::read(&path).unwrap(), b"GOFLAGS=-v\r\n\nnot a setting");
    ctx.gover(["doctor", "go111module"]).success();
    ctx.gover(["doctor", "--undo"]).success();
    assert_eq!(fs::read(&path).unwrap(), before);
    ctx.gover(["doctor", "go111module"]).exits(1);
    let again = ctx.gover(["doctor", "--undo"]);
    assert!(again.exits(1).stderr.contains("there is no repair to undo"), "{again}");
}

#[test]
fn undo_keeps_edits_made_after_a_fix() {
    let ctx = context!();
    let path = go_env(&ctx, b"GO111MODULE=off\nGOOS=plan9\n");
    let pin = ctx.work().join(".go-version");
    fs::write(&pin, "1.91.2\r\n# pinned\n").unwrap();
    ctx.gover(["doctor", "go111module", "goos-goarch", "line-endings", "--fix", "--yes"]).success();
    fs::write(&path, "GOFLAGS=-v\n").unwrap();
    let output = ctx.gover(["doctor", "--undo"]);
    // A file is reported once, although two repairs changed it.
    assert_eq!(output.exits(1).stderr.matches("has changed since it was repaired").count(), 1, "{output}");
    assert!(output.stderr.contains("restored"), "{output}");
    assert_eq!(fs::read(&pin).unwrap(), b"1.91.2\r\n# pinned\n");
    assert_eq!(fs::read(&path).unwrap(), b"GOFLAGS=-v\n");
    // Its first content is where the message says.
    assert!(output.stderr.contains("its content before the repair is in `[ROOT]"), "{output}");
    let kept = ctx.layout().home().join("doctor/0");
    assert_eq!(fs::read(kept).unwrap(), b"GO111MODULE=off\nGOOS=plan9\n");
    // Back as the repair left it, it is restored after all.
    fs::write(&path, "").unwrap();
    ctx.gover(["doctor", "--undo"]).success();
    assert_eq!(fs::read(&path).unwrap(), b"GO111MODULE=off\nGOOS=plan9\n");
}

#[test]
fn a_fix_asks_the_network_once_if_nothing_about_it_changes() {
    let ctx = with_list();
    go_env(&ctx, b"GO111MODULE=off\nGOOS=plan9\nGOARCH=mips\n");
    ctx.site().server().forget_requests();
    let output = ctx.gover(["doctor", "goproxy", "go111module", "goos-goarch", "--fix", "--yes"]);
    assert!(output.success().stderr.contains("3 changes made"), "{output}");
    let lists = || {
        let lines = ctx.site().server().request_lines();
        lines.iter().filter(|line| line.ends_with("/@v/list")).count()
    };
    assert_eq!(lists(), 1);
}

#[test]
fn a_fix_of_the_proxy_asks_the_new_one() {
    let mut ctx = with_list();
    let goroot = ctx.install_fake("go1.91.2");
    fs::write(goroot.join("go.env"), format!("GOPROXY={}\n", ctx.site().proxy_url())).unwrap();
    ctx.unset("GOPROXY");
    go_env(&ctx, b"GOPROXY=,\n");
    ctx.site().server().forget_requests();
    let output = ctx.gover(["doctor", "goproxy", "--fix", "--yes"]);
    assert!(output.success().stderr.contains("- GOPROXY=,"), "{output}");
    let lines = ctx.site().server().request_lines();
    assert_eq!(lines.iter().filter(|line| line.ends_with("/@v/list")).count(), 1, "{lines:?}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_between_two_repairs_says_what_was_repaired() {
    let mut ctx = with_list();
    let goroot = ctx.install_fake("go1.91.2");
    fs::write(goroot.join("go.env"), format!("GOPROXY={}\n", ctx.site().proxy_url())).unwrap();
    ctx.unset("GOPROXY");
    go_env(&ctx, b"GOPROXY=,\n");
    // Nobody asks this proxy before the repair.
    ctx.site().server().fault("/proxy/golang.org/toolchain/@v/list", Fault::Stall);
    let fix = ["doctor", "goproxy", "--fix", "--yes"];
    let child = ctx.command(ctx.gover_program()).args(fix).spawn();
    ctx.site().server().wait_for_stalled(1);
    let said = interrupted(child, &ctx);
    let last = "interrupted; 1 change made (`gover doctor --undo` undoes it)\n";
    assert!(said.ends_with(last), "{said}");
    ctx.gover(["doctor", "--undo"]).success();
}

#[test]
fn without_a_terminal_a_fix_needs_the_yes_option() {
    let ctx = context!();
    let path = go_env(&ctx, b"GO111MODULE=off\n");
    let output = ctx.gover(["doctor", "go111module", "--fix"]);
    assert!(output.exits(2).stderr.contains("--yes"), "{output}");
    assert_eq!(fs::read(&path).unwrap(), b"GO111MODULE=off\n");
}

#[test]
fn an_unknown_check_is_a_usage_error_that_names_the_nearest_one() {
    let output = context!().gover(["doctor", "goprxy"]);
    assert!(output.exits(2).stderr.contains("`goprxy` is not a check"), "{output}");
    assert!(output.stderr.contains("hint: gover doctor goproxy\n"), "{output}");
    context!().gover(["doctor", "--undo", "--fix"]).exits(2);
    context!().gover(["doctor", "--yes"]).exits(2);
}

#[test]
fn every_finding_has_the_documented_keys() {
    let mut ctx = context!();
    go_env(&ctx, b"GO111MODULE=off\nGOPROXY=,\nGOSUMDB=on\n");
    for name in ["GOPROXY", "GOSUMDB"] {
        ctx.unset(name);
    }
    ctx.set("HTTPS_PROXY", "http://");
    let facts = ctx.gover(["doctor", "--offline", "--json"]).exits(1).json();
    let findings = facts["findings"].as_array().unwrap();
    let checks: Vec<&str> = findings.iter().filter_map(|finding| finding["check"].as_str()).collect();
    for check in ["go111module", "goproxy", "sumdb", "http-proxy"] {
        assert!(checks.contains(&check), "{checks:?}");
    }
    for finding in findings {
        let keys: Vec<&str> = finding.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["check", "severity", "what", "evidence", "why", "fix"]);
        assert!(finding["evidence"].as_array().is_some_and(|evidence| !evidence.is_empty()), "{finding}");
        assert!(matches!(finding["fix"]["automatic"], Value::Bool(_)));
    }
    // The worst come first.
    let severities: Vec<&str> = findings.iter().filter_map(|finding| finding["severity"].as_str()).collect();
    let mut sorted = severities.clone();
    sorted.sort_by_key(|severity| ["error", "warning", "note"].iter().position(|known| known == severity));
    assert_eq!(severities, sorted);
}
