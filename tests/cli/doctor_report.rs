//! `gover doctor --report`: what it has, what it leaves out, and where it is written.

use std::fs;

use gover_core::gorules::user_env_file;
use gover_test::{Output, TestContext, context};
use serde_json::{Value, json};

use crate::scene::files;

/// A machine with two toolchains, one of them proven by the log, and no fault that this test knows.
fn healthy() -> TestContext {
    let mut ctx = context!().with_site();
    ctx.publish("go1.91.2");
    ctx.gover(["install", "1.91.2"]).success();
    ctx.install_fake("go1.90.1");
    ctx.set("GOVER_SHELL", "bash");
    ctx
}

fn go_env(ctx: &TestContext, content: &str) {
    let path = user_env_file(&ctx.env()).unwrap();
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// The report of some checks, and what the command printed.
fn report(ctx: &TestContext, name: &str, more: &[&str]) -> (Output, String) {
    let words = ["doctor", "--offline", "--report", name];
    let output = ctx.gover(words.iter().chain(more));
    let text = fs::read_to_string(ctx.work().join(name)).unwrap_or_else(|error| panic!("{error}: {output}"));
    (output, text)
}

fn json_of(ctx: &TestContext, more: &[&str]) -> Value {
    serde_json::from_str(&report(ctx, "r.json", more).1).unwrap()
}

fn row<'a>(report: &'a Value, list: &str, key: &str, value: &str) -> &'a Value {
    let rows = report[list].as_array().unwrap();
    rows.iter().find(|row| row[key] == value).unwrap_or_else(|| panic!("no {value} in {list}: {rows:#?}"))
}

#[test]
fn the_report_of_a_healthy_machine_has_facts_with_proofs_and_origins() {
    let ctx = healthy();
    go_env(&ctx, "# mine\nGOFLAGS=-mod=mod\n");
    let (output, text) = report(&ctx, "r.json", &["goproxy", "wsl", "goroot-set"]);
    assert_eq!(output.success().stdout, "", "{output}");
    assert!(output.stderr.ends_with("r.json: no problems found (1 check, 1 not run)\n"), "{output}");
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&report["kind"], &report["schema"]), (&json!("gover doctor report"), &json!(1)));
    assert_eq!(report["findings"], json!([]));
    assert_eq!(report["summary"]["ok"], 1, "{text}");
    assert_eq!(row(&report, "checks", "check", "goproxy")["result"], "not run");
    assert_eq!(report["go"]["version"], "go1.91.2");
    let first = &report["on_path"][0];
    assert_eq!((&first["shim"], &first["by"]), (&json!(true), &json!("gover")), "{text}");
    let proven = row(&report, "toolchains", "version", "go1.91.2");
    assert_eq!((&proven["selected"], &proven["database"]), (&json!(true), &json!("sum.test")));
    assert!(proven["record"].is_u64() && proven["h1"].as_str().unwrap().starts_with("h1:"), "{proven}");
    assert_eq!(row(&report, "toolchains", "version", "go1.90.1")["problem"], "it has no receipt");
    let flags = row(&report, "settings", "name", "GOFLAGS");
    assert_eq!((&flags["value"], &flags["origin"]), (&json!("-mod=mod"), &json!("go/env")));
    assert!(flags["place"].as_str().unwrap().ends_with("env:2"), "{flags}");
    assert_eq!(row(&report, "settings", "name", "auto_install")["origin"], "default");
}

#[test]
fn a_problem_is_there_in_full_and_decides_the_exit_code() {
    let mut ctx = context!();
    ctx.set("GOVER_SHELL", "bash").set("GOPROXY", "off");
    let (output, text) = report(&ctx, "r.md", &["goproxy", "sumdb"]);
    output.exits(1);
    assert!(output.stderr.ends_with("r.md: 1 warning (1 check, 1 not run)\n"), "{output}");
    for part in [
        "<!-- gover doctor report -->\n# gover doctor report\n",
        "**1 warning.**",
        "| warning | `goproxy` | GOPROXY=off forbids downloading modules |",
        "### warning: goproxy",
        "- `GOPROXY=off`\n",
        "Repair by hand:\n\n```\nunset GOPROXY\n```\n",
        "## Machine\n",
        "| `sumdb` | not run | no server was contacted |",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(text.find("## Summary") < text.find("## Machine"), "{text}");
    // The same report, on stdout.
    let printed = ctx.gover(["doctor", "--offline", "goproxy", "sumdb", "--report", "-"]);
    printed.exits(1);
    assert!(printed.stdout.starts_with("<!-- gover doctor report -->\n"), "{printed}");
    assert!(!printed.stderr.contains("wrote"), "{printed}");
    let error = ["--fail-on", "error"];
    report(&ctx, "r.md", &["goproxy", error[0], error[1]]).0.success();
}

#[test]
fn problems_with_one_repair_are_one_cause() {
    let ctx = context!();
    let report = json_of(&ctx, &["path-missing", "shim-damaged", "shell-integration"]);
    let findings = report["findings"].as_array().unwrap();
    let causes = report["causes"].as_array().unwrap();
    let members: usize = causes.iter().map(|cause| cause["findings"].as_array().unwrap().len()).sum();
    assert_eq!(members, findings.len(), "{report:#}");
    for cause in causes {
        let worst = &findings[usize::try_from(cause["findings"][0].as_u64().unwrap()).unwrap()];
        assert_eq!(cause["severity"], worst["severity"], "{report:#}");
    }
}

/// Every place that a password or token can come from.
fn with_secrets() -> TestContext {
    let mut ctx = healthy();
    for (name, value) in [
        ("HTTPS_PROXY", "http://user:S3CRET@proxy.acme.test:8080"),
        ("http_proxy", "user:S3CRET@proxy.acme.test:8080"),
        ("GOPROXY", "https://user:S3CRET@goproxy.acme.test/go?key=S3CRET,direct"),
        ("GOAUTH", "netrc; /opt/helper --token S3CRET"),
        ("GOFLAGS", "-ldflags=-X=main.apiKey=S3CRET"),
        ("GOVULNDB", "https://user:S3CRET@vuln.acme.test"),
        ("GOVER_SOURCES", "https://user:S3CRET@dl.acme.test/go?key=S3CRET"),
        ("GOPRIVATE", "*.acme.test,github.com/acme-inc"),
    ] {
        ctx.set(name, value);
    }
    go_env(
        &ctx,
        "GOPROXY=https://S3CRET@goproxy.acme.test\nCGO_CFLAGS=-DTOKEN=S3CRET\nGOSUMDB=sum.acme.test https://u:S3CRET@sum.acme.test\nMY_TOKEN=S3CRET\n",
    );
    fs::write(ctx.home().join(".netrc"), "machine goproxy.acme.test login ann password S3CRET\n").unwrap();
    fs::write(ctx.home().join(".bashrc"), "export HTTPS_PROXY=http://user:S3CRET@proxy.acme.test:8080\n")
        .unwrap();
    ctx
}

const FORMS: [&str; 3] = ["r.md", "r.json", "r.html"];

#[test]
fn no_secret_is_in_a_report() {
    let ctx = with_secrets();
    for name in FORMS {
        let (output, text) = report(&ctx, name, &[]);
        assert!(!text.contains("S3CRET") && !output.text().contains("S3CRET"), "{text}\n{output}");
        assert!(text.contains("***") || text.contains("\\*\\*\\*"), "{text}");
        // Names may stay unless they are to go.
        assert!(text.contains("proxy.acme.test"), "{text}");
    }
}

#[test]
fn an_anonymous_report_has_no_names() {
    let mut ctx = with_secrets();
    let project = ctx.directory("clients/umbrella/api");
    fs::create_dir(project.join(".git")).unwrap();
    fs::write(project.join("go.mod"), "module git.acme.test/umbrella/api\n\ngo 1.99\n").unwrap();
    fs::write(project.join(".go-version"), "1.90.1\n").unwrap();
    fs::write(project.join("../.tool-versions"), "golang 1.91.2\n").unwrap();
    ctx.set("USER", "eve-quill").set("HOSTNAME", "quill-laptop");
    let home = ctx.home();
    let names = ["acme", "umbrella", "eve-quill", "quill-laptop", "S3CRET", home.to_str().unwrap()];
    for name in FORMS {
        let file = ctx.work().join(name);
        let words = ["doctor", "--offline", "--anonymous", "--report", file.to_str().unwrap()];
        let output = ctx.command(ctx.gover_program()).args(words).current_dir(&project).run();
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{error}: {output}"));
        for name in names {
            assert!(!text.contains(name), "{name}: {text}");
        }
        assert!(text.contains("PROJECT") && text.contains("host-1"), "{text}");
    }
    // Equal servers stay equal.
    let text = fs::read_to_string(ctx.work().join("r.json")).unwrap();
    let report: Value = serde_json::from_str(&text).unwrap();
    let host = |name| {
        let value = row(&report, "settings", "name", name)["value"].as_str().unwrap().to_owned();
        value.split("host-").nth(1).unwrap().split(|c: char| !c.is_ascii_digit()).next().unwrap().to_owned()
    };
    // Names of variables have no case on Windows.
    assert_eq!(host("HTTPS_PROXY"), host(if cfg!(windows) { "HTTP_PROXY" } else { "http_proxy" }));
    assert_ne!(host("HTTPS_PROXY"), host("GOPROXY"));
    assert!(report["anonymous"].as_bool().unwrap());
}

#[test]
fn a_page_loads_nothing_and_has_what_readers_need() {
    let mut ctx = healthy();
    let goroot = ctx.layout().versions().join("go1.99.1");
    ctx.set("GOPROXY", "off").set("GOROOT", goroot);
    let (output, page) = report(&ctx, "r.html", &["goproxy", "goroot-set", "goroot-invalid", "wsl", "sumdb"]);
    output.exits(1);
    for part in [
        "<!doctype html>\n<html lang=\"en\">",
        "content=\"gover doctor report\"",
        "default-src 'none'",
        "width=device-width",
        "prefers-color-scheme: dark",
        "@media print",
        "<p class=\"say\">",
        "<h2>Summary</h2>",
        "href=\"#problem-1\"",
        "id=\"problem-1\"",
        "<pre>unset GOPROXY</pre>",
        "scope=\"col\"",
        "scope=\"row\"",
        "<span class=\"chip quiet\">not run</span>",
        "<span class=\"chip quiet\">not applicable</span>",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    for absent in ["<script", "src=", "http-equiv=\"refresh", "@import", "url(", "<link"] {
        assert!(!page.contains(absent), "{absent}: {page}");
    }
    assert_eq!(unclosed(&page), [""; 0], "{page}");
    for heading in ["Machine", "Settings", "Toolchains", "Checks"] {
        assert!(page.contains(&format!("<h2>{heading}</h2>")), "{heading}: {page}");
    }
}

/// Elements that are not closed in the order in which they were opened.
fn unclosed(page: &str) -> Vec<String> {
    let mut open = Vec::new();
    let body = page.split("</style>").collect::<String>();
    for tag in body.split('<').skip(1) {
        let name = tag.split(|c: char| c.is_whitespace() || c == '>').next().unwrap();
        match name.strip_prefix('/') {
            _ if ["!doctype", "meta", "style"].contains(&name) => {}
            Some(closed) => {
                if open.pop().as_deref() != Some(closed) {
                    return vec![format!("{closed} in {tag}")];
                }
            }
            None => open.push(name.to_owned()),
        }
    }
    open
}

#[cfg(unix)]
#[test]
fn hostile_names_mean_nothing_in_a_report() {
    let mut ctx = context!();
    let directory = ctx.directory("<script>alert(1)<|script>");
    ctx.set("GOVER_SHELL", "bash").set("GOFLAGS", "</code><script>|\u{202e}\u{1b}[31m -mod=vendor");
    ctx.set("CGO_CFLAGS", "`a``b|c`")
        .set("GOROOT", &directory)
        .set("GOBIN", directory.join("bin\" onload=\"x"));
    let checks = ["goroot-set", "goroot-invalid", "goflags"];
    let (_, page) = report(&ctx, "r.html", &checks);
    assert!(page.contains("&lt;script&gt;alert(1)&lt;|script&gt;"), "{page}");
    for absent in ["<script", "</code><", "onload=\"", "\u{202e}", "\u{1b}"] {
        assert!(!page.replace("</code></", "").contains(absent), "{absent}: {page}");
    }
    assert_eq!(unclosed(&page), [""; 0], "{page}");
    let (_, text) = report(&ctx, "r.md", &checks);
    assert!(!text.contains('\u{202e}') && !text.contains('\u{1b}'), "{text}");
    // HTML has a meaning outside of code only.
    let lines = text.lines().filter(|line| !line.contains("CGO_CFLAGS"));
    let outside: String = lines.map(|line| line.split('`').step_by(2).collect::<String>()).collect();
    assert!(text.contains("<script>") && !outside.contains("<script>"), "{text}");
    for name in ["GOFLAGS", "CGO_CFLAGS"] {
        let row = text.lines().find(|line| line.starts_with(&format!("| `{name}`"))).unwrap();
        assert_eq!(row.replace("\\|", "").matches('|').count(), 4, "{row}");
    }
}

#[test]
fn a_report_that_cannot_be_written_stops_before_the_checks() {
    let ctx = context!();
    let stops = |name: &str, code: i32, part: &str| {
        let output = ctx.gover(["doctor", "--offline", "--report", name]);
        output.exits(code);
        assert!(output.stdout.is_empty() && output.stderr.contains(part), "{name}: {output}");
        assert!(output.stderr.contains("\nhint: "), "{output}");
    };
    stops("missing/r.html.md", 1, "missing` does not exist");
    ctx.write("file", "x");
    stops("file/r.md", 1, "does not exist");
    fs::create_dir(ctx.work().join("taken.md")).unwrap();
    stops("taken.md", 1, "cannot write `");
    for name in ["report", "report.txt", "/"] {
        stops(name, 2, "cannot tell the format of the report");
    }
    assert_eq!(ctx.names_in(ctx.work()), ["file", "taken.md"]);
    ctx.gover(["doctor", "--anonymous"]).exits(2);
    ctx.gover(["doctor", "--report", "r.md", "--json"]).exits(2);
}

#[test]
fn only_an_earlier_report_is_replaced() {
    let ctx = context!();
    for name in FORMS {
        let foreign = "# gover doctor report of ours\n";
        fs::write(ctx.work().join(name), foreign).unwrap();
        let output = ctx.gover(["doctor", "--offline", "goproxy", "--report", name]);
        output.exits(1);
        assert!(output.stderr.contains("exists and is not a report of gover"), "{output}");
        assert_eq!(fs::read_to_string(ctx.work().join(name)).unwrap(), foreign);
        fs::remove_file(ctx.work().join(name)).unwrap();
        report(&ctx, name, &["wsl"]).0.success();
        let (second, text) = report(&ctx, name, &["wsl", "goproxy"]);
        assert!(second.success().stderr.contains("wrote "), "{second}");
        assert!(text.contains("goproxy"), "{text}");
    }
    assert_eq!(files(&ctx.work()).len(), FORMS.len());
}

#[cfg(unix)]
#[test]
fn a_pipe_in_place_of_a_report_is_not_waited_for() {
    let ctx = context!();
    let path = ctx.work().join("r.md");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    let output = ctx.gover(["doctor", "--offline", "wsl", "--report", "r.md"]);
    assert!(output.exits(1).stderr.contains("cannot write `"), "{output}");
}

#[test]
fn a_report_is_a_baseline_unless_it_is_anonymous() {
    let mut ctx = context!();
    let goroot = ctx.layout().versions().join("go1.99.1");
    ctx.set("GOVER_SHELL", "bash").set("GOROOT", goroot);
    let checks = ["goroot-set", "goroot-invalid", "path-missing"];
    let before = json_of(&ctx, &checks);
    assert!(!before["findings"].as_array().unwrap().is_empty());
    let words = ["doctor", "--offline", "--baseline", "r.json"];
    let same = ctx.gover(words.iter().chain(&checks));
    assert_eq!(same.success().stdout, "", "{same}");
    // A new report has what is known, too.
    let again = report(&ctx, "again.json", &[&checks[..], &["--baseline", "r.json"]].concat());
    again.0.success();
    let again: Value = serde_json::from_str(&again.1).unwrap();
    assert_eq!(again["findings"], before["findings"]);
    json_of(&ctx, &[&checks[..], &["--anonymous"]].concat());
    let refused = ctx.gover(words.iter().chain(&checks));
    assert!(refused.exits(1).stderr.contains("is anonymous"), "{refused}");
}
